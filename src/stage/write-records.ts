import type { PoolClient } from 'pg';
import type { DeliveryAtWork } from './delivery-head.js';

/** The first delivery of a dataset: nothing to compare with, so the rows become records as they are. @returns how many */
export async function writeFirstRecords(client: PoolClient, work: DeliveryAtWork): Promise<number> {
  const { head, delivery, now } = work;
  const { rowCount } = await client.query(
    `insert into record (${RECORD_COLUMNS})
     select $1, fresh, $2, $3, township, village, grid, 'current', $4, sheet, row_no, item, $5, tie, key, rank, hash,
       ${SEARCHED}, stated, raw, null
     from staged_row s where kind = 'r' and not deleted`,
    [head.county, head.dataset.register, head.dataset.name, delivery, now],
  );
  return rowCount ?? 0;
}

/** Writes what `matchRows` decided: the old version of whatever changes goes into the history first. */
export async function writeMatchedRecords(client: PoolClient, work: DeliveryAtWork): Promise<void> {
  const { head, delivery, now } = work;
  const { county, dataset } = head;
  await client.query(KEEP_OLD_VERSIONS, [county, now]);
  await client.query(KEEP_LATE_STATEMENTS, [county, dataset.register, dataset.name, delivery, now]);
  await client.query(UPDATE, [county, delivery, now]);
  await client.query(RETIRE, [county, now]);
  await client.query(ADD, [county, dataset.register, dataset.name, delivery, now]);
  if (head.coverage === 'full') await client.query(RENEW_HASHES, [county]);
  await client.query(TOUCH, [county]);
}

const RECORD_COLUMNS = `county, id, register, dataset, township, village, grid, status, delivery, sheet, row_no, item,
  valid_from, tie, key, occurrence, hash, name, id_number, birth_date, phone, stated, raw, carried`;

const VERSION_COLUMNS = `county, record, register, dataset, township, village, grid, status, delivery, sheet, row_no, item,
  valid_from, valid_to, tie, stated, raw, carried`;

/** Of what is sealed, its index. */
const searched = (stated: string, field: string): string =>
  `coalesce(${stated} -> '${field}' ->> 'index', ${stated} ->> '${field}')`;

const SEARCHED = `s.stated ->> 'name', ${searched('s.stated', 'idNumber')}, s.stated ->> 'birthDate', ${searched('s.stated', 'phone')}`;

const REPLACED = `
  select record from outcome where what in ('changed', 'revived', 'ended') union all select record from vanished`;

const KEEP_OLD_VERSIONS = `
  insert into record_version (${VERSION_COLUMNS})
  select county, id, register, dataset, township, village, grid, status, delivery, sheet, row_no, item,
    valid_from, $2, tie, stated, raw, carried
  from record where county = $1 and id in (${REPLACED})`;

/** Known from now on and never what held: an interval of no length, which no reading of a moment meets. */
const KEEP_LATE_STATEMENTS = `
  insert into record_version (${VERSION_COLUMNS})
  select $1, o.record, $2, $3, s.township, s.village, s.grid, case when s.deleted then 'retired' else 'current' end,
    $4, s.sheet, s.row_no, s.item, $5, $5, s.tie, s.stated, s.raw, null
  from outcome o join staged_row s using (n) where o.what = 'older'`;

const UPDATE = `
  update record r set
    township = o.township, village = o.village, grid = o.grid, tie = o.tie,
    status = case o.what when 'ended' then 'retired' else 'current' end,
    delivery = $2, sheet = s.sheet, row_no = s.row_no, item = s.item, valid_from = $3, hash = s.hash,
    name = o.stated ->> 'name', id_number = ${searched('o.stated', 'idNumber')},
    birth_date = o.stated ->> 'birthDate', phone = ${searched('o.stated', 'phone')},
    stated = o.stated, raw = o.raw, carried = o.carried
  from outcome o join staged_row s using (n)
  where r.county = $1 and r.id = o.record and o.what in ('changed', 'revived', 'ended')`;

/** Delivery and row stay those that stated it last: the one it vanished from has no row to cite. */
const RETIRE = `
  update record r set status = 'retired', valid_from = $2
  from vanished v where r.county = $1 and r.id = v.record`;

const ADD = `
  insert into record (${RECORD_COLUMNS})
  select $1, o.record, $2, $3, s.township, s.village, s.grid, 'current', $4, s.sheet, s.row_no, s.item, $5, s.tie,
    s.key, o.occurrence, s.hash, ${SEARCHED}, s.stated, s.raw, null
  from outcome o join staged_row s using (n) where o.what = 'added' order by o.n`;

/** The same content from other cells (a changed declaration, another running number): known by its hash the next night. */
const RENEW_HASHES = `
  update record r set hash = s.hash
  from outcome o join staged_row s using (n)
  where r.county = $1 and r.id = o.record and o.what = 'unchanged' and o.other_hash and r.status = 'current'`;

const TOUCH = `
  insert into touched_record (county, record)
  select $1, record from (${REPLACED}) replaced on conflict do nothing`;
