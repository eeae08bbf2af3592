import type { PoolClient } from 'pg';
import type { DeliveryReport } from '../model/delivery.js';
import type { Finding } from '../model/finding.js';
import type { DeliveryHead, FeedCursor } from './delivery-head.js';

/** A delivery's row: one for the same bytes, however often they were held or refused before they were taken. */
export interface DeliveryRow {
  readonly state: 'taken' | 'held' | 'refused';
  readonly reason: Finding | null;
  /** Who accepted it all the same, and why. */
  readonly accepted?: { readonly by: string; readonly reason: string };
  readonly columns: Readonly<Record<string, string>>;
}

/** The id of a delivery: a new one, or that of the same bytes held or refused before. */
export async function numberDelivery(client: PoolClient, county: string, sha256: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `select coalesce(
       (select max(id) from delivery where county = $1 and sha256 = $2 and state in ('held', 'refused')),
       nextval('delivery_id')) as id`,
    [county, sha256],
  );
  return rows[0]!.id;
}

export async function writeDelivery(
  client: PoolClient,
  head: DeliveryHead,
  id: number,
  row: DeliveryRow,
): Promise<void> {
  const detail = row.reason && {
    found: row.reason.found,
    accepted: row.reason.accepted,
    column: row.reason.column,
    ...row.accepted,
  };
  await client.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, stated_on,
       state, reason, reason_detail, columns, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, coalesce($16, clock_timestamp()))
     on conflict (county, id) do update set
       register = excluded.register, dataset = excluded.dataset, file = excluded.file, format = excluded.format,
       encoding = excluded.encoding, coverage = excluded.coverage, stated_on = excluded.stated_on,
       state = excluded.state, reason = excluded.reason, reason_detail = excluded.reason_detail,
       columns = excluded.columns, received_at = excluded.received_at`,
    [
      head.county,
      id,
      head.dataset.register,
      head.dataset.name,
      head.file,
      head.sha256,
      head.bytes,
      head.format,
      head.encoding,
      head.coverage,
      head.statedOn,
      row.state,
      row.reason?.code ?? null,
      detail && JSON.stringify(detail),
      JSON.stringify(row.columns),
      head.receivedAt ?? null,
    ],
  );
}

export async function writeDeliveryCount(client: PoolClient, county: string, id: number, report: DeliveryReport) {
  const { rows, added, changed, unchanged, retired, refusedRows, findings } = report;
  await client.query(
    `insert into delivery_count (county, delivery, rows, added, changed, unchanged, retired, refused_rows, findings)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (county, delivery) do update set
       rows = excluded.rows, added = excluded.added, changed = excluded.changed, unchanged = excluded.unchanged,
       retired = excluded.retired, refused_rows = excluded.refused_rows, findings = excluded.findings`,
    [county, id, rows, added, changed, unchanged, retired, refusedRows, findings],
  );
}

export async function writeFeedCursor(client: PoolClient, county: string, cursor: FeedCursor, now: string) {
  await client.query(
    `insert into feed_cursor (county, register, resource, cursor, taken_at) values ($1, $2, $3, $4, $5)
     on conflict (county, register, resource) do update set cursor = excluded.cursor, taken_at = excluded.taken_at`,
    [county, cursor.register, cursor.resource, cursor.cursor, now],
  );
}

/** Whether the same bytes were held or refused for the same reason before. */
export async function wasSoBefore(
  client: PoolClient,
  { county, dataset }: DeliveryHead,
  id: number,
  state: string,
  reason: Finding,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from delivery where county = $1 and id = $2 and dataset = $3 and state = $4 and reason = $5',
    [county, id, dataset.name, state, reason.code],
  );
  return rowCount === 1;
}
