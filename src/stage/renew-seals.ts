import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import type { Value } from '../model/record.js';
import { isSealed, type Renewing, type SealedValue } from '../model/sealing.js';

/** Rows to a transaction: a tenth of a second, for which a night that wants one of them waits. */
const BATCH = 1000;
/** Milliseconds until rows that were in use are tried again. */
const PAUSE = 1000;

/**
 * Moves everything that older keys sealed under the current one, a batch after the other, while readings and nights go on. What somebody is
 * writing is left for the next look, so that nobody ever waits for us in turn.
 * @returns rows written
 */
export async function renewSeals(
  database: Database,
  seal: Renewing,
  county: string,
  onRows: (rows: number) => void = () => {},
): Promise<number> {
  let written = 0;
  for (const table of TABLES) {
    for (;;) {
      const rows = await renewTable(database, seal, county, table, (some) => onRows(written + some));
      written += rows;
      if (rows === 0 && !(await hasOlder(database, seal, county, table))) break;
      if (rows === 0) await new Promise((wait) => setTimeout(wait, PAUSE));
    }
  }
  return written + (await renewParts(database, seal, county));
}

/** Values by the key that sealed them, `ALGORITHM:KEY`. */
export async function countSeals(
  database: Database,
  county: string,
): Promise<readonly { readonly key: string; readonly values: number }[]> {
  return await database.query(
    `select m[1] as key, count(*) as values
     from (select stated, raw from record where county = $1 union all select stated, raw from record_version where county = $1) r
       cross join lateral regexp_matches(r.stated::text || coalesce(r.raw::text, ''), '"sealed": "([^"]*):[^":]*"', 'g') m
     group by 1 order by 1`,
    [county],
  );
}

interface Table {
  readonly name: string;
  /** Of the primary key behind the county, with their types. */
  readonly key: readonly [string, string][];
}

const TABLES: readonly Table[] = [
  { name: 'record', key: [['id', 'bigint']] },
  {
    name: 'record_version',
    key: [
      ['record', 'bigint'],
      ['valid_from', 'timestamptz'],
    ],
  },
];

/** What is left of a row's text without the values of the current key. */
const OLDER = `replace(stated::text || coalesce(raw::text, ''), '"sealed": "' || $2::text || ':', '') like '%"sealed": "%'`;

async function hasOlder(database: Database, seal: Renewing, county: string, { name }: Table): Promise<boolean> {
  const [row] = await database.query<{ older: boolean }>(
    `select exists (select from ${name} where county = $1 and ${OLDER}) as older`,
    [county, seal.current],
  );
  return row!.older;
}

async function renewTable(
  database: Database,
  seal: Renewing,
  county: string,
  { name, key }: Table,
  onRows: (rows: number) => void,
): Promise<number> {
  const columns = key.map(([column]) => column).join(', ');
  const after = key.map(([, type], i) => `$${i + 3}::${type}`).join(', ');
  let last: readonly string[] | null = null;
  let written = 0;
  for (;;) {
    const rows: readonly Row[] = await database.transaction(async (client) => {
      const found = await client.query<Row>(
        `select array[${key.map(([column]) => `${column}::text`).join(', ')}] as key, stated, raw from ${name}
         where county = $1 and ${OLDER} ${last ? `and (${columns}) > (${after})` : ''}
         order by ${columns} limit ${BATCH} for update skip locked`,
        [county, seal.current, ...(last ?? [])],
      );
      await client.query(
        `update ${name} t set stated = n.stated::jsonb, raw = n.raw::jsonb
         from unnest(${key.map(([, type], i) => `$${i + 4}::${type}[]`).join(', ')}, $2::text[], $3::text[])
           as n (${columns}, stated, raw)
         where t.county = $1 and ${key.map(([column]) => `t.${column} = n.${column}`).join(' and ')}`,
        [
          county,
          found.rows.map((row) => JSON.stringify(renewed(seal, row.stated))),
          found.rows.map((row) => row.raw && JSON.stringify(renewed(seal, row.raw))),
          ...key.map((_, i) => found.rows.map((row) => row.key[i])),
        ],
      );
      return found.rows;
    });
    if (rows.length === 0) return written;
    written += rows.length;
    last = rows.at(-1)!.key;
    onRows(written);
  }
}

interface Row {
  readonly key: readonly string[];
  readonly stated: Value;
  readonly raw: Value;
}

function renewed(seal: Renewing, value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: Value) => renewed(seal, each));
  if (isSealed(value)) return { ...value, sealed: seal.renew((value as SealedValue).sealed) };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renewed(seal, each as Value)]));
}

/** In the linkage's turn, which waits for it: a run that had begun would find what it read gone. */
async function renewParts(database: Database, seal: Renewing, county: string): Promise<number> {
  return await database.transaction(async (client: PoolClient) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('hub link ' || $1))`, [county]);
    const { rows } = await client.query<{ part: number }>(
      `select part from linkage_part where county = $1 and substr(body, 1, 60) not like $2::bytea`,
      [county, Buffer.from(`hub sealed ${seal.current}\n%`, 'latin1')],
    );
    for (const { part } of rows) {
      const read = await client.query<{ body: Buffer }>(
        'select body from linkage_part where county = $1 and part = $2',
        [county, part],
      );
      const body = seal.sealBytes(seal.openBytes(read.rows[0]!.body));
      await client.query('update linkage_part set body = $3 where county = $1 and part = $2', [county, part, body]);
    }
    return rows.length;
  });
}
