import type { PoolClient } from 'pg';
import type { KeyColumn } from './link-columns.js';
import type { Linkage } from './linkage.js';

/**
 * The rows given and every record that shares a key with one of them, and with those, until nothing new comes: what a cluster of theirs
 * could consist of, tonight or last night. By the indexes link_*_key, and link_*_key_of_definer.
 * @param keysNow tonight's keys of a row; 0 for none
 * @param definersOnly reaches only rows that define a building or dwelling, not those that cite it
 */
export async function reachNeighbours(
  linkage: Linkage,
  start: Iterable<number>,
  by: readonly KeyColumn[],
  keysNow: (row: number) => readonly number[],
  definersOnly = false,
): Promise<Int32Array> {
  const reached = new Set<number>(start);
  const asked = new Set<number>();
  let fresh = [...reached];
  while (fresh.length > 0) {
    const keys: number[] = [];
    const ask = (key: number): void => {
      if (key === 0 || asked.has(key)) return;
      asked.add(key);
      keys.push(key);
    };
    for (const row of fresh) {
      for (const column of by) ask(linkage.before.keyOf(column, row));
      for (const key of keysNow(row)) ask(key);
    }
    const rows = await linkage.read(await recordsWithKeys(linkage, by, keys, definersOnly));
    linkage.prepare();
    fresh = rows.filter((row) => !reached.has(row));
    for (const row of fresh) reached.add(row);
  }
  return Int32Array.from(reached).toSorted();
}

/** Ids of the records whose link row has one of these keys, or entities, in one of these columns. */
export async function recordsWithKeys(
  linkage: Linkage,
  columns: readonly (KeyColumn | 'person' | 'dwelling' | 'building')[],
  keys: readonly number[],
  definersOnly = false,
): Promise<number[]> {
  if (keys.length === 0) return [];
  const clients = [linkage.client, linkage.beside!];
  const found = new Set<number>();
  const halves = await Promise.all(
    linkage.inHalves(keys).map((some, i) => recordsOf(linkage, clients[i]!, columns, some, definersOnly)),
  );
  for (const records of halves) for (const record of records) found.add(record);
  return [...found];
}

async function recordsOf(
  { county, columns: { datasets } }: Linkage,
  client: PoolClient,
  columns: readonly string[],
  keys: readonly number[],
  definersOnly: boolean,
): Promise<number[]> {
  await client.query('create temp table if not exists asked (key bigint) on commit drop');
  await client.query('truncate asked');
  await client.query('insert into asked select unnest($1::bigint[])', [keys]);
  await client.query('analyze asked');
  // For some thousand keys the planner would rather walk the whole of an index, and each row that it points to.
  await client.query('set local enable_mergejoin = off; set local enable_hashjoin = off');
  const found: number[] = [];
  for (const column of columns) {
    // A tie is a person's to a home, and what defines a building or dwelling speaks of no person: that much its index tells.
    const rows = await client.query<{ record: number }>(
      `select l.record from asked a join link l on l.county = $1 and l.${column} = a.key
       ${definersOnly ? 'where l.tie is null and l.dataset = any($2)' : ''}`,
      definersOnly ? [county, datasets.filter((traits) => traits.defines).map((traits) => traits.name)] : [county],
    );
    for (const { record } of rows.rows) found.push(record);
  }
  await client.query('set local enable_mergejoin to default; set local enable_hashjoin to default');
  return found;
}
