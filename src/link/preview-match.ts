import type { EvidenceStep } from '../model/comparison.js';
import type { Dataset } from '../model/importer.js';
import type { LinkReason } from '../model/link.js';
import type { AddressElements } from '../model/record.js';
import { indexOf, type Sealing } from '../model/sealing.js';
import { traitsOf } from './dataset-traits.js';
import { compareFew } from './persons/compare-few.js';
import type { Learned } from './persons/link-persons.js';
import { probabilityAmong } from './persons/assign-rows.js';
import { numbersMeantBy } from './persons/repair-numbers.js';
import { waterfall } from './persons/write-review-pairs.js';
import type { SpelledNames } from './spelled-names.js';
import { createRecordReader } from './read-record.js';
import { RecordColumns } from './record-columns.js';
import { isValidNumber } from './valid-number.js';

/** What is known of somebody who is looked up; as a record would state it. */
export interface LookedUp {
  readonly name: string;
  readonly idNumber: string | null;
  /** YYYY-MM-DD, or as far as it is known. */
  readonly birthDate: string | null;
  /** 1 male, 2 female. */
  readonly sex: string | null;
  readonly phone: string | null;
  readonly formerName: string | null;
  readonly headName: string | null;
  /** 12 digits. */
  readonly village: string | null;
  readonly address: AddressElements | null;
}

export interface LikelyPerson {
  readonly person: number;
  /** Among all whom it could be, and nobody. */
  readonly probability: number;
  readonly bits: number;
  /** What the engine would give as its reason, were it to link them; null where it would not. */
  readonly reason: LinkReason | null;
  /** Something speaks so much against it that the engine links by no weight, and asks a person: a brother's name, a twin's. */
  readonly isVetoed: boolean;
  readonly evidence: readonly EvidenceStep[];
}

/** Runs a statement as the viewer who asks: the rows that it does not show are no candidates and no evidence. */
export type AskAsViewer = <T extends object>(
  statement: { readonly name: string; readonly text: string },
  values: readonly unknown[],
) => Promise<T[]>;

/** Below this nobody is worth a look. */
const FAINTEST = 0.001;
/** A number is the rule's business and no matter of degree. */
const CERTAIN = 1;

/** The datasets, with one that somebody looked up is a row of: it ranks behind all and belongs to no register. */
export function withLookUp(datasets: readonly Dataset[]): readonly Dataset[] {
  const [model] = datasets;
  const fields = [
    'name',
    'idNumber',
    'birthDate',
    'sex',
    'phone',
    'formerName',
    'headName',
    'idNumberInvalid',
    'address',
  ];
  const lookUp = {
    ...model!,
    name: LOOK_UP,
    speaksOf: ['person'],
    tie: null,
    duplicates: 'ordinary',
    mentions: [],
    columns: fields.map((field) => Object.assign({}, model!.columns[0]!, { field })),
  } as Dataset;
  return [...datasets, lookUp];
}
const LOOK_UP = 'hub/look-up';

/**
 * Whom somebody could be, the likeliest first: found by indexes as the viewer who asks, compared as the engine compares at night, with what
 * it last learned.
 * @param keepFindable of candidates those whom the viewer may find: the others are no candidates either
 * @param datasets of `withLookUp`
 */
export async function previewMatch(
  ask: AskAsViewer,
  keepFindable: (persons: readonly number[]) => Promise<readonly number[]>,
  sealing: Sealing,
  county: string,
  datasets: readonly Dataset[],
  learned: Learned,
  spelled: SpelledNames,
  asked: LookedUp,
): Promise<LikelyPerson[]> {
  const persons = await keepFindable(await findCandidates(ask, sealing, county, spelled, asked));
  if (persons.length === 0) return [];
  const columns = new RecordColumns(traitsOf(datasets), undefined, undefined, undefined, sealing.secret);
  const reader = createRecordReader(columns, datasets, sealing);
  const found = await ask<{
    cells: (string | number | null)[];
    person: number;
    dwelling: number;
    building: number;
    reason: string;
  }>(
    {
      name: 'preview rows',
      text: `select json_build_array(${reader.select}) as cells, l.person, coalesce(l.dwelling, 0) as dwelling,
          coalesce(l.building, 0) as building, l.person_reason as reason
        from link l join record r on r.county = l.county and r.id = l.record
        where l.county = $1 and l.person = any($2::bigint[]) order by l.record limit ${MOST_ROWS}`,
    },
    [county, persons],
  );
  const size = found.length + 1;
  columns.reserve(size);
  const [entity, dwelling, building] = [
    new Uint32Array(columns.id.length),
    new Uint32Array(columns.id.length),
    new Uint32Array(columns.id.length),
  ];
  for (const each of found) {
    const row = reader.read(
      each.cells.map((cell) => (cell === null ? null : String(cell))),
      columns.add(),
    );
    [entity[row], dwelling[row], building[row]] = [each.person, each.dwelling, each.building];
    // It is somebody else's, whose own rows this viewer may not see: nobody is found by it.
    if (each.reason === 'NUMBER_SET_ASIDE') [columns.personKey[row], columns.numberTail[row]] = [0, 0];
  }
  const own = reader.read(cellsOf(asked), columns.add());
  const rows = Int32Array.from({ length: size }, (_, row) => row);
  const few = compareFew(columns, rows, { dwelling, building }, entity, learned);
  const likely: Omit<LikelyPerson, 'probability'>[] = [];
  for (const person of new Set(found.map((each) => each.person))) {
    const cluster = few.clusterOf(person);
    const compared = few.compare(own, cluster);
    if (!compared) continue;
    const isByNumber = few.isByNumber(own, cluster);
    const isVetoed = compared.isVetoed && !isByNumber;
    if (isVetoed && !few.weights.isWorthAsking(compared.levels)) continue;
    likely.push({
      person,
      bits: compared.bits,
      reason: isByNumber ? 'ID_NUMBER_AND_NAME' : null,
      isVetoed,
      evidence: waterfall(few.weights, compared.levels, compared.matchedName),
    });
  }
  const among = probabilityAmong(likely, few.weights);
  const settled = likely.some(({ reason }) => reason !== null);
  return likely
    .map((each, i): LikelyPerson => {
      if (settled) return Object.assign(each, { probability: each.reason ? CERTAIN : 0 });
      return Object.assign(each, { probability: among[i]! });
    })
    .filter(({ probability }) => probability >= FAINTEST)
    .toSorted((one, other) => other.probability - one.probability || one.person - other.person);
}

const MOST_ROWS = 1500;
const MOST_PERSONS = 150;

/** Indexes: record_id_number, record_name, record_phone. */
async function findCandidates(
  ask: AskAsViewer,
  { secret }: Sealing,
  county: string,
  spelled: SpelledNames,
  { name, formerName, idNumber, phone, village, birthDate }: LookedUp,
): Promise<number[]> {
  const numbers = idNumber === null ? [] : [idNumber, ...(isValidNumber(idNumber) ? [] : numbersMeantBy(idNumber))];
  const names = [...new Set([name, ...(formerName === null ? [] : [formerName]), ...spelled.soundingLike(name)])];
  const near = spelled.near(name);
  const found = await ask<{ person: number }>(
    {
      name: 'preview candidates',
      text: `select distinct l.person from (
          (select r.id from record r where r.county = $1 and r.id_number = any($2::text[]) limit 100)
          union all (select r.id from record r where r.county = $1 and r.phone = $3 limit 100)
          union all (select r.id from record r where r.county = $1 and r.name collate "C" = any($4::text[])
            and (r.village = $6 or r.birth_date = $7) limit 200)
          union all (select r.id from record r where r.county = $1 and r.name collate "C" = any($4::text[]) limit 200)
          union all (select r.id from record r where r.county = $1 and r.name collate "C" = any($5::text[])
            and (r.village = $6 or r.birth_date = $7) limit 200)
        ) as c join link l on l.county = $1 and l.record = c.id where l.person is not null limit ${MOST_PERSONS}`,
    },
    [
      county,
      numbers.map((number) => indexOf(secret, 'number', number)),
      phone === null ? null : indexOf(secret, 'phone', phone),
      names,
      near,
      village,
      birthDate,
    ],
  );
  return found.map(({ person }) => person);
}

/** As a line of the reader's select, a record of nobody's register. */
function cellsOf({
  name,
  idNumber,
  birthDate,
  sex,
  phone,
  formerName,
  headName,
  village,
  address,
}: LookedUp): (string | null)[] {
  const isValid = idNumber !== null && isValidNumber(idNumber);
  const fields = [sex, formerName, headName, isValid ? null : idNumber];
  return [
    '0',
    LOOK_UP,
    village?.slice(0, 9) ?? null,
    village,
    null,
    'current',
    null,
    name,
    isValid ? idNumber : null,
    birthDate,
    phone,
    fields.map((field) => field ?? '').join('\u001f'),
    address && JSON.stringify(address),
  ];
}
