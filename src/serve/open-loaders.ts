import DataLoader from 'dataloader';
import { maskValue } from '../model/mask-value.js';
import type { Decision } from '../model/decision.js';
import type { Reading } from '../authorize/index.js';
import type { AccessNote } from './access-note.js';
import { Refused } from './errors.js';
import { readEvidence, readRecords, readRecordsAsOf, type Evidence } from './evidence.js';
import { countBelow, findBelow } from './find-entities.js';
import { ENTITY_COLUMNS, type EntityKind } from './global-id.js';
import { seenBy } from './mask-evidence.js';
import { readDecisionsOfPairs } from './review-rows.js';
import {
  readDeliveries,
  readDeliveryCounts,
  readDivisions,
  readDivisionsBelow,
  readFindings,
  readFindingsOfPersons,
  readGridsByCode,
  readMembers,
  readMentionsIn,
  readMentionsOf,
  readOrganisationsByCode,
  readStaff,
  readSurvivors,
  type DeliveryCountRow,
  type DeliveryRow,
  type DivisionRow,
  type FindingRow,
  type MentionRow,
} from './read-rows.js';

/** Everything that is read by key, gathered into one statement a level. Made for one request: what they keep is one viewer's. */
export interface Loaders {
  readonly evidence: Readonly<Record<EntityKind, DataLoader<number, readonly Evidence[]>>>;
  readonly record: DataLoader<number, Evidence | null>;
  readonly division: DataLoader<string, DivisionRow | null>;
  readonly divisionsBelow: DataLoader<string, readonly DivisionRow[]>;
  readonly delivery: DataLoader<number, DeliveryRow | null>;
  readonly deliveryCount: DataLoader<number, DeliveryCountRow | null>;
  readonly organisationByCode: DataLoader<string, number | null>;
  readonly gridByCode: DataLoader<string, number | null>;
  readonly staffOfGrid: DataLoader<number, readonly Evidence[]>;
  readonly mentionsOf: DataLoader<number, readonly MentionRow[]>;
  readonly mentionsIn: DataLoader<number, readonly MentionRow[]>;
  readonly finding: DataLoader<number, FindingRow | null>;
  readonly findingsOf: DataLoader<number, readonly FindingRow[]>;
  readonly survivor: DataLoader<number, number | null>;
  readonly decisionsOfPair: DataLoader<string, readonly Decision[]>;
  /** To be counted and compared, and not shown: nobody is noted. */
  bearing(kind: EntityKind): DataLoader<number, readonly Evidence[]>;
  recordAsOf(at: Date): DataLoader<number, Evidence | null>;
  below(kind: EntityKind, after: number, limit: number): DataLoader<string, readonly number[]>;
  countOf(kind: EntityKind): DataLoader<string, number>;
  members(after: number, limit: number): DataLoader<number, readonly number[]>;
}

/** @param wholeRecords whether the operation shows records as such, so that whoever one speaks of is shown with it */
/** What is nobody's: shown also to who sees totals only. */
const NOBODYS: ReadonlySet<string> = new Set(['division', 'divisions below', 'delivery', 'delivery count']);

export function openLoaders(reading: Reading, note: AccessNote, wholeRecords: boolean): Loaders {
  const made = new Map<string, unknown>();
  const once = <K, V>(name: string, read: (keys: readonly K[]) => Promise<readonly V[]>): DataLoader<K, V> => {
    let loader = made.get(name) as DataLoader<K, V> | undefined;
    if (!loader) {
      const isOpen = reading.viewer.records || NOBODYS.has(name);
      const guarded = isOpen ? read : () => Promise.reject(new Refused('TOTALS_ONLY'));
      made.set(name, (loader = new DataLoader<K, V>(guarded, { maxBatchSize: 2000 })));
    }
    return loader;
  };
  const seen = seenBy(reading);
  const kinds = Object.keys(ENTITY_COLUMNS) as EntityKind[];
  const delivery = once<number, DeliveryRow | null>('delivery', (ids) => readDeliveries(reading, ids));
  const cite = async <T extends readonly (readonly Evidence[])[]>(found: T): Promise<T> => {
    await citeCarried(found.flat(), delivery);
    return found;
  };
  const complete = async <T extends readonly (Evidence | readonly Evidence[] | null)[]>(found: T): Promise<T> => {
    await citeCarried(found.flat() as (Evidence | null)[], delivery);
    if (seen.isWhole) return found;
    return found.map((each) =>
      each === null
        ? null
        : Array.isArray(each)
          ? (each as Evidence[]).map((one) => seen.ofHome(one))
          : seen.of(each as Evidence),
    ) as unknown as T;
  };
  const told = async <T extends readonly (Evidence | readonly Evidence[] | null)[]>(found: T): Promise<T> => {
    for (const each of found.flat() as (Evidence | null)[]) noteWhom(note, each);
    return await complete(found);
  };
  const named = <T extends readonly (Named | readonly Named[] | null)[]>(found: T): T => {
    for (const each of found.flat() as (Named | null)[]) if (each && each.person !== null) note.person(each.person);
    return found;
  };
  const mentions = (found: MentionRow[][]): MentionRow[][] =>
    seen.shows('basic')
      ? found
      : found.map((rows) =>
          rows.map((row) => ({ ...row, name: row.name === null ? null : maskValue('name', row.name, 'zh') })),
        );
  return {
    evidence: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        once<number, readonly Evidence[]>(kind, async (ids) => {
          const found = await readEvidence(reading, kind, ids);
          if (kind === 'Person') for (const [at, id] of ids.entries()) if (found[at]!.length > 0) note.person(id);
          if (kind === 'Person') return (await cite(found)).map((records) => seen.ofPerson(records));
          if (kind === 'Household') for (const [at, id] of ids.entries()) if (found[at]!.length > 0) note.household(id);
          return await (wholeRecords ? told(found) : complete(found));
        }),
      ]),
    ) as Loaders['evidence'],
    record: once('record', (ids) => readRecords(reading, ids).then(told)),
    division: once('division', (codes) => readDivisions(reading, codes)),
    divisionsBelow: once('divisions below', (codes) => readDivisionsBelow(reading, codes)),
    delivery,
    deliveryCount: once('delivery count', (ids) => readDeliveryCounts(reading, ids)),
    organisationByCode: once('organisation by code', (codes) => readOrganisationsByCode(reading, codes)),
    gridByCode: once('grid by code', (codes) => readGridsByCode(reading, codes)),
    staffOfGrid: once('staff', (ids) => readStaff(reading, ids).then(told)),
    mentionsOf: once('mentions of', (ids) => readMentionsOf(reading, ids).then(named).then(mentions)),
    mentionsIn: once('mentions in', (ids) => readMentionsIn(reading, ids).then(named).then(mentions)),
    finding: once('finding', (ids) => readFindings(reading, ids).then(named)),
    findingsOf: once('findings', (ids) => readFindingsOfPersons(reading, ids).then(named)),
    decisionsOfPair: once('decisions of pairs', (keys) => readDecisionsOfPairs(reading, keys)),
    survivor: once('survivor', (ids) => readSurvivors(reading, ids)),
    bearing: (kind) => once(`bearing ${kind}`, (ids) => readEvidence(reading, kind, ids)),
    recordAsOf: (at) => once(`as of ${at.getTime()}`, (ids) => readRecordsAsOf(reading, at, ids).then(told)),
    below: (kind, after, limit) =>
      once(`below ${kind} ${after} ${limit}`, (codes) => findBelow(reading, kind, codes, after, limit)),
    countOf: (kind) => once(`count ${kind}`, (codes) => countBelow(reading, kind, codes)),
    members: (after, limit) => once(`members ${after} ${limit}`, (ids) => readMembers(reading, ids, after, limit)),
  };
}

/** A row that names a person. */
interface Named {
  readonly person: number | null;
}

/** Whom a record speaks of. */
function noteWhom(note: AccessNote, evidence: Evidence | null): void {
  if (evidence && evidence.person !== null) note.person(evidence.person);
  if (evidence && evidence.household !== null) note.household(evidence.household);
}

/** A value that an earlier delta stated is dated by that delta. */
async function citeCarried(records: readonly (Evidence | null)[], deliveries: DataLoader<number, DeliveryRow | null>) {
  const carried = records.flatMap((record) => (record?.carried ? Object.values(record.carried) : []));
  await Promise.all(
    carried.map(async (place) => {
      const delivery = await deliveries.load(place.delivery);
      if (delivery) Object.assign(place, { file: delivery.file, statedOn: delivery.statedOn });
    }),
  );
}
