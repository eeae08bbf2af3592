import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UNSEALED } from '../../src/model/sealing.js';
import { receiveNight } from '../../src/pipeline.js';
import { openTestHub, type TestHub } from '../flow/open-test-hub.js';

const PROJECT = resolve(import.meta.dirname, '../..');
const SAMPLE = join(PROJECT, 'fixtures/sample/day-1/party-building');
const FILES = ['seal-keys.json', 'seal-master.key'];
const NUMBER = /"\d{17}[\dX]"/u;
let hub: TestHub;

beforeAll(async () => {
  hub = await openTestHub();
});
afterAll(() => hub.close());

function run(words: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'src/launch.mjs'), ...words], {
    env: {
      ...process.env,
      HUB_HOME: hub.config.home,
      DATABASE_URL: hub.database.url,
      HUB_API_DATABASE_URL: hub.apiUrl,
      HUB_COUNTY: '530502',
      LANG: 'en_US.UTF-8',
      LC_ALL: '',
      ...more,
    },
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

const readStated = async (): Promise<string> =>
  JSON.stringify(await hub.database.query('select id, key, stated, raw from record order by id'));

it('leaves a county that was taken in before seals as it is, until it is told to seal it', async () => {
  await hub.database.query(`delete from setting where name = 'seal'`);
  for (const file of FILES) renameSync(join(hub.config.home, file), join(hub.config.home, `${file}.before`));
  await receiveNight(
    { ...hub, database: { ...hub.database, sealing: UNSEALED } },
    { folder: SAMPLE, feed: null, accept: null, preview: false, onProgress: () => {} },
  );
  const before = await readStated();
  expect(before).toMatch(NUMBER);
  expect(run(['seal', 'status']).said).toContain('run seal all');
  expect(run(['receive', SAMPLE]).status).toBe(0);
  expect(await readStated()).toBe(before);

  expect(run(['seal', 'all'])).toMatchObject({ status: 0, said: expect.stringContaining('rows are sealed') });
  expect(await readStated()).not.toMatch(NUMBER);
  for (const file of FILES) expect(statSync(join(hub.config.home, file)).mode & 0o777).toBe(0o600);
  expect(run(['seal', 'all']).said).toContain('All numbers are sealed');
  expect(run(['seal', 'status']).said).toMatch(/k1 {2}AES-256-GCM .* [\d,]{3,} values, seals/u);
  const linked = await hub.database.query('select record, person from link order by 1');
  expect(run(['receive', SAMPLE]).status).toBe(0);
  expect(await hub.database.query('select record, person from link order by 1')).toEqual(linked);
}, 120_000);

it('says which key is missing or another, tells none of it, and changes nothing', async () => {
  const { home } = hub.config;
  const copy = (from: string, to: string) =>
    FILES.forEach((file) => copyFileSync(join(home, file + from), join(home, file + to)));
  const before = await readStated();
  const foreign = randomBytes(32).toString('base64');
  expect(run(['receive', SAMPLE], { HUB_SEAL_KEY: foreign })).toMatchObject({
    status: 1,
    said: expect.stringMatching(/^hub: The master key does not open key \w+ of seal-keys\.json: .*\n$/u),
  });
  copy('', '.mine');
  rmSync(join(home, 'seal-keys.json'));
  expect(run(['status'])).toMatchObject({ status: 1, said: expect.stringContaining('seal-keys.json is gone') });
  expect(run(['seal', 'rotate']).status).toBe(1);
  // Those of another hub, whole and good.
  copy('.before', '');
  expect(run(['receive', SAMPLE])).toMatchObject({
    status: 1,
    said: expect.stringContaining('were sealed by other keys'),
  });
  copy('.mine', '');
  expect(await readStated()).toBe(before);
  expect(run(['seal', 'rotate'], { HUB_SEAL: 'sm' })).toMatchObject({
    status: 0,
    said: expect.stringContaining('k2 (SM4-CTR+HMAC-SM3) seals from now on'),
  });
  expect(run(['seal', 'status']).said).toMatch(/k1 .* 0 values\n.*k2 {2}SM4-CTR\+HMAC-SM3 .* [\d,]{3,} values, seals/u);
}, 120_000);
