import type { Reading } from '../authorize/index.js';
import type { LinkReason } from '../model/link.js';
import type { Value } from '../model/record.js';
import type { SealedValue, Sealing } from '../model/sealing.js';
import { ENTITY_COLUMNS, type EntityKind } from './global-id.js';

/** A visible record, where it was stated, and what it was held to speak of. */
export interface Evidence {
  readonly county: string;
  readonly record: number;
  readonly register: string;
  readonly dataset: string;
  readonly township: string | null;
  readonly village: string | null;
  readonly grid: string | null;
  readonly status: string;
  readonly tie: 'registered' | 'resident' | null;
  readonly delivery: number;
  readonly file: string;
  readonly format: string;
  /** YYYY-MM-DD */
  readonly statedOn: string | null;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  /** Numbers and telephones sealed: `openStatement` opens them. */
  readonly stated: Readonly<Record<string, Value>>;
  readonly raw: Readonly<Record<string, string | SealedValue>> | null;
  readonly carried: Readonly<Record<string, Carried>> | null;
  readonly person: number | null;
  readonly household: number | null;
  readonly dwelling: number | null;
  readonly building: number | null;
  readonly organisation: number | null;
  readonly place: number | null;
  readonly event: number | null;
  readonly gridEntity: number | null;
  readonly personReason: LinkReason | null;
  readonly householdReason: LinkReason | null;
  readonly dwellingReason: LinkReason | null;
  readonly buildingReason: LinkReason | null;
  /** The entity that it was read for. */
  readonly of: number;
  /** Names of all that it states, where not all of that was read. */
  readonly fields?: readonly string[] | null;
  /** Fields that this viewer sees masked or not at all, and the record as it stated them; absent where there are none. */
  readonly masked?: readonly string[];
  readonly whole?: Evidence;
  /** Opens what is sealed of it. */
  sealing?: Pick<Sealing, 'open'>;
}

/** An earlier delivery that stated a value which the current one does not repeat. */
export interface Carried {
  readonly delivery: number;
  readonly sheet?: string;
  readonly row?: number;
  readonly item?: string;
  /** Of that delivery; absent where the viewer may not see it. */
  file?: string;
  statedOn?: string | null;
}

const WHERE_STATED = `d.file, d.format, d.stated_on as "statedOn"`;
const LINKED = `l.person, l.household, l.dwelling, l.building, l.organisation, l.place, l.event, l.grid_entity as "gridEntity",
  l.person_reason as "personReason", l.household_reason as "householdReason",
  l.dwelling_reason as "dwellingReason", l.building_reason as "buildingReason"`;
export const NOW = `l.county, l.record, l.register, l.dataset, l.township, l.village, l.grid, l.status, l.tie,
  r.delivery, r.sheet, r.row_no as row, r.item, r.valid_from as "validFrom", null::timestamptz as "validTo",
  r.stated, r.raw, r.carried, ${WHERE_STATED}, ${LINKED}`;
export const JOINED = `join record r on r.county = l.county and r.id = l.record
  join delivery d on d.county = r.county and d.id = r.delivery`;

/**
 * Records that speak of the entity and not of the many things in it: the hundreds who live in a grid say nothing of its
 * name. Where there is no such record, a few of the others must do.
 */
const OWN: Partial<Record<EntityKind, string>> = {
  Grid: 'and l.person is null and l.building is null and l.place is null and l.event is null and l.organisation is null',
  Organisation: 'and l.person is null',
  Building: 'and l.person is null',
};
const FEW = 20;

/** Rows of the columns `NOW`, with what opens their sealed values. */
export async function queryEvidence(
  reading: Reading,
  statement: { readonly name: string; readonly text: string },
  values: readonly unknown[],
): Promise<Evidence[]> {
  const rows = await reading.query<Evidence>(statement, values);
  for (const row of rows) row.sealing = reading.sealing;
  return rows;
}

/** The visible records of each entity, in the order of the ids; an empty list where there is none. Index: link_<kind>. */
export async function readEvidence(
  reading: Reading,
  kind: EntityKind,
  ids: readonly number[],
): Promise<readonly (readonly Evidence[])[]> {
  const column = ENTITY_COLUMNS[kind];
  const own = OWN[kind];
  const found = group(
    await queryEvidence(
      reading,
      {
        name: `evidence of ${kind}`,
        text: `select l.${column} as of, ${NOW} from link l ${JOINED}
          where l.county = $1 and l.${column} = any($2::bigint[]) ${own ?? ''} order by l.record`,
      },
      [reading.bounds.county, ids],
    ),
  );
  const missing = own ? ids.filter((id) => !found.has(id)) : [];
  if (missing.length > 0) {
    const few = await queryEvidence(
      reading,
      {
        name: `some evidence of ${kind}`,
        text: `select wanted.id as of, few.* from unnest($2::bigint[]) as wanted (id) cross join lateral (
            select ${NOW} from (select * from link where county = $1 and ${column} = wanted.id order by record limit ${FEW}) l ${JOINED}) few`,
      },
      [reading.bounds.county, missing],
    );
    for (const [id, list] of group(few)) found.set(id, list);
  }
  return ids.map((id) => found.get(id) ?? []);
}

/** Records by their own ids, with what they speak of. */
export async function readRecords(reading: Reading, ids: readonly number[]): Promise<readonly (Evidence | null)[]> {
  const rows = await queryEvidence(
    reading,
    {
      name: 'records by id',
      text: `select r.id as of, ${NOW.replaceAll('l.county, l.record, l.register, l.dataset, l.township, l.village, l.grid, l.status, l.tie', 'r.county, r.id as record, r.register, r.dataset, r.township, r.village, r.grid, r.status, r.tie')}
        from record r join delivery d on d.county = r.county and d.id = r.delivery
        left join link l on l.county = r.county and l.record = r.id
        where r.county = $1 and r.id = any($2::bigint[])`,
    },
    [reading.bounds.county, ids],
  );
  const byId = new Map(rows.map((row) => [row.of, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** What these records said at that moment: the version that held then, or nothing where the record was not known yet. */
export async function readRecordsAsOf(
  reading: Reading,
  at: Date,
  ids: readonly number[],
): Promise<readonly (Evidence | null)[]> {
  const rows = await queryEvidence(
    reading,
    {
      name: 'records as of',
      text: `select ${versionColumns('r', 'id', 'null::timestamptz')} from record r ${versionJoins('r', 'id')}
          where r.county = $1 and r.id = any($2::bigint[]) and r.valid_from <= $3
        union all
        select ${versionColumns('v', 'record', 'v.valid_to')} from record_version v ${versionJoins('v', 'record')}
          where v.county = $1 and v.record = any($2::bigint[]) and v.valid_from <= $3 and v.valid_to > $3`,
    },
    [reading.bounds.county, ids, at],
  );
  const byId = new Map(rows.map((row) => [row.of, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

function group(rows: readonly Evidence[]): Map<number, Evidence[]> {
  const lists = new Map<number, Evidence[]>();
  for (const row of rows) {
    const list = lists.get(row.of);
    if (list) list.push(row);
    else lists.set(row.of, [row]);
  }
  return lists;
}

/** A version, current or past, in the shape of evidence; what it speaks of is what is known today. */
const versionColumns = (version: 'r' | 'v', id: string, until: string) =>
  `${version}.${id} as of, ${version}.county, ${version}.${id} as record, ${version}.register, ${version}.dataset,
   ${version}.township, ${version}.village, ${version}.grid, ${version}.status, ${version}.tie, ${version}.delivery,
   ${version}.sheet, ${version}.row_no as row, ${version}.item, ${version}.valid_from as "validFrom", ${until} as "validTo",
   ${version}.stated, ${version}.raw, ${version}.carried, ${WHERE_STATED}, ${LINKED}`;
const versionJoins = (version: 'r' | 'v', id: string) =>
  `join delivery d on d.county = ${version}.county and d.id = ${version}.delivery
   left join link l on l.county = ${version}.county and l.record = ${version}.${id}`;
