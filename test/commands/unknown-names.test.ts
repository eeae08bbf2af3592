import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { registerClient } from '../../src/authorize/index.js';
import { runCommand } from '../../src/cli.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, EAST, EAST_1, fillSmallCounty } from '../serve/small-county.js';

const home = mkdtempSync(join(tmpdir(), 'hub-unknown-'));
const file = join(home, 'people.graphql');
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let [shown, told] = ['', ''];
beforeAll(async () => {
  writeFileSync(file, 'query People { people(first: 1) { totalCount } }');
  database = await cloneDatabase();
  await fillSmallCounty(database);
  await database.query(`insert into setting (name, value) values ('county', $1)`, [COUNTY]);
  await registerClient(database.pool, COUNTY, { name: 'clinic-app', organ: '卫健', kind: 'program', by: 'one' });
});
beforeEach(() => {
  [shown, told] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  runCommand(words, {
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    LANG: 'en_US.UTF-8',
  });

it.each([
  ['audit', 'shown', '--client', 'clinic-ap'],
  ['token', 'clinic-ap'],
  ['token-revoke', '--client', 'clinic-ap'],
  ['documents', 'add', 'clinic-ap', file],
  ['grant', 'clinic-ap'],
])('a client that was mistyped is told from one of whom there is nothing to tell: %s %s', async (...words) => {
  expect(await run(...words)).toBe(2);
  expect(told).toBe('There is no client clinic-ap; there are clinic-app.\n');
  expect(shown).toBe('');
  expect(await run(...words.map((word) => (word === 'clinic-ap' ? 'clinic-app' : word)))).toBe(0);
});

it('grants nothing in a division that there is not, and names those that there are', async () => {
  const words = ['--zh', '走访', '--en', 'visits', '--basis', '条例', '--scenario', '走访', '--by', '李四'];
  expect(await run('purpose', 'home-visit', ...words)).toBe(0);
  const grant = (...codes: string[]) =>
    run('grant', 'clinic-app', '--purpose', 'home-visit', '--division', ...codes, '--by', '李四');
  expect(await grant(EAST_1, `${EAST}999`)).toBe(2);
  expect(told).toMatch(new RegExp(`There is no division ${EAST}999; in 东街道 ${EAST} there are ${EAST_1}, `));
  expect(await grant(`${EAST}999001`)).toBe(2);
  expect(await database.query('select from access_grant')).toEqual([]);
  expect(await grant(EAST_1, `${EAST_1}001`)).toBe(0);
});
