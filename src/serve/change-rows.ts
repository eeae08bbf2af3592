import { levelOf, type Reading } from '../authorize/index.js';
import type { ShownChange } from '../model/change.js';

/** A change as this viewer's rows show it. */
export interface ChangeRow extends ShownChange {
  readonly id: number;
  readonly kind: string;
  readonly entity: number;
  readonly other: number | null;
  readonly run: number;
  readonly at: Date;
  readonly undo: boolean;
}

export interface ChangePage {
  /** The oldest change that is kept, and the newest there is. */
  readonly first: number;
  readonly last: number;
  readonly rows: readonly ChangeRow[];
}

/**
 * A page of the log in its order, and the log's bounds: in one statement, for what is read later may already hold more.
 * @param kinds null for all; as `entity.kind` has them
 * Indexes: the primary key; of a viewer of one village or grid entity_change_village, entity_change_grid.
 */
export async function readChanges(
  reading: Reading,
  after: number | null,
  kinds: readonly string[] | null,
  limit: number,
): Promise<ChangePage> {
  const own = ownDivision(reading);
  const rows = await reading.query<ChangeRow & { first: number; last: number }>(
    {
      name: `changes ${own?.level ?? ''}`,
      text: `select log.first, log.last, c.*,
          (select max(b.state) from entity_change_beside b where b.county = $1 and b.change = c.id) as beside
        from ${LOG} left join lateral (
          select c.id, min(c.kind) as kind, min(c.entity) as entity, min(c.what) as what, min(c.other) as other, min(c.run) as run,
            min(c.at) as at, bool_or(c.undo is not null) as undo, max(c.before) as before, max(c.after) as after
          from entity_change c
          where c.county = $1 and c.id > greatest($2::bigint, log.first - 1) and ($3::text[] is null or c.kind = any ($3))
            ${own ? `and c.${own.level} = $5` : ''}
          group by c.id order by c.id limit $4) as c on true
        order by c.id`,
    },
    [reading.bounds.county, after ?? 0, kinds, limit, ...(own ? [own.code] : [])],
  );
  const { first, last } = rows[0]!;
  return { first, last, rows: rows.filter((row) => row.id !== null) };
}

export async function countChanges(
  reading: Reading,
  after: number | null,
  kinds: readonly string[] | null,
): Promise<number> {
  const [row] = await reading.query<{ n: number }>(
    {
      name: 'count changes',
      text: `select count(distinct c.id) as n from entity_change c, ${LOG}
        where c.county = $1 and c.id > greatest($2::bigint, log.first - 1) and ($3::text[] is null or c.kind = any ($3))`,
    },
    [reading.bounds.county, after ?? 0, kinds],
  );
  return row!.n;
}

export async function isChangeSeen(reading: Reading, id: number): Promise<boolean> {
  const rows = await reading.query(
    { name: 'change seen', text: 'select from entity_change where county = $1 and id = $2 limit 1' },
    [reading.bounds.county, id],
  );
  return rows.length > 0;
}

/** Before the first run of all there is no log yet, and nothing in it. */
const LOG = `(select coalesce(max(first), 1) as first, coalesce(max(last), 0) as last from entity_log where county = $1) as log`;

/** One village or grid narrows like a filter would, beside row-level security and never instead of it: its index gives the order. */
function ownDivision({ bounds }: Reading): { readonly code: string; readonly level: 'village' | 'grid' } | null {
  const all = [...bounds.counties, ...bounds.townships, ...bounds.villages, ...bounds.grids];
  const level = all.length === 1 ? levelOf(all[0]!) : null;
  return level === 'village' || level === 'grid' ? { code: all[0]!, level } : null;
}
