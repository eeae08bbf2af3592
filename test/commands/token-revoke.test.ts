import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openTokenKeys, registerClient, signToken } from '../../src/authorize/index.js';
import { runCommand } from '../../src/cli.js';
import { cloneDatabase } from '../database/clone.js';

const home = mkdtempSync(join(tmpdir(), 'hub-token-revoke-'));
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let [shown, told] = ['', ''];
beforeAll(async () => {
  database = await cloneDatabase();
  await registerClient(database.pool, '530502', { name: 'clinic-app', organ: '卫健', kind: 'program', by: 'one' });
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
  runCommand(['token-revoke', ...words], {
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    LANG: 'en_US.UTF-8',
  });
const last = async () =>
  (await database.query('select token, client, signed_until::text from token_revocation order by id desc limit 1'))[0];

it('revokes one token by its id, and by the token itself, which it does not show', async () => {
  expect(await run('an-id')).toBe(0);
  expect(await last()).toEqual({ token: 'an-id', client: null, signed_until: null });
  const text = await signToken(await openTokenKeys(home), { client: 'clinic-app' }, 60);
  const { jti } = JSON.parse(Buffer.from(text.split('.')[1]!, 'base64url').toString()) as { jti: string };
  expect(await run(text)).toBe(0);
  expect(await last()).toMatchObject({ token: jti });
  expect(shown).toContain(`The token ${jti} is revoked.`);
  expect(shown + told).not.toContain(text.slice(0, 60));
});

it('revokes what was signed for a client, until now or until then', async () => {
  expect(await run('--client', 'clinic-app', '--before', '2026-10-01T08:30:00+08:00')).toBe(0);
  expect(await last()).toMatchObject({ client: 'clinic-app', signed_until: expect.stringContaining('2026-10-01 ') });
  expect(await run('--client', 'clinic-app')).toBe(0);
  expect(Date.now() - Date.parse(((await last()) as { signed_until: string }).signed_until)).toBeLessThan(60_000);
});

it('keeps who did it and why', async () => {
  expect(await run('an-id', '--by', '张审计', '--reason', '设备遗失')).toBe(0);
  expect(await run('--client', 'clinic-app', '--by', '张审计', '--reason', '离岗')).toBe(0);
  const rows = await database.query(
    'select token, client, revoked_by, reason from token_revocation order by id desc limit 2',
  );
  expect(rows).toEqual([
    { token: null, client: 'clinic-app', revoked_by: '张审计', reason: '离岗' },
    { token: 'an-id', client: null, revoked_by: '张审计', reason: '设备遗失' },
  ]);
});

it.each([
  [['an-id', '--by', '张审计'], '--by and --reason come together'],
  [[], 'token-revoke JTI, or token-revoke --client NAME'],
  [['an-id', '--client', 'clinic-app'], 'token-revoke JTI, or token-revoke --client NAME'],
  [['an-id', '--before', '2026-10-01'], 'token-revoke JTI, or token-revoke --client NAME'],
  [['not an id'], 'That is no id of a token'],
  [['a.b.c'], 'That is no id of a token'],
  [['--client', 'clinic-ap'], 'There is no client clinic-ap'],
  [['--client', 'clinic-app', '--before', '2999-01-01'], '--before takes a time that has passed'],
  [['--client', 'clinic-app', '--before', 'yesterday'], '--before takes a time that has passed'],
])('tells what was wrong with %j, and revokes nothing', async (words, sentence) => {
  const before = await last();
  expect(await run(...words)).toBe(2);
  expect(told).toContain(sentence);
  expect(await last()).toEqual(before);
});
