import type { PoolClient } from 'pg';
import type { SightingChunk, StagedRows } from './staged-rows.js';
import type { DeliveryAtWork } from './delivery-head.js';

/** Rows to a part of a sighting. */
const PART = 10_000;

/** Collects which row was which record, and stages it by the part. */
export interface Sightings {
  see(place: { sheet: string | null; row: number | null; item: string | null }, record: number): Promise<void> | void;
  end(): Promise<void> | void;
}

export function collectSightings(staged: StagedRows): Sightings {
  let sheet: string | null = null;
  let rows: number[] = [];
  let items: string[] = [];
  let records: number[] = [];
  return {
    see(place, record) {
      const full = records.length >= PART || (place.sheet !== sheet && records.length > 0) ? end() : undefined;
      sheet = place.sheet;
      if (place.item === null) rows.push(place.row ?? 0);
      else items.push(place.item);
      records.push(record);
      return full;
    },
    end,
  };

  function end(): Promise<void> | void {
    if (records.length === 0) return;
    const chunk: SightingChunk = {
      sheet,
      rows: rows.length > 0 ? rows : null,
      items: items.length > 0 ? items : null,
      records,
    };
    [rows, items, records] = [[], [], []];
    return staged.sighting(chunk);
  }
}

/** Stores the parts collected on the way, and those of the rows that had to be compared first. */
export async function writeSightings(client: PoolClient, work: DeliveryAtWork, compared: boolean): Promise<void> {
  const { rowCount } = await client.query(
    `insert into sighting (county, delivery, part, sheet, rows, items, records)
     select $1, $2, row_number() over (order by n), sheet, rows, items, records from staged_row where kind = 's'`,
    [work.head.county, work.delivery],
  );
  if (!compared) return;
  await client.query(
    `insert into sighting (county, delivery, part, sheet, rows, items, records)
     select $1, $2, $3 + row_number() over (order by min(n)), sheet,
       case when min(item) is null then array_agg(coalesce(row_no, 0) order by n) end,
       case when min(item) is not null then array_agg(item order by n) end,
       array_agg(record order by n)
     from (
       select s.n, s.sheet, s.row_no, s.item, o.record, (row_number() over (partition by s.sheet order by s.n) - 1) / $4 as part
       from staged_row s join outcome o on o.fresh = s.fresh
       where s.kind in ('r', 'f') and o.what <> 'unknown'
     ) seen
     group by sheet, part`,
    [work.head.county, work.delivery, rowCount ?? 0, PART],
  );
}
