import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReadings } from '../../src/authorize/index.js';
import { readConfig } from '../../src/config.js';
import { openHub } from '../../src/hub.js';
import { aggregatePeople } from '../../src/serve/aggregate-people.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { fillRandomCounty } from '../serve/random-county.js';
import { addRecord, ALL_REGISTERS, COUNTY, EAST_1, GRID } from '../serve/small-county.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
const home = mkdtempSync(join(tmpdir(), 'hub-upgrade-'));
beforeAll(async () => {
  database = await cloneDatabase();
  await fillRandomCounty(database);
  await database.query(`insert into setting values ('county', $1) on conflict do nothing`, [COUNTY]);
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const kept = () => database.query('select * from person_total order by county, registers, tie, level, area');

/** The program opens the database, and a client asks. */
async function start() {
  const hub = await openHub(
    readConfig({ HUB_HOME: home, DATABASE_URL: database.url, HUB_API_DATABASE_URL: database.apiUrl }),
  );
  const readings = openReadings({ apiUrl: hub.apiUrl, poolSize: 1 });
  try {
    return await Promise.all(
      [COUNTY, GRID].map((where) =>
        readings.read(viewerOf(where, ALL_REGISTERS), (reading) =>
          aggregatePeople(reading, ['village', 'sex'], {}, '2026-11-22'),
        ),
      ),
    );
  } finally {
    await readings.close();
    await hub.close();
  }
}

it('counts the people of a database that is older than the totals before anybody asks, and once', async () => {
  const before = await start();
  expect(before[0]!.total).toBeGreaterThan(50);
  expect(before[1]!.total).toBeGreaterThan(5);
  const totals = await kept();
  await database.query('truncate person_trait, person_total');
  await database.query(`delete from setting where name = 'totals'`);
  expect(await start()).toEqual(before);
  expect(await kept()).toEqual(totals);
  const [written] = await database.query<{ last: string }>('select max(xmin::text::bigint) as last from person_trait');
  await start();
  expect(await database.query('select max(xmin::text::bigint) as last from person_trait')).toEqual([written]);
});

it('counts them anew where the totals know of fewer registers than the program', async () => {
  const totals = await kept();
  await database.query(`update setting set value = '1 police' where name = 'totals'`);
  await database.query(`delete from person_total where registers like '%governance%'`);
  await start();
  expect(await kept()).toEqual(totals);
});

it('calls what a benefit is for, and since when, by their own names in what was stored under those of events and posts', async () => {
  const stated = { name: '张三', programme: '城乡低保', category: '一般困难户', since: '2021-03' };
  const link = { village: EAST_1, person: 1, delivery: 1 };
  await addRecord(database, 9001, {
    ...link,
    register: 'civil-affairs',
    dataset: 'civil-affairs/benefits',
    stated,
    raw: { since: '44256' },
  });
  await addRecord(database, 9002, {
    ...link,
    register: 'governance',
    dataset: 'governance/staff',
    stated: { role: '网格长', since: '2024-01-01' },
  });
  await database.query(
    readFileSync(resolve(import.meta.dirname, '../../schema/migrations/041-benefit-fields.sql'), 'utf8'),
  );
  expect(await database.query('select stated, raw from record where id > 9000 order by id')).toEqual([
    {
      stated: { name: '张三', programme: '城乡低保', benefitCategory: '一般困难户', benefitSince: '2021-03' },
      raw: { benefitSince: '44256' },
    },
    { stated: { role: '网格长', since: '2024-01-01' }, raw: null },
  ]);
});
