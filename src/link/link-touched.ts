import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import type { Dataset } from '../model/importer.js';
import type { LinkageQuality } from '../model/link-run.js';
import { PERSON_REASONS, type PersonClusters } from './form-person-clusters.js';
import { formSubjectClusters } from './form-subject-clusters.js';
import { KINDS, REASONED, reasonText, type Kind } from './link-columns.js';
import { linkBuildings, linkDwellings, linkHouseholds, renewDwellingKeys, renewHouseholdKeys } from './link-homes.js';
import { formPersons, keepPersons, type Learning, type PersonsLayer } from './persons-layer.js';
import { WEIGHT_FLOOR } from './persons/assign-rows.js';
import { nameOfModel, type LearnedModel } from './persons/learned-model.js';
import type { PersonPartition } from './persons/link-persons.js';
import { hasEvidenceParts } from './persons/evidence-parts.js';
import { askMentions, linkMentions, writeMentions } from './link-mentions.js';
import { Linkage } from './linkage.js';
import { BUILDING_KEYS, buildingKeysOf, isBuildingMoved, placeInKnownBuildings } from './place-in-known-buildings.js';
import type { ReadAhead } from './read-ahead.js';
import { reachNeighbours, recordsWithKeys } from './reach-neighbours.js';
import { reachHouseholds, type Households } from './reach-households.js';
import { settleIdentities, type Settled } from './settle-identities.js';
import { writeConflicts } from './write-conflicts.js';
import type { Appended } from './append-changes.js';
import { openStaging, writeLinkage } from './write-linkage.js';

export interface LinkReport {
  /** Number of the run, in the county's log of changes as well; null where nothing was touched. */
  readonly run: number | null;
  /** Changes appended to the log. */
  readonly changes: number;
  /** Everything was read, not only what was touched and its neighbours. */
  readonly full: boolean;
  readonly touched: number;
  readonly recordsRead: number;
  /** Clusters looked at, by kind; after a full run, all there are. */
  readonly entities: Readonly<Record<string, number>>;
  /** Links written or confirmed tonight: kind → reason → records. */
  readonly reasons: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly added: number;
  readonly merged: number;
  readonly split: number;
  /** Entities of which no current record speaks. */
  readonly retired: number;
  /** Records whose number stands beside a contradicting name. */
  readonly conflicts: number;
  /** What the engine says of its own work; absent while only rules link. */
  readonly quality?: LinkageQuality;
  /** The trained model that weighed the evidence: name, version and id. */
  readonly model?: string;
  readonly seconds: number;
}

export interface LinkProgress {
  readonly what: 'read' | 'form' | 'write';
  readonly done: number;
  readonly of: number;
}

/** Above this share of records touched, one pass over all of them is quicker than looking for neighbours. */
const FULL_FROM = 0.25;

/**
 * Works out which records speak of the same person, household, dwelling and building, for the records that no link knows yet or that
 * changed. One transaction: a stop at any moment leaves last night's links.
 */
export async function linkTouched(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
  onProgress?: (progress: LinkProgress) => void,
  learning: Learning | null = null,
  ahead: ReadAhead | null = null,
): Promise<LinkReport> {
  const started = performance.now();
  return await inTurn(database, county, async (client, beside) => {
    const plan = await planRun(client, beside, county, learning !== null);
    if (plan.full) ahead?.forget();
    const linkage = new Linkage(client, database.sealing, county, datasets, plan, beside, await ahead?.take(client));
    const outcome = plan.touched === 0 && !learning ? NOTHING : await run(linkage, plan, learning, onProgress);
    await client.query('delete from touched_record where county = $1', [county]);
    return { ...outcome, full: plan.full, touched: plan.touched, seconds: (performance.now() - started) / 1000 };
  });
}

/** What a run with another model would do to the persons; nothing is kept of it. */
export interface LearningPreview extends Pick<LinkReport, 'added' | 'merged' | 'split'> {
  readonly model: Omit<LearnedModel, 'id'>;
  /** Records that would go over to another person. */
  readonly moved: number;
  readonly records: number;
}

/** Works out all persons of the county as a run with this learning would leave them, and takes all of it back. */
export async function previewLearning(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
  learning: Learning,
  onProgress?: (progress: LinkProgress) => void,
): Promise<LearningPreview> {
  return await inTurn(database, county, async (client, beside) => {
    await client.query('savepoint preview');
    const plan = await planRun(client, beside, county, true);
    const linkage = new Linkage(client, database.sealing, county, datasets, plan);
    await openStaging(linkage);
    const layers = await readEverything(linkage, plan, onProgress);
    const { layer, settled } = await settleToPersons(linkage, layers, learning, onProgress);
    const { added, merged, split } = settled.get('person')!;
    const [before, after] = [linkage.before, linkage.after].map((links) => links.entity[KINDS.indexOf('person')]!);
    let moved = 0;
    for (const row of layer.rows) if (before![row] !== 0 && before![row] !== after![row]) moved += 1;
    await client.query('rollback to savepoint preview');
    return { model: layer.partition.learned, added, merged, split, moved, records: layer.rows.length };
  });
}

/**
 * One run a county at a time. The turn is waited for before the transaction begins: one that waited inside would keep a snapshot from
 * before the other's links, and fail on them.
 * @param work `beside` is the connection that holds the turn: it reads last night's links while `client` is busy
 */
async function inTurn<T>(
  database: Database,
  county: string,
  work: (client: PoolClient, beside: PoolClient) => Promise<T>,
): Promise<T> {
  const turn = await database.pool.connect();
  try {
    await turn.query(`select pg_advisory_lock(hashtext('hub link ' || $1))`, [county]);
    return await database.transaction(async (client) => {
      await client.query('set transaction isolation level repeatable read');
      const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
      await turn.query('begin isolation level repeatable read');
      await turn.query(`set transaction snapshot '${rows[0]!.snapshot}'`);
      return await work(client, turn);
    });
  } finally {
    await turn.query('rollback').catch(() => {});
    await turn.query(`select pg_advisory_unlock(hashtext('hub link ' || $1))`, [county]).catch(() => {});
    turn.release();
  }
}

type Outcome = Omit<LinkReport, 'full' | 'touched' | 'seconds'>;
const NOTHING: Outcome = {
  run: null,
  changes: 0,
  recordsRead: 0,
  entities: {},
  reasons: {},
  added: 0,
  merged: 0,
  split: 0,
  retired: 0,
  conflicts: 0,
};

interface Plan {
  readonly full: boolean;
  readonly linkedBefore: boolean;
  readonly touched: number;
  readonly records: number;
  /** Ids; empty in a full run. */
  readonly ids: readonly number[];
}

/** @param whole everything is to be read, whatever was touched */
async function planRun(client: PoolClient, beside: PoolClient, county: string, whole: boolean): Promise<Plan> {
  const ask = async <T>(text: string, of = client): Promise<T> => (await of.query(text, [county])).rows[0] as T;
  const [{ records }, { links, last }] = await Promise.all([
    ask<{ records: number }>('select count(*) as records from record where county = $1'),
    ask<{ links: number; last: number | null }>(
      'select count(*) as links, max(record) as last from link where county = $1',
      beside,
    ),
  ]);
  if (last === null) return { full: true, linkedBefore: false, touched: records, records, ids: [] };
  // Ids ascend: where there are as many links as records up to the last that is linked, only newer ones have none.
  const newer = await ask<{ records: number }>(
    `select count(*) as records from record where county = $1 and id > ${last}`,
  );
  const unlinked =
    records - newer.records === links
      ? `select id as record from record where county = $1 and id > ${last}`
      : `select r.id as record from record r left join link l on l.county = r.county and l.record = r.id where r.county = $1 and l.record is null`;
  const touched = await client.query<{ record: number }>(
    `${unlinked}
     union select record from touched_record t where t.county = $1 and exists (select from record r where r.county = t.county and r.id = t.record)`,
    [county],
  );
  // Without what last night knew of the persons, all of it has to be learned anew.
  const kept = await hasEvidenceParts(client, county);
  const full = whole || touched.rows.length > Math.max(1000, records * FULL_FROM) || (!kept && records > 0);
  return {
    full,
    linkedBefore: true,
    touched: touched.rows.length,
    records,
    ids: full ? [] : touched.rows.map((row) => row.record),
  };
}

async function run(
  linkage: Linkage,
  plan: Plan,
  learning: Learning | null,
  onProgress?: (progress: LinkProgress) => void,
): Promise<Outcome> {
  const { columns } = linkage;
  const formed = performance.now();
  await openStaging(linkage);
  const layers = plan.full ? await readEverything(linkage, plan, onProgress) : await readTouched(linkage, plan.ids);
  const { layer, settled } = await settleToPersons(linkage, layers, learning, onProgress);
  const { persons } = layer;
  const { rows, witnesses, seats } = await layers.households(persons);
  settled.set('household', await linkHouseholds(linkage, rows, witnesses, seats));
  onProgress?.({ what: 'form', done: 3, of: 4 });
  for (const kind of ['organisation', 'place', 'event', 'grid'] as const) {
    if (!columns.datasets.some((traits) => traits[kind])) continue;
    const subjects = await layers.subjects();
    const keyOf = (row: number): number => (kind === 'place' || kind === 'event' ? 0 : columns.subjectKey[row]!);
    settled.set(
      kind,
      await settleIdentities(linkage, kind, subjects, formSubjectClusters(columns, subjects, kind, keyOf), null),
    );
  }
  const written = layers.written();
  onProgress?.({ what: 'write', done: 0, of: written.length });
  // While the database writes the links of a night, there is time to ask whom the mentions mean: not before it has been told to.
  const told = Promise.withResolvers<void>();
  const mentioned = plan.full ? null : askMentions(linkage, layer, told.promise);
  // Heard of where it is awaited.
  mentioned?.catch(() => {});
  const appended = await writeLinkage(linkage, written, {
    onRow: (done) => onProgress?.({ what: 'write', done, of: written.length }),
    onTold: told.resolve,
  }).finally(told.resolve);
  if (mentioned) await writeMentions(linkage, await mentioned);
  else await linkMentions(linkage, layer);
  await writeConflicts(linkage, persons.conflicts);
  const queued = await keepPersons(linkage, layer);
  return {
    ...appended,
    ...report(linkage, written, settled, persons),
    quality: qualityOf(layer.partition, queued, (performance.now() - formed) / 1000),
    model: nameOfModel(layer.model),
  };
}

/** Buildings, dwellings and persons: each stands on the one before it. */
async function settleToPersons(
  linkage: Linkage,
  layers: Layers,
  learning: Learning | null,
  onProgress?: (progress: LinkProgress) => void,
): Promise<{ layer: PersonsLayer; settled: Map<Kind, Settled> }> {
  const settled = new Map<Kind, Settled>();
  onProgress?.({ what: 'form', done: 0, of: 4 });
  settled.set('building', await linkBuildings(linkage, await layers.buildings()));
  settled.set('dwelling', await linkDwellings(linkage, await layers.dwellings()));
  onProgress?.({ what: 'form', done: 1, of: 4 });
  const layer = await formPersons(linkage, learning);
  onProgress?.({ what: 'form', done: 2, of: 4 });
  settled.set('person', await settlePersons(linkage, layer, await layers.persons(layer)));
  return { layer, settled };
}

function report(
  linkage: Linkage,
  rows: Int32Array,
  settled: ReadonlyMap<Kind, Settled>,
  persons: PersonClusters,
): Omit<Outcome, keyof Appended> {
  const counts = REASONED.map(() => new Float64Array(16));
  linkage.after.reason.forEach((column, i) => {
    for (const row of rows) counts[i]![column[row]!]! += 1;
  });
  const sum = (of: keyof Settled): number => [...settled.values()].reduce((total, one) => total + one[of], 0);
  return {
    recordsRead: linkage.mode.full ? linkage.columns.size : linkage.readRows().length,
    entities: Object.fromEntries([...settled].map(([kind, one]) => [kind, one.clusters])),
    reasons: Object.fromEntries(
      REASONED.map((kind, i) => [
        kind,
        Object.fromEntries([...counts[i]!].flatMap((n, code) => (n > 0 && code > 0 ? [[reasonText(code), n]] : []))),
      ]),
    ),
    added: sum('added'),
    merged: sum('merged'),
    split: sum('split'),
    retired: sum('retired'),
    conflicts: persons.conflicts.length,
  };
}

/** Which rows each layer looks at. A layer is asked after the one before it has settled. */
interface Layers {
  buildings(): Promise<Int32Array>;
  dwellings(): Promise<Int32Array>;
  /** Positions in the layer's rows. */
  persons(layer: PersonsLayer): Promise<Int32Array>;
  households(heads: PersonClusters): Promise<Households>;
  subjects(): Promise<Int32Array>;
  written(): Int32Array;
}

async function readEverything(
  linkage: Linkage,
  plan: Plan,
  onProgress?: (progress: LinkProgress) => void,
): Promise<Layers> {
  await linkage.readAll(plan.records, (done) => onProgress?.({ what: 'read', done, of: plan.records }));
  linkage.prepare();
  const rows = Int32Array.from({ length: linkage.columns.size }, (_, row) => row);
  const all = (): Promise<Int32Array> => Promise.resolve(rows);
  return {
    buildings: all,
    dwellings: () => (renewDwellingKeys(linkage, rows), all()),
    persons: ({ changed }) => Promise.resolve(changed),
    households: (heads) => {
      const witnesses = { rows, heads };
      return Promise.resolve({ rows, witnesses, seats: renewHouseholdKeys(linkage, rows, witnesses) });
    },
    subjects: all,
    written: () => rows,
  };
}

/**
 * The touched records and whatever could be one with them. Each layer starts from the touched rows and from those that the layer
 * before it moved, and reaches out along its own keys only: along all keys together everybody is everybody's neighbour.
 */
async function readTouched(linkage: Linkage, ids: readonly number[]): Promise<Layers> {
  const { columns, before, after } = linkage;
  await linkage.readKnown();
  const read = await linkage.read(ids);
  linkage.prepare();
  // A telephone or a date of collection that changed is no evidence: such a record is confirmed, and reaches for nobody.
  const own = new Set(
    read.filter((row) => before.present[row] === 0 || before.keyOf('evidence', row) !== columns.evidence[row]),
  );
  const looked = new Set<number>(read);
  const note = (rows: Int32Array): Int32Array => {
    for (const row of rows) looked.add(row);
    return rows;
  };
  const moved = (kind: Kind): number[] =>
    [...looked].filter((row) => before.entity[KINDS.indexOf(kind)]![row] !== after.entity[KINDS.indexOf(kind)]![row]);
  return {
    buildings: async () => {
      const heavy = await placeInKnownBuildings(
        linkage,
        [...own].filter((row) => isBuildingMoved(linkage, row)),
      );
      return note(await reachNeighbours(linkage, heavy, BUILDING_KEYS, (row) => buildingKeysOf(linkage, row)));
    },
    dwellings: async () => {
      note(await readFollowers(linkage));
      const start = new Set([...own, ...moved('building')]);
      renewDwellingKeys(linkage, start);
      return note(
        await reachNeighbours(linkage, start, ['dwelling_key', 'dwelling_place_key'], (row) => [
          columns.dwellingCode[row]!,
          linkage.dwellingPlaceKey[row]!,
        ]),
      );
    },
    persons: async ({ rows, changed }) => {
      // Read before they are settled: what is written has to be known whole.
      await linkage.read(Array.from(changed, (at) => columns.id[rows[at]!]!));
      linkage.prepare();
      note(changed.map((at) => rows[at]!) as Int32Array<ArrayBuffer>);
      return changed;
    },
    households: async () => {
      const changed = new Set([...own, ...moved('building'), ...moved('dwelling'), ...moved('person')]);
      const households = await reachHouseholds(linkage, changed);
      note(households.rows);
      return households;
    },
    subjects: async () =>
      note(
        await reachNeighbours(
          linkage,
          // What stands there in a resident's row is the head's name.
          [...own].filter((row) => !columns.traits(row).household),
          ['subject_key'],
          (row) => [columns.subjectKey[row]!],
        ),
      ),
    written: () => Int32Array.from(looked).toSorted(),
  };
}

/**
 * Rows that only cite a building which was merged tonight go where its own records went, those that were placed in it tonight included:
 * what depends on their building is keyed anew.
 */
async function readFollowers(linkage: Linkage): Promise<Int32Array> {
  const { client, county, after, columns } = linkage;
  const found = await client.query<{ id: number; survivor: number }>(
    `select id, merged_into as survivor from entity_tonight where county = $1 and kind = 'building' and merged_into is not null`,
    [county],
  );
  const into = new Map(found.rows.map((row) => [Number(row.id), Number(row.survivor)]));
  if (into.size === 0) return new Int32Array(0);
  await linkage.read(await recordsWithKeys(linkage, ['building'], [...into.keys()]));
  linkage.prepare();
  const building = after.entity[KINDS.indexOf('building')]!;
  const followers: number[] = [];
  for (let row = 0; row < columns.size; row += 1) {
    const goes = into.get(building[row]!);
    if (goes === undefined) continue;
    building[row] = goes;
    followers.push(row);
  }
  return Int32Array.from(followers);
}

/** @param rows positions of rows, whole clusters and whole entities */
async function settlePersons(linkage: Linkage, { rows, persons }: PersonsLayer, some: Int32Array): Promise<Settled> {
  const packed = new Map<number, number>();
  const clusters = {
    cluster: some.map((at) => {
      const own = persons.cluster[at]!;
      if (own < 0) return -1;
      const known = packed.get(own) ?? packed.size;
      packed.set(own, known);
      return known;
    }),
    reason: Uint8Array.from(some, (at) => persons.reason[at]!),
    count: 0,
  };
  clusters.count = packed.size;
  return await settleIdentities(
    linkage,
    'person',
    some.map((at) => rows[at]!),
    clusters,
    PERSON_REASONS,
  );
}

function qualityOf(partition: PersonPartition, queued: number, seconds: number): LinkageQuality {
  return {
    blockingRecall: partition.learned.blockingRecall,
    weights: Array.from(partition.weights, (pairs, bin) => ({ from: WEIGHT_FLOOR + bin * 2, pairs })),
    capped: partition.capped,
    pairsScored: partition.pairs,
    undecided: partition.unanswered,
    queued,
    seconds,
  };
}
