import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { registerClient } from '../../src/authorize/index.js';
import { openSmallHub } from './small-hub.js';
import { COUNTY, EAST, EAST_1 } from '../serve/small-county.js';

const hub = openSmallHub();
const file = join(hub.home, 'people.graphql');
beforeAll(async () => {
  writeFileSync(file, 'query People { people(first: 1) { totalCount } }');
  await registerClient(hub.database.pool, COUNTY, { name: 'clinic-app', organ: '卫健', kind: 'program', by: 'one' });
});

it.each([
  ['audit', 'shown', '--client', 'clinic-ap'],
  ['token', 'clinic-ap'],
  ['token-revoke', '--client', 'clinic-ap'],
  ['documents', 'add', 'clinic-ap', file],
  ['grant', 'clinic-ap'],
])('a client that was mistyped is told from one of whom there is nothing to tell: %s %s', async (...words) => {
  expect(await hub.run(...words)).toBe(2);
  expect(hub.told).toBe('There is no client clinic-ap; there are clinic-app.\n');
  expect(hub.shown).toBe('');
  expect(await hub.run(...words.map((word) => (word === 'clinic-ap' ? 'clinic-app' : word)))).toBe(0);
});

it('grants nothing in a division that there is not, and names those that there are', async () => {
  const words = ['--zh', '走访', '--en', 'visits', '--basis', '条例', '--scenario', '走访', '--by', '李四'];
  expect(await hub.run('purpose', 'home-visit', ...words)).toBe(0);
  const grant = (...codes: string[]) =>
    hub.run('grant', 'clinic-app', '--purpose', 'home-visit', '--division', ...codes, '--by', '李四');
  expect(await grant(EAST_1, `${EAST}999`)).toBe(2);
  expect(hub.told).toMatch(new RegExp(`There is no division ${EAST}999; in 东街道 ${EAST} there are ${EAST_1}, `));
  expect(await grant(`${EAST}999001`)).toBe(2);
  expect(await hub.database.query('select from access_grant')).toEqual([]);
  expect(await grant(EAST_1, `${EAST_1}001`)).toBe(0);
});
