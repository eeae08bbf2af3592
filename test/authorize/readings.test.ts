import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadings, type Reading, type Readings } from '../../src/authorize/index.js';
import { boundsOf } from '../../src/authorize/bounds.js';
import { prepareWhole, readWhole } from '../../src/authorize/whole-reading.js';
import type { Viewer } from '../../src/model/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { viewerOf } from './viewer.js';
import { ALL_REGISTERS, EAST, EAST_1, EAST_2, fillSmallCounty, GRID, WEST } from '../serve/small-county.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let readings: Readings;
beforeAll(async () => {
  database = await cloneDatabase();
  await fillSmallCounty(database);
  // One connection a role: whoever comes next gets the one that was just used.
  readings = openReadings({ apiUrl: database.apiUrl, poolSize: 1, statementTimeout: 400, patience: 3000 });
});
afterAll(async () => {
  await readings.close();
  await database.close();
});

const viewer = (divisions: string | readonly string[], registers: readonly string[] = ALL_REGISTERS): Viewer =>
  viewerOf(divisions, registers);
const TABLES = ['record', 'record_version', 'link', 'mention', 'finding', 'entity', 'delivery'] as const;
const records = async (reading: Reading) =>
  (await reading.query<{ id: number }>({ text: 'select id from record order by id' }, [])).map((row) => row.id);
const see = (who: Viewer) => readings.read(who, records);

describe('a reading', () => {
  it('shows each level what belongs there, and only the registers of the token', async () => {
    const all = await database.query<{ id: number; township: string; village: string; grid: string; register: string }>(
      'select * from record order by id',
    );
    const those = (test: (row: (typeof all)[number]) => boolean) => all.filter(test).map((row) => row.id);
    expect(await see(viewer('530502'))).toEqual(those(() => true));
    expect(await see(viewer(EAST))).toEqual(those((row) => row.township === EAST));
    expect(await see(viewer(EAST_2))).toEqual(those((row) => row.village === EAST_2));
    expect(await see(viewer(GRID))).toEqual(those((row) => row.grid === GRID));
    expect(await see(viewer([WEST, EAST_1]))).toEqual(those((row) => row.township === WEST || row.village === EAST_1));
    expect(await see(viewer(EAST, ['police']))).toEqual(
      those((row) => row.township === EAST && row.register === 'police'),
    );
    expect(await see(viewer('530112'))).toEqual([]);
    expect(await see(viewer(EAST, ['nobody']))).toEqual([]);
  });

  it('writes nothing and reads nothing of the flow’s own', async () => {
    await expect(see(viewer(EAST))).resolves.not.toEqual([]);
    for (const text of [
      'delete from record',
      'insert into setting values (1, 2)',
      'select * from setting',
      'select * from sighting',
      'reset role',
    ]) {
      const attempt = readings.read(viewer(EAST), async (reading) => {
        await reading.query({ text }, []);
        return await records(reading);
      });
      await expect(attempt, text).rejects.toMatchObject({ failure: 'internal' });
    }
  });

  it('takes no connection until the first query, and none after the end', async () => {
    let kept: Reading | null = null;
    await readings.read(viewer(EAST), async (reading) => void (kept = reading));
    await expect(kept!.query({ text: 'select 1' }, [])).rejects.toMatchObject({ failure: 'internal' });
  });

  it('refuses a viewer whose codes are no codes, before any statement', async () => {
    await expect(see(viewer("530502'; set role postgres; --"))).rejects.toThrow(RangeError);
  });

  it('sends what is asked together in one go, and one failure fails the rest with its own reason', async () => {
    const attempt = readings.read(viewer(EAST), (reading) =>
      Promise.all([records(reading), reading.query({ text: 'select pg_sleep(2)' }, []), records(reading)]),
    );
    await expect(attempt).rejects.toMatchObject({ failure: 'timeout' });
  });
});

describe('the last that is asked', () => {
  const last = { text: 'select id from record order by id' };

  it('gives the connection back before the reading is over', async () => {
    await readings.read(viewer(EAST), async (reading) => {
      await reading.query(last, [], true);
      // The only one there is.
      expect(await see(viewer(EAST_2))).not.toEqual([]);
    });
  });

  it('is told of as any other, and what comes after it is asked as the same viewer', async () => {
    await readings.read(viewer(EAST), async (reading) => {
      const found = await reading.query(last, [], true);
      expect(found.map((row) => row['id'])).toEqual(await see(viewer(EAST)));
      expect(await records(reading)).toEqual(found.map((row) => row['id']));
    });
    expect(await see(viewer(WEST))).toEqual([32, 33]);
  });

  it('fails the reading where it fails', async () => {
    const attempt = readings.read(viewer(EAST), async (reading) => {
      await reading.query({ text: 'select 1/0' }, [], true).catch(() => {});
      return await records(reading);
    });
    await expect(attempt).rejects.toMatchObject({ failure: 'internal' });
    expect(await see(viewer(WEST))).toEqual([32, 33]);
  });

  it('is all that is asked in one transaction as the viewer, which leaves nothing behind', async () => {
    const told = {
      name: 'told',
      text: `select current_user as role, string_agg(format('%s=%s', name, current_setting(name, true)), ' ' order by at) as settings,
        current_setting('transaction_read_only') as read_only, current_setting('plan_cache_mode') as plans, pg_current_xact_id_if_assigned() as writes
        from unnest($1::text[]) with ordinality as asked (name, at)`,
    };
    const names = ['county', 'counties', 'townships', 'villages', 'grids', 'registers', 'ties', 'client', 'may'];
    const asked = [[...names.map((name) => `hub.${name}`), 'statement_timeout']];
    const who = viewerOf([EAST, WEST], ['police', 'governance'], { client: 'one', may: ['review'] });
    const alone = () => readings.read(who, (reading) => reading.query(told, asked, true));
    const beside = () =>
      readings.read(who, async (reading) => (await Promise.all([records(reading), reading.query(told, asked)]))[1]);
    const [row] = await alone();
    expect(row).toMatchObject({ role: 'hub_township', read_only: 'on', plans: 'force_generic_plan', writes: null });
    expect(row!['settings']).toContain(`hub.county=530502 hub.counties= hub.townships=${EAST},${WEST}`);
    expect([row]).toEqual(await beside());
    const { Client } = await import('pg');
    const client = new Client({ connectionString: database.apiUrl });
    await client.connect();
    const bounds = boundsOf(who);
    await prepareWhole(client as never, bounds.level, 400);
    await readWhole(client as never, who, bounds, told, asked);
    await expect(readWhole(client as never, who, bounds, { text: 'select 1/0' }, [])).rejects.toThrow('division');
    const { rows } = await client.query(told.text, asked);
    const left = {
      role: 'hub_api',
      settings: [...names.map((name) => `hub.${name}=`), 'statement_timeout=400ms'].join(' '),
    };
    // What is no viewer's own, the connection keeps.
    expect(rows).toEqual([{ ...left, read_only: 'on', plans: 'force_generic_plan', writes: null }]);
    await client.end();
  });

  it('writes nothing either', async () => {
    for (const text of ['delete from record', `create temporary table mine (id int)`, 'select * from setting'])
      await expect(
        readings.read(viewer(EAST), (reading) => reading.query({ text }, [], true)),
        text,
      ).rejects.toMatchObject({ failure: 'internal' });
  });

  it('is refused to a viewer whose grants have changed, and nothing of it runs', async () => {
    const stale = { ...viewer(EAST), accessVersion: 2 };
    const attempt = readings.read(stale, (reading) => reading.query({ text: 'select 1/0' }, [], true));
    await expect(attempt).rejects.toMatchObject({ failure: 'stale' });
    // The statement was not made ready then; it is now.
    const named = { name: 'seen late', text: 'select id from record order by id' };
    await expect(readings.read(stale, (reading) => reading.query(named, [], true))).rejects.toMatchObject({
      failure: 'stale',
    });
    const found = await readings.read(viewer(WEST), (reading) => reading.query(named, [], true));
    expect(found.map((row) => row['id'])).toEqual([32, 33]);
  });

  it('is told by SET LOCAL where the county is spread over machines', async () => {
    const name = new URL(database.apiUrl).pathname.slice(1);
    await database.query(`alter database ${name} set citus.propagate_set_commands = 'local'`);
    const spread = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
    try {
      const found = await spread.read(viewer(WEST), (reading) =>
        reading.query<{ id: number; ready: number }>(
          { text: `select id, (select count(*) from pg_prepared_statements) as ready from record order by id` },
          [],
          true,
        ),
      );
      expect(found).toEqual([
        { id: 32, ready: 0 },
        { id: 33, ready: 0 },
      ]);
    } finally {
      await spread.close();
      await database.query(`alter database ${name} reset citus.propagate_set_commands`);
    }
  });

  it('is stopped when nobody waits any more, and nothing after it is', async () => {
    const leaving = new AbortController();
    const patient = openReadings({ apiUrl: database.apiUrl, poolSize: 1, statementTimeout: 5000 });
    const began = performance.now();
    const attempt = patient.read(
      viewer(EAST),
      async (reading) => await reading.query({ text: 'select pg_sleep(4)' }, [], true),
      { signal: leaving.signal },
    );
    setTimeout(() => leaving.abort(), 200);
    await expect(attempt).rejects.toMatchObject({ failure: 'unavailable' });
    expect(await patient.read(viewer(WEST), records)).toEqual([32, 33]);
    expect(performance.now() - began).toBeLessThan(3000);
    await patient.close();
  });
});

describe('the next on the connection', () => {
  const before = {
    'one whose last statement failed': () =>
      readings.read(viewer(EAST), (reading) => reading.query({ text: 'select 1/0' }, [], true)),
    'a reading that ended well': () => see(viewer(EAST)),
    'one that threw in between': () =>
      readings.read(viewer(EAST), async (reading) => {
        await records(reading);
        throw new Error('thrown');
      }),
    'one that failed in SQL': () => readings.read(viewer(EAST), (reading) => reading.query({ text: 'select 1/0' }, [])),
    'one that was stopped for taking too long': () =>
      readings.read(viewer(EAST), (reading) => reading.query({ text: 'select pg_sleep(5)' }, [])),
    'one whose connection was cut': () =>
      readings.read(viewer(EAST), async (reading) => {
        const [row] = await reading.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' }, []);
        await database.query('select pg_terminate_backend($1)', [row!.pid]);
        await records(reading);
      }),
  };
  it.each(Object.entries(before))('sees what is its own, after %s', async (_, run) => {
    await run().catch(() => {});
    expect(await see(viewer(WEST))).toEqual([32, 33]);
  });

  it('has no settings left, and a connection without them shows nothing at all', async () => {
    await see(viewer(EAST));
    const plain = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
    const { Client } = await import('pg');
    const client = new Client({ connectionString: database.apiUrl });
    await client.connect();
    await client.query(
      `begin; set local role hub_township; set local hub.county = '530502'; set local hub.townships = '${EAST}'; set local hub.registers = 'police'; commit`,
    );
    expect((await client.query(`select current_setting('hub.townships', true) as left`)).rows).toEqual([{ left: '' }]);
    for (const table of TABLES) {
      for (const role of ['county', 'township', 'village', 'grid', 'mixed']) {
        await client.query(`begin; set local role hub_${role}`);
        expect((await client.query(`select from ${table}`)).rowCount, `${table} as hub_${role}`).toBe(0);
        await client.query('rollback');
      }
      await expect(client.query(`select from ${table}`), table).rejects.toMatchObject({ code: '42501' });
    }
    await client.end();
    await plain.close();
  });

  it('waits no longer than it must for a pool that is exhausted', async () => {
    const patient = openReadings({ apiUrl: database.apiUrl, poolSize: 1, patience: 300 });
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const held = patient.read(viewer(EAST), async (reading) => {
      await records(reading);
      await finished;
    });
    await new Promise((wait) => setTimeout(wait, 100));
    await expect(patient.read(viewer(EAST), records)).rejects.toMatchObject({ failure: 'unavailable' });
    finish();
    await held;
    await expect(patient.read(viewer(WEST), records)).resolves.toEqual([32, 33]);
    await patient.close();
  });
});
