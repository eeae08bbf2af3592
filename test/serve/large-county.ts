import type { Database } from '../../src/database/connect.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { DATASETS } from '../link/county-records.js';
import { COUNTY } from './small-county.js';

const PEOPLE = 20_000;
export const TOWNSHIP = `${COUNTY}001`;
export const VILLAGE = `${TOWNSHIP}007`;
/** In each of the villages. */
export const VILLAGERS = PEOPLE / 20;

/** 20,000 people in 20 villages, a thousand in each, one record of each, three in a household and thirty in a building; of 500 names, with a number and a telephone of their own. */
export async function fillLargeCounty(database: Database): Promise<void> {
  const person = `select n, '${COUNTY}001' || lpad((n % 20)::text, 3, '0') as village,
      chr(19968 + n % 50) || chr(20968 + n / 50 % 10) || '一' as name from generate_series(1, ${PEOPLE}) n`;
  await database.query(
    `insert into record (county, id, register, dataset, township, village, status, delivery, valid_from, tie, key, occurrence, hash, name, id_number, phone, stated)
     select $1, n, 'police', 'police/residents', left(village, 9), village, 'current', 1, now(), 'registered', gen_random_uuid(), 1, n, name,
       'N' || n, 'P' || n, jsonb_build_object('name', name, 'sex', (n % 2 + 1)::text, 'birthDate', '1990-01-01', 'addressElements',
         jsonb_build_object('road', chr(19968 + n % 50) || '路', 'number', n::text)) from (${person}) p`,
    [COUNTY],
  );
  await database.query(
    `insert into link (county, record, register, dataset, township, village, status, tie, person, household, dwelling, building)
     select $1, n, 'police', 'police/residents', left(village, 9), village, 'current', 'registered', n, 100000 + n % 20 * 1000 + n / 60,
       200000 + n % 20 * 1000 + n / 60, 300000 + n % 20 * 100 + n / 600 from (${person}) p`,
    [COUNTY],
  );
  await database.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, stated_on, state, columns)
     values ($1, 1, 'police', 'police/residents', 'a.csv', '', 0, 'csv', 'utf-8', 'full', '2026-10-01', 'taken', '[]')`,
    [COUNTY],
  );
  await refreshTotals(database, COUNTY, DATASETS);
  await database.query('vacuum analyze record, link, delivery');
}

export interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows that a plan took out of tables, those that it then threw away among them. */
export function visited(plan: Plan): number {
  const own = plan['Relation Name']
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)) *
      plan['Actual Loops']
    : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + visited(part), own);
}
