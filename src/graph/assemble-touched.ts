import type { Database } from '../database/connect.js';
import type { Dataset } from '../model/importer.js';
import { CONTRADICTIONS } from './contradictions.js';

export interface AssembleReport {
  /** Persons looked at. */
  readonly persons: number;
  readonly opened: number;
  readonly closed: number;
  /** Opened tonight, by code. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/**
 * Looks for contradictions between the records of the persons that the linkage touched; writes them as findings between two records,
 * and closes those that no longer hold. One transaction; without touched persons it does nothing.
 */
export async function assembleTouched(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
  onProgress?: (done: number, of: number) => void,
): Promise<AssembleReport> {
  const started = performance.now();
  return await database.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read');
    await client.query(`select pg_advisory_xact_lock(hashtext('hub assemble ' || $1))`, [county]);
    const { rows } = await client.query<{ everybody: boolean; persons: number }>(
      `select coalesce(bool_or(entity = 0), false) as everybody, count(*) as persons from touched_entity where county = $1 and kind = 'person'`,
      [county],
    );
    const { everybody, persons } = rows[0]!;
    const byCode: Record<string, number> = {};
    let closed = 0;
    if (persons > 0) {
      await client.query('create temp table asked_person (person bigint primary key) on commit drop');
      if (!everybody) {
        await client.query(
          `insert into asked_person select entity from touched_entity where county = $1 and kind = 'person'`,
          [county],
        );
      }
      await client.query('analyze asked_person');
      await client.query(
        'create temp table contradiction (code text, record bigint, other_record bigint, person bigint) on commit drop',
      );
      // A county's statements of who somebody is, grouped by person in memory rather than on disk.
      if (everybody) await client.query(`set local work_mem = '256MB'`);
      await client.query(
        'create temp table suspect (person bigint, numbers boolean, births boolean, sexes boolean, repeats boolean) on commit drop',
      );
      const withoutDuplicates = datasets.filter(hasNobodyTwice).map((dataset) => dataset.name);
      for (const [i, { suspects, select }] of CONTRADICTIONS.entries()) {
        if (suspects) {
          await client.query(suspects(everybody), [county, withoutDuplicates]);
          await client.query('analyze suspect');
        }
        await client.query(select(everybody), suspects ? [county, withoutDuplicates] : [county]);
        onProgress?.(i + 1, CONTRADICTIONS.length);
      }
      closed = await closeSettled(client, county, everybody);
      for (const { code, n } of await openNew(client, county)) byCode[code] = n;
    }
    await client.query('delete from touched_entity where county = $1', [county]);
    return {
      persons,
      opened: Object.values(byCode).reduce((total, n) => total + n, 0),
      closed,
      byCode,
      seconds: (performance.now() - started) / 1000,
    };
  });
}

function hasNobodyTwice(dataset: Dataset): boolean {
  return dataset.duplicates === 'none';
}

type Client = Parameters<Parameters<Database['transaction']>[0]>[0];
const CODES = CONTRADICTIONS.flatMap(({ codes }) => codes);

/** A finding of a person looked at, or of a record that has gone to another person, that was not found again. */
async function closeSettled(client: Client, county: string, everybody: boolean): Promise<number> {
  const done = await client.query(
    `update finding f set closed_at = now()
     where f.county = $1 and f.code = any($2) and f.closed_at is null and f.other_record is not null
       and ($3 or f.person in (select person from asked_person)
         or exists (select from link l join asked_person a on a.person = l.person where l.county = f.county and l.record in (f.record, f.other_record)))
       and not exists (select from contradiction c
         where c.code = f.code and c.record = f.record and c.other_record = f.other_record and c.person = f.person)`,
    [county, CODES, everybody],
  );
  return done.rowCount ?? 0;
}

async function openNew(client: Client, county: string): Promise<{ code: string; n: number }[]> {
  const opened = await client.query<{ code: string; n: number }>(
    `with opened as (
       insert into finding (county, register, township, village, grid, delivery, dataset, record, other_record, person, code, severity, sheet, row_no, item)
       select r.county, r.register, r.township, r.village, r.grid, r.delivery, r.dataset, r.id, c.other_record, c.person, c.code, 'warning',
         r.sheet, r.row_no, r.item
       from contradiction c join record r on r.county = $1 and r.id = c.record
       where not exists (select from finding f where f.county = $1 and f.record = c.record and f.other_record = c.other_record
         and f.code = c.code and f.person = c.person and f.closed_at is null)
       order by r.id, c.code
       returning code)
     select code, count(*) as n from opened group by code`,
    [county],
  );
  return opened.rows;
}
