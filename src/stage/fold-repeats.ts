import type { PoolClient } from 'pg';
import type { DeliveryHead } from './delivery-head.js';

/**
 * Whether a key is one record however often the delivery names it: the id of an item (it changed while the pages were being
 * read), or the number of an entry in a journal, a delta that says of each row whether it begins, changes or ends something.
 * Elsewhere two rows of one key are two records.
 */
export function standsForOne({ dataset, coverage }: DeliveryHead): boolean {
  if (dataset.file.format === 'items') return true;
  return coverage === 'delta' && dataset.columns.some((column) => column.word.kind === 'deleted');
}

/** Leaves the last of the rows that stand for one record; in a delta it takes over what the earlier ones stated. */
export async function foldRepeats(client: PoolClient, { coverage }: DeliveryHead): Promise<void> {
  await client.query(
    `with repeated as (
       select fresh, max(n) as last from staged_row where kind = 'r' group by fresh having count(*) > 1
     ), merged as (
       select r.fresh, r.last, jsonb_object_agg(v.key, v.value order by s.n) as stated
       from repeated r join staged_row s on s.kind = 'r' and s.fresh = r.fresh, jsonb_each(s.stated) v
       group by r.fresh, r.last
     ), written as (
       select r.fresh, jsonb_object_agg(v.key, v.value order by s.n) as raw
       from repeated r join staged_row s on s.kind = 'r' and s.fresh = r.fresh, jsonb_each(s.raw) v
       group by r.fresh
     ), replaced as (
       select r.fresh, array_agg(distinct field) as drops
       from repeated r join staged_row s on s.kind = 'r' and s.fresh = r.fresh, unnest(s.drops) field
       group by r.fresh
     )
     update staged_row s set
       kind = case when s.n = r.last then 'r' else 'f' end::"char",
       stated = case when $1 and s.n = r.last then coalesce(m.stated, s.stated) else s.stated end,
       raw = case when $1 and s.n = r.last then w.raw else s.raw end,
       drops = case when $1 and s.n = r.last then d.drops else s.drops end
     from repeated r
       left join merged m on m.fresh = r.fresh
       left join written w on w.fresh = r.fresh
       left join replaced d on d.fresh = r.fresh
     where s.kind = 'r' and s.fresh = r.fresh`,
    [coverage === 'delta'],
  );
}
