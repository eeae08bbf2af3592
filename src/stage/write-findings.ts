import type { PoolClient } from 'pg';
import { FINDINGS, type Finding } from '../model/finding.js';
import type { DeliveryAtWork } from './delivery-head.js';
import { standsForOne } from './fold-repeats.js';

/** Writes the staged findings of a first delivery. @returns how many */
export async function writeFirstFindings(client: PoolClient, work: DeliveryAtWork, repeats: boolean): Promise<number> {
  if (repeats) {
    // Without statistics the planner walks all rows once for each that repeats: minutes for a county.
    await client.query('analyze staged_row (kind, key, rank)');
    await client.query(TWICE_IN_DELIVERY, [TWICE]);
  }
  await closeOfEarlier(client, work);
  const { rowCount } = await client.query(
    `insert into finding (${COLUMNS})
     select $1, $2, s.township, s.village, s.grid, $4, $3, case when not s.deleted then s.fresh end, ${FINDING}, $5, null ${STAGED} order by s.n, f.nth`,
    [...names(work), SEVERITIES],
  );
  return rowCount ?? 0;
}

/**
 * Writes the staged findings beside what `matchRows` decided, and closes those that the delivery ends: of records that it
 * changed or retired, and, after a full one, those of rows that earlier deliveries had refused. A row read again that says
 * what it said keeps the findings it has. Findings between records belong to the linkage and are left alone.
 * @returns how many were opened
 */
export async function writeMatchedFindings(
  client: PoolClient,
  work: DeliveryAtWork,
  repeats: boolean,
): Promise<number> {
  const { head, now } = work;
  const full = head.coverage === 'full';
  if (repeats) await client.query(TWICE_IN_DELIVERY, [TWICE]);
  if (full && !standsForOne(head)) await client.query(TWICE_WITH_SEEN, [head.county, TWICE]);
  await client.query(CLOSE_REPLACED, [head.county, now]);
  if (full) await client.query(CLOSE_NOT_REPEATED, [head.county, now]);
  await closeOfEarlier(client, work);
  const { rowCount } = await client.query(
    `insert into finding (${COLUMNS})
     select $1, $2, coalesce(o.township, s.township), coalesce(o.village, s.village), coalesce(o.grid, s.grid), $4, $3,
       case when o.what <> 'unknown' then o.record end, ${FINDING}, $5,
       case when o.what = 'older' then $5::timestamptz end
     ${STAGED_AND_DECIDED}
     where o.what is distinct from 'unchanged' or not exists (
       select from finding open
       where open.county = $1 and open.record = o.record and open.closed_at is null
         and open.code = f.code and open.column_name is not distinct from f.column)
     order by s.n, f.nth`,
    [...names(work), SEVERITIES],
  );
  return rowCount ?? 0;
}

/** Writes findings of a delivery that changed nothing. */
export async function writeBareFindings(
  client: PoolClient,
  work: DeliveryAtWork,
  findings: readonly Finding[],
): Promise<void> {
  await client.query(
    `insert into finding (${COLUMNS})
     select $1, $2, null, null, null, $4, $3, null, ${FINDING}, $5, null
     from ${rowsOf('$7::jsonb')} order by f.nth`,
    [...names(work), SEVERITIES, JSON.stringify(findings)],
  );
}

async function closeOfEarlier(client: PoolClient, { head, delivery, now }: DeliveryAtWork): Promise<void> {
  const full = head.coverage === 'full';
  await client.query(CLOSE_OF_EARLIER, [head.county, head.dataset.name, delivery, now, full]);
}

function names({ head, delivery, now }: DeliveryAtWork): unknown[] {
  return [head.county, head.dataset.register, head.dataset.name, delivery, now];
}

const COLUMNS = `county, register, township, village, grid, delivery, dataset, record,
  code, severity, sheet, row_no, item, column_name, found, accepted, opened_at, closed_at`;

const FINDING = `f.code, $6::jsonb ->> f.code, f.sheet, f.row, f.item, f.column, f.found, f.accepted`;

const SEVERITIES = JSON.stringify(
  Object.fromEntries(Object.entries(FINDINGS).map(([code, { severity }]) => [code, severity])),
);

const TWICE = 'ROW_TWICE' satisfies keyof typeof FINDINGS;

function rowsOf(findings: string): string {
  return `rows from (jsonb_to_recordset(${findings}) as (code text, sheet text, "row" integer, item text, "column" text,
    found text, accepted text)) with ordinality as f (code, sheet, "row", item, "column", found, accepted, nth)`;
}

const STAGED = `from staged_row s cross join lateral ${rowsOf('s.findings')}`;

const STAGED_AND_DECIDED = `from staged_row s left join outcome o on o.fresh = s.fresh cross join lateral ${rowsOf('s.findings')}`;

const ADD_TWICE = `coalesce(s.findings, '[]') || jsonb_build_array(jsonb_build_object(
  'code', CODE::text, 'sheet', s.sheet, 'row', s.row_no, 'item', s.item))`;

const TWICE_IN_DELIVERY = `
  update staged_row s set findings = ${ADD_TWICE.replace('CODE', '$1')}
  from staged_row first
  where s.kind = 'r' and s.rank > 1 and first.kind = 'r' and first.key = s.key and first.rank = 1
    and not states_same(first.stated, s.stated)`;

const TWICE_WITH_SEEN = `
  update staged_row s set findings = ${ADD_TWICE.replace('CODE', '$2')}
  from outcome o join record seen on seen.county = $1 and seen.id = o.seen
  where o.seen is not null and s.n = o.n and s.rank = 1 and not states_same(seen.stated, s.stated)`;

const OURS = `finding.closed_at is null and finding.other_record is null and finding.person is null`;

/** Counts on finding_record. */
const CLOSE_REPLACED = `
  update finding set closed_at = $2
  where county = $1 and ${OURS} and record in (
    select record from outcome where what in ('changed', 'revived', 'ended') union all select record from vanished)`;

const CLOSE_NOT_REPEATED = `
  update finding set closed_at = $2
  from outcome o join staged_row s using (n)
  where finding.county = $1 and ${OURS} and finding.record = o.record and o.what = 'unchanged'
    and not exists (
      select from jsonb_array_elements(s.findings) f
      where f ->> 'code' = finding.code and f ->> 'column' is not distinct from finding.column_name)`;

/** Counts on finding_delivery. A delivery that was held before it was accepted has findings of its own. */
const CLOSE_OF_EARLIER = `
  update finding set closed_at = $4
  where county = $1 and ${OURS} and record is null
    and delivery = any (array(select id from delivery where county = $1 and dataset = $2 and ($5 or id = $3)))`;
