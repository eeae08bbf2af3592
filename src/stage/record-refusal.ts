import type { Database } from '../database/connect.js';
import type { DeliveryReport, Refusal } from '../model/delivery.js';
import { FINDINGS } from '../model/finding.js';

/** Stands where a file that was not recognised has no register, dataset, format … */
const UNKNOWN = 'unknown';

/**
 * Notes a file that could not be taken at all. The same bytes refused again for the same reason leave no second row.
 * A file whose bytes could not be read has none: its name and size stand for them.
 */
export async function recordRefusal(database: Database, county: string, refusal: Refusal): Promise<DeliveryReport> {
  const { file, bytes, dataset, finding } = refusal;
  const sha256 = refusal.sha256 ?? '';
  const delivery = await database.transaction(async (client) => {
    const before = await client.query<{ id: number }>(
      `select id from delivery
       where county = $1 and sha256 = $2 and state = 'refused' and reason = $3 and ($2 <> '' or (file = $4 and bytes = $5))
       limit 1`,
      [county, sha256, finding.code, file, bytes],
    );
    if (before.rows[0]) return before.rows[0].id;
    const detail = { found: finding.found, accepted: finding.accepted, column: finding.column };
    const register = dataset?.register ?? UNKNOWN;
    const name = dataset?.name ?? UNKNOWN;
    const { rows } = await client.query<{ id: number }>(
      `insert into delivery (county, register, dataset, file, sha256, bytes, format, encoding, coverage, state, reason, reason_detail)
       values ($1, $2, $3, $4, $5, $6, $7, $7, $7, 'refused', $8, $9) returning id`,
      [county, register, name, file, sha256, bytes, UNKNOWN, finding.code, JSON.stringify(detail)],
    );
    const id = rows[0]!.id;
    await client.query(
      `insert into finding (county, register, dataset, delivery, code, severity, sheet, row_no, item, column_name, found, accepted)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        county,
        register,
        name,
        id,
        finding.code,
        FINDINGS[finding.code].severity,
        finding.sheet,
        finding.row,
        finding.item,
        finding.column,
        finding.found,
        finding.accepted,
      ],
    );
    await client.query(
      `insert into delivery_count (county, delivery, rows, added, changed, unchanged, retired, refused_rows, findings)
       values ($1, $2, 0, 0, 0, 0, 0, 0, 1)`,
      [county, id],
    );
    return id;
  });
  return {
    delivery,
    file,
    sha256: refusal.sha256,
    dataset: dataset?.name ?? null,
    state: 'refused',
    reason: finding,
    rows: 0,
    added: 0,
    changed: 0,
    unchanged: 0,
    retired: 0,
    refusedRows: 0,
    findings: 1,
  };
}
