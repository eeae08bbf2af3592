import { spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestHub, type TestHub } from './open-test-hub.js';

const PROJECT = resolve(import.meta.dirname, '../..');
const SAMPLE = join(PROJECT, 'fixtures/sample');

let undisturbed: TestHub;
let expected: string;
beforeAll(async () => {
  undisturbed = await openTestHub();
  await undisturbed.receive(join(SAMPLE, 'day-1'));
  expected = await counts(undisturbed);
});
afterAll(() => undisturbed.close());

it.each([0, 1, 4, 9, 13])(
  'killed once %i deliveries are in, the same command goes on to the same result',
  async (deliveries) => {
    const hub = await openTestHub();
    try {
      await killedOnce(deliveries, hub);
      const again = runHub(hub, ['receive', join(SAMPLE, 'day-1')]);
      expect(again.stderr).not.toContain('hub:');
      expect(again.status).toBe(0);
      expect(await counts(hub)).toBe(expected);
      const leftovers = await hub.database.query(
        `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
      );
      expect(leftovers).toEqual([]);
    } finally {
      await hub.close();
    }
  },
);

/** By what the database shows, not by the clock: machines differ. After the last delivery it dies while it links. */
async function killedOnce(deliveries: number, hub: TestHub): Promise<void> {
  const child = spawn(process.execPath, [join(PROJECT, 'src/launch.mjs'), 'receive', join(SAMPLE, 'day-1')], {
    env: environmentOf(hub),
    stdio: 'ignore',
    detached: true,
  });
  let ended = false;
  const gone = new Promise<void>((done) => {
    child.on('exit', () => {
      ended = true;
      done();
    });
  });
  for (;;) {
    const [now] = await hub.database.query<{ taken: number; busy: boolean }>(
      `select (select count(*) from delivery where state = 'taken') as taken,
         exists (select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) as busy`,
    );
    if (ended || (now!.busy && now!.taken >= deliveries)) break;
  }
  if (!ended) process.kill(-child.pid!, 'SIGKILL');
  await gone;
}

function runHub(hub: TestHub, words: readonly string[]) {
  return spawnSync(process.execPath, [join(PROJECT, 'src/launch.mjs'), ...words], {
    env: environmentOf(hub),
    encoding: 'utf8',
  });
}

function environmentOf(hub: TestHub): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HUB_HOME: hub.config.home,
    DATABASE_URL: hub.config.databaseUrl!,
    HUB_API_DATABASE_URL: hub.config.apiDatabaseUrl!,
    HUB_COUNTY: '530502',
    LANG: 'en_US.UTF-8',
  };
}

async function counts(hub: TestHub): Promise<string> {
  const rows = await hub.database.query(
    `select 'record ' || dataset as what, count(*) as n from record group by 1
     union all select 'entity ' || kind || status, count(*) from entity group by 1
     union all select 'person ' || person_reason, count(*) from link group by 1
     union all select 'taken ' || file, count(*) from delivery where state = 'taken' group by 1
     union all select 'finding ' || code, count(*) from finding where closed_at is null group by 1 order by 1`,
  );
  return JSON.stringify(rows);
}
