import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReadings } from '../../src/authorize/index.js';
import { readConfig } from '../../src/config.js';
import { openHub } from '../../src/hub.js';
import { aggregatePeople } from '../../src/serve/aggregate-people.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { fillRandomCounty } from '../serve/random-county.js';
import { ALL_REGISTERS, COUNTY, GRID } from '../serve/small-county.js';

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
