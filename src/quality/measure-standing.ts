import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import { readBinaryCopy } from '../database/read-binary-copy.js';
import {
  REASONED_KINDS,
  SIZE_EDGES,
  type BigCluster,
  type ReasonedKind,
  type ReasonShare,
  type ReviewQueue,
  type RunQuality,
  type Violation,
  VIOLATIONS,
} from '../model/link-run.js';

/** What the links say of themselves. */
export type Standing = Pick<RunQuality, 'reasons' | 'sizes' | 'biggest' | 'alone'>;

/** From so many records on, an entity is remembered as large; how many of the largest are told. */
const LARGE = { person: [4, 8], household: [12, 4], dwelling: [24, 4], building: [128, 4] } as const satisfies Record<
  ReasonedKind,
  readonly [from: number, told: number]
>;

/**
 * Reads all links twice over, 2.6 million of them in some two seconds each: cheaper, beside what a night reads anyway, than totals that every
 * writer would have to keep true. One after the other: it goes on beside the totals, and readers are there as well.
 */
export async function measureStanding(database: Database, county: string): Promise<Standing> {
  const counted = await countReasons(database, county);
  const sized = await readSizes(database, county);
  const biggest: BigCluster[] = [];
  for (const { kind, largest } of sized) biggest.push(...(await describe(database, county, kind, largest)));
  return { ...counted, sizes: sized.flatMap(({ sizes }) => sizes), biggest };
}

async function countReasons(database: Database, county: string): Promise<Pick<Standing, 'reasons' | 'alone'>> {
  const rows = await database.query<
    { register: string; dataset: string; n: number } & Record<ReasonedKind, string | null>
  >(
    `select register, dataset, person_reason as person, household_reason as household, dwelling_reason as dwelling,
       building_reason as building, count(*) as n
     from link where county = $1 and status = 'current' group by 1, 2, 3, 4, 5, 6`,
    [county],
  );
  const reasons = new Map<string, { -readonly [K in keyof ReasonShare]: ReasonShare[K] }>();
  const alone = new Map<string, { dataset: string; alone: number; of: number }>();
  for (const row of rows) {
    for (const kind of REASONED_KINDS) {
      const reason = row[kind];
      if (reason === null) continue;
      const key = `${row.register} ${kind} ${reason}`;
      const share = reasons.get(key) ?? { register: row.register, kind, reason, records: 0 };
      share.records += row.n;
      reasons.set(key, share);
    }
    if (row.person === null) continue;
    const lonely = alone.get(row.dataset) ?? { dataset: row.dataset, alone: 0, of: 0 };
    lonely.of += row.n;
    if (row.person === 'ALONE') lonely.alone += row.n;
    alone.set(row.dataset, lonely);
  }
  return {
    reasons: [...reasons].toSorted(byKey).map(([, share]) => share),
    alone: [...alone].toSorted(byKey).map(([, lonely]) => lonely),
  };
}

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0;

interface Sized {
  readonly kind: ReasonedKind;
  readonly sizes: Standing['sizes'];
  /** Ids with their records, most first. */
  readonly largest: readonly (readonly [entity: number, records: number])[];
}

/** Counted here, by id: entities of all kinds have their ids from one sequence, and a million groups cost the database four times as much. */
async function readSizes(database: Database, county: string): Promise<Sized[]> {
  // The county goes into COPY, which takes no parameters.
  if (!/^\d{6}$/.test(county)) throw new Error('A county code has six digits.');
  return await database.transaction(async (client) => {
    let [sizes, kinds] = [new Uint32Array(2 ** 16), new Uint8Array(2 ** 16)];
    const query = `select ${REASONED_KINDS.join(', ')} from link where county = '${county}'`;
    for await (const rows of readBinaryCopy(client, query)) {
      for (let at = 0; at < rows.length;) {
        at += 2;
        for (let kind = 0; kind < REASONED_KINDS.length; kind += 1) {
          const length = rows.readInt32BE(at);
          at += 4;
          if (length < 0) continue;
          const entity = rows.readUInt32BE(at) * 2 ** 32 + rows.readUInt32BE(at + 4);
          while (entity >= sizes.length) [sizes, kinds] = [twiceAsLong(sizes), twiceAsLong(kinds)];
          sizes[entity]! += 1;
          kinds[entity] = kind;
          at += length;
        }
      }
    }
    return REASONED_KINDS.map((kind, i) => sizedOf(kind, sizes, (entity) => kinds[entity] === i));
  });
}

function twiceAsLong<C extends Uint32Array | Uint8Array>(column: C): C {
  const longer = new (column.constructor as new (length: number) => C)(column.length * 2);
  longer.set(column);
  return longer;
}

function sizedOf(kind: ReasonedKind, sizes: Uint32Array, isOfKind: (entity: number) => boolean): Sized {
  const [large, told] = LARGE[kind];
  const bins = new Map<number, number>();
  const largest: (readonly [entity: number, records: number])[] = [];
  sizes.forEach((size, entity) => {
    if (size === 0 || !isOfKind(entity)) return;
    const from = SIZE_EDGES.findLast((edge) => edge <= size)!;
    bins.set(from, (bins.get(from) ?? 0) + 1);
    if (size >= large) largest.push([entity, size]);
  });
  return {
    kind,
    sizes: [...bins].toSorted(([one], [other]) => one - other).map(([from, entities]) => ({ kind, from, entities })),
    largest: largest.toSorted(([, one], [, other]) => other - one).slice(0, told),
  };
}

async function describe(
  database: Database,
  county: string,
  kind: ReasonedKind,
  largest: Sized['largest'],
): Promise<BigCluster[]> {
  const rows = await database.query<{ entity: number; register: string; n: number }>(
    `select ${kind} as entity, register, count(*) as n from link where county = $1 and ${kind} = any ($2::bigint[]) group by 1, 2 order by 1, 2`,
    [county, largest.map(([entity]) => entity)],
  );
  return largest.map(([entity, records]) => ({
    kind,
    entity,
    records,
    registers: Object.fromEntries(rows.filter((row) => row.entity === entity).map(({ register, n }) => [register, n])),
  }));
}

/** What waits for a person, and what must not be; as the findings and the queue stand now. */
export async function measureDoubt(
  client: PoolClient,
  county: string,
): Promise<Pick<RunQuality, 'queue' | 'conflicts' | 'violations'>> {
  const conflicts = await client.query<{ n: number }>(
    `select count(*) as n from finding where county = $1 and code = 'ID_NUMBER_SHARED' and closed_at is null`,
    [county],
  );
  const found = await client.query<{ code: string; persons: number; entities: string[] }>(
    `select code, count(*) as persons, (array_agg(person order by person))[1:20] as entities
     from (select distinct code, person from finding where county = $1 and code = any ($2::text[]) and closed_at is null) as broken
     group by 1`,
    [county, Object.keys(VIOLATIONS)],
  );
  const violations = (Object.keys(VIOLATIONS) as Violation['code'][]).map((code) => {
    const row = found.rows.find((each) => each.code === code);
    return { code, persons: row?.persons ?? 0, entities: (row?.entities ?? []).map(Number) };
  });
  return { queue: await readQueue(client, county), conflicts: conflicts.rows[0]!.n, violations };
}

async function readQueue(client: PoolClient, county: string): Promise<ReviewQueue> {
  const { rows } = await client.query<{ open: number; oldest: Date | null; proposed: number }>(
    `select count(*) as open, min(opened_at) as oldest,
       (select count(*) from decision d where d.county = $1 and d.state = 'proposed') as proposed
     from review_pair where county = $1 and closed_at is null`,
    [county],
  );
  const { open, proposed, oldest } = rows[0]!;
  return { open, proposed, oldest: oldest === null ? null : new Date(oldest).toISOString() };
}
