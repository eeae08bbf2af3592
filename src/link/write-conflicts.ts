import { copyInto } from '../database/copy.js';
import type { Linkage } from './linkage.js';

/**
 * Writes ID_NUMBER_SHARED between a record and the anchor of its number, and closes those that no longer hold.
 * @param conflicts all of the county's
 */
export async function writeConflicts(
  { client, county, columns, mode }: Linkage,
  conflicts: readonly (readonly [row: number, anchor: number])[],
): Promise<void> {
  await client.query('create temp table conflict (record bigint, other_record bigint) on commit drop');
  const copy = copyInto(client, 'conflict', ['record', 'other_record']);
  for (const [row, anchor] of conflicts) await copy.write([columns.id[row], columns.id[anchor]]);
  await copy.end();
  if (mode.linkedBefore) {
    await client.query(
      `update finding f set closed_at = now()
       where f.county = $1 and f.code = 'ID_NUMBER_SHARED' and f.closed_at is null and f.other_record is not null
         and not exists (select from conflict c where c.record = f.record and c.other_record = f.other_record)`,
      [county],
    );
  }
  await client.query('analyze conflict');
  // Lateral, one by one: a first load's tables have no statistics yet, and the planner would read all of them for a few rows.
  await client.query(
    `insert into finding (county, register, township, village, grid, delivery, dataset, record, other_record, person, code, severity, sheet, row_no, item)
     select r.county, r.register, r.township, r.village, r.grid, r.delivery, r.dataset, r.id, c.other_record, l.person,
       'ID_NUMBER_SHARED', 'warning', r.sheet, r.row_no, r.item
     from conflict c
     cross join lateral (select * from record where county = $1 and id = c.record limit 1) as r
     cross join lateral (select person from link where county = $1 and record = c.record limit 1) as l
     where not $2 or not exists (select from finding f where f.county = $1 and f.record = c.record and f.other_record = c.other_record
       and f.code = 'ID_NUMBER_SHARED' and f.closed_at is null)
     order by c.record`,
    [county, mode.linkedBefore],
  );
}
