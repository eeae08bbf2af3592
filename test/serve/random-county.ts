import fc from 'fast-check';
import type { Database } from '../../src/database/connect.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { DATASETS } from '../link/county-records.js';
import { COUNTY, EAST_1, EAST_2, fillSmallCounty, WEST, WEST_1 } from './small-county.js';

export const GRIDS = [`${EAST_1}001`, `${EAST_1}002`, `${WEST_1}001`] as const;

export interface Row {
  readonly id: number;
  readonly register: string;
  readonly dataset: string;
  readonly village: string | null;
  readonly township: string | null;
  readonly grid: string | null;
  readonly tie: string | null;
  readonly status: string;
  readonly person: number;
  readonly stated: Readonly<Record<string, string>>;
}

/** 240 records of 60 people, drawn once; each person is in two villages at least. */
export const rows: readonly Row[] = fc
  .sample(
    fc.record({
      dataset: fc.constantFrom(
        'police/residents',
        'governance/residents',
        'party-building/members',
        'civil-affairs/benefits',
      ),
      place: fc.constantFrom(...GRIDS, EAST_1, EAST_2, WEST_1, WEST, null),
      tie: fc.constantFrom('registered', 'resident', null),
      status: fc.constantFrom('current', 'current', 'current', 'retired'),
      sex: fc.constantFrom('1', '2', '2', undefined),
      birthDate: fc.constantFrom('2020-11-23', '1966-11-22', '1966-11-23', '1990', '2011-03', '1920-01-01', undefined),
      updatedAt: fc.constantFrom('2026-08-01T10:00:00+08:00', '2026-09-01T10:00:00+08:00'),
      programme: fc.constantFrom('城乡低保', '高龄津贴'),
    }),
    { numRuns: 240, seed: 4 },
  )
  .map(({ dataset, place, tie, status, sex, birthDate, updatedAt, programme }, at) => ({
    id: 500 + at,
    register: dataset.split('/')[0]!,
    dataset,
    village: place && place.length >= 12 ? place.slice(0, 12) : null,
    township: place ? place.slice(0, 9) : null,
    grid: place && place.length === 15 ? place : null,
    tie,
    status,
    person: 9000 + (at % 60),
    stated: JSON.parse(
      JSON.stringify({
        name: `人${at % 7}`,
        sex,
        birthDate,
        updatedAt,
        ...(dataset === 'civil-affairs/benefits' && { programme }),
      }),
    ) as Record<string, string>,
  }));

export async function fillRandomCounty(database: Database): Promise<void> {
  await fillSmallCounty(database);
  await database.query('truncate record, link, entity, mention, finding, record_version');
  const place = [COUNTY, JSON.stringify(rows)];
  const from = `from jsonb_to_recordset($2::jsonb) as x (id bigint, register text, dataset text, village text, township text, grid text, tie text, status text, person bigint, stated jsonb)`;
  await database.query(
    `insert into record (county, id, register, dataset, township, village, grid, status, delivery, valid_from, tie, key, occurrence, hash, name, stated)
     select $1, id, register, dataset, township, village, grid, status, 1, now(), tie, gen_random_uuid(), 1, id, stated ->> 'name', stated ${from}`,
    place,
  );
  await database.query(
    `insert into link (county, record, register, dataset, township, village, grid, status, tie, person)
     select $1, id, register, dataset, township, village, grid, status, tie, person ${from}`,
    place,
  );
  await refreshTotals(database, COUNTY, DATASETS);
}
