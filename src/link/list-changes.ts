import type { Database } from '../database/connect.js';
import { typeOfChange, type ChangeType, type ShownChange } from '../model/change.js';
import type { Kind } from './link-columns.js';

/** A change as the data officer sees it, who sees all of it. */
export interface ListedChange {
  readonly id: number;
  readonly type: ChangeType;
  readonly kind: Kind;
  readonly entity: number;
  /** Where the records went; null where none did. */
  readonly into: number | null;
  /** How many went. */
  readonly records: number | null;
  readonly run: number;
  readonly at: Date;
  /** Whose undo brought it about; null where nobody's did. */
  readonly undoneBy: string | null;
}

export interface ChangesAsked {
  /** Those after this number. */
  readonly since: number | null;
  readonly run: number | null;
  readonly kind: Kind | null;
  readonly limit: number | null;
}

/** Changes in the order of the log. */
export async function listChanges(database: Database, county: string, asked: ChangesAsked): Promise<ListedChange[]> {
  const rows = await database.query<Omit<ListedChange, 'type'> & ShownChange>(
    `select c.*, (select max(b.state) from entity_change_beside b where b.county = $1 and b.change = c.id) as beside,
       (select sum(cardinality(m.records)) from entity_movement m where m.county = $1 and m.event = c.event and m.from_entity = c.entity
          and m.to_entity = c."into") as records,
       (select u.undone_by from identity_undo u where u.county = $1 and u.id = c.undo) as "undoneBy"
     from (
       select c.id, min(c.kind) as kind, min(c.entity) as entity, min(c.what) as what, min(c.other) as "into", min(c.run) as run,
         min(c.at) as at, min(c.event) as event, min(c.undo) as undo, max(c.before) as before, max(c.after) as after
       from entity_change c
       where c.county = $1 and c.id > coalesce($2::bigint, 0) and ($3::bigint is null or c.run = $3) and ($4::text is null or c.kind = $4)
       group by c.id order by c.id limit $5) as c
     order by c.id`,
    [county, asked.since, asked.run, asked.kind, asked.limit],
  );
  return rows.map((row) =>
    Object.assign(row, { type: typeOfChange(row), records: row.records === null ? null : Number(row.records) }),
  );
}

/** Where the log begins and ends; null before the first run of all. */
export async function readLog(
  database: Database,
  county: string,
): Promise<{ readonly first: number; readonly last: number } | null> {
  const [row] = await database.query<{ first: number; last: number }>(
    'select first, last from entity_log where county = $1',
    [county],
  );
  return row ?? null;
}

/**
 * Drops what is older than a moment, whole runs at a time: a cursor from before is refused from then on, and what was dropped can no
 * longer be undone.
 * @returns how many changes went
 */
export async function pruneChanges(database: Database, county: string, before: Date): Promise<number> {
  return await database.transaction(async (client) => {
    await client.query('select from entity_log where county = $1 for update', [county]);
    const { rows } = await client.query<{ last: number | null }>(
      'select max(id) as last from entity_change where county = $1 and at < $2',
      [county, before],
    );
    const last = rows[0]!.last;
    if (last === null) return 0;
    const gone = await client.query(
      `with gone as (delete from entity_change where county = $1 and id <= $2 returning id),
         beside as (delete from entity_change_beside where county = $1 and change <= $2),
         movement as (delete from entity_movement where county = $1 and event <= $2)
       select count(distinct id) as n from gone`,
      [county, last],
    );
    await client.query('update entity_log set first = greatest(first, $2::bigint + 1) where county = $1', [
      county,
      last,
    ]);
    return Number((gone.rows[0] as { n: number }).n);
  });
}
