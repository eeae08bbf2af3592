import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeIdentifier } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { roleOf } from '../../src/authorize/index.js';
import { runCommand } from '../../src/cli.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, EAST, EAST_1, fillSmallCounty } from '../serve/small-county.js';

const home = mkdtempSync(join(tmpdir(), 'hub-grant-'));
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let [shown, told] = ['', ''];
const run = (words: readonly string[], language = 'en_US.UTF-8') => {
  [shown, told] = ['', ''];
  return runCommand(words, {
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    LANG: language,
  });
};
const WORDS = ['--zh', '走访', '--en', 'visits', '--basis', '条例', '--scenario', '走访'];
const purpose = (days: string) => run(['purpose', 'home-visit', ...WORDS, '--days', days, '--by', '李四']);
const TERMS = ['--organ', '街道', '--purpose', 'home-visit', '--register', 'police', '--by', '李四'];
const lines = () => shown.trim().split('\n');
/** Without its number, its client and its dates. */
const termsTold = () =>
  lines()[0]!
    .replace(/^\d+ {2}\S+ {2}home-visit {2}/, '')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY');

beforeAll(async () => {
  database = await cloneDatabase();
  await fillSmallCounty(database);
  await database.query(`insert into setting (name, value) values ('county', $1)`, [COUNTY]);
});
beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
  await purpose('730');
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

it('tells all that a second person puts a name to', async () => {
  const limits = ['--totals-only', '--reveals', '50', '--tie', 'resident', '--condition', '仅限本月'];
  expect(await run(['grant', 'plain', ...TERMS, '--division', EAST])).toBe(0);
  expect(termsTold()).toBe(`${EAST} · police · basic,location · -  → DAY  waits for a second person`);
  expect(await run(['grant', 'limited', ...TERMS, '--division', EAST, ...limits, '--may', 'verify'])).toBe(0);
  expect(termsTold()).toBe(
    `${EAST} · police · basic,location · verify · totals only · resident only · 50 reveals a day · on condition: 仅限本月  → DAY  waits for a second person`,
  );
  expect(await run(['grant', 'limited'], 'zh_CN.UTF-8')).toBe(0);
  expect(termsTold()).toBe(
    `${EAST} · police · basic,location · verify · 只可看统计 · 只按 resident · 每日揭示 50 个值 · 条件：仅限本月  → DAY  待第二人确认`,
  );
  await purpose('30');
  expect(await run(['grant', 'plain'])).toBe(0);
  expect(termsTold()).toMatch(/→ DAY \(its purpose DAY\) {2}waits/);
});

it('tells of a grant that was confirmed or revoked, of no other, and of one that holds that there is nothing to confirm', async () => {
  expect(await run(['grant', 'village', ...TERMS, '--division', EAST_1])).toBe(0);
  const village = lines()[0]!.split(' ')[0]!;
  expect(await run(['grant', 'town', ...TERMS, '--division', EAST])).toBe(0);
  const town = lines()[0]!.split(' ')[0]!;
  expect(await run(['grant', '--confirm', village, '--by', '王五'])).toBe(2);
  expect(told).toContain(`The grant ${village} holds already: there is nothing to confirm.`);
  expect(await run(['grant', '--confirm', town, '--by', '王五'])).toBe(0);
  expect(lines()).toEqual([expect.stringMatching(new RegExp(`^${town}  town .* holds$`))]);
  expect(await run(['grant', '--confirm', town, '--by', '王五'])).toBe(2);
  expect(await run(['grant', '--revoke', village, '--by', '王五', '--reason', '离岗'])).toBe(0);
  expect(lines()).toEqual([expect.stringMatching(new RegExp(`^${village}  village .* revoked \\(王五\\)$`))]);
});

it('tells how what waits of an analyst is confirmed, and that one has ended', async () => {
  const name = `a${randomBytes(5).toString('hex')}`;
  try {
    expect(await run(['analyst', name, ...TERMS, '--division', EAST])).toBe(0);
    const waiting = lines()[0]!.split(' ')[0]!;
    expect(await run(['analyst', name, ...TERMS, '--division', EAST, '--confirmed-by', '王五'])).toBe(0);
    expect(told).toContain(`A second person confirms it: hub grant --confirm ${waiting} --by NAME\n`);
    expect(await run(['analyst', name, '--end', '--by', '李四'])).toBe(0);
    expect(shown).toContain(`The analyst ${name} has ended`);
  } finally {
    const role = escapeIdentifier(roleOf(name));
    await database.query(`drop owned by ${role} cascade`);
    await database.query(`drop schema if exists ${role} cascade`);
    await database.query(`drop role ${role}`);
  }
});

it('keeps what a purpose rests on once there are grants for it; its names and its term may change', async () => {
  const words = (basis: string, ...more: string[]) => [
    'purpose',
    'census',
    '--zh',
    '清查',
    '--en',
    'census',
    '--basis',
    basis,
    '--scenario',
    '清查',
    '--by',
    '李四',
    ...more,
  ];
  const basis = async () =>
    (await database.query<{ basis: string }>(`select legal_basis as basis from purpose where code = 'census'`))[0]!
      .basis;
  expect(await run(words('条例第一条'))).toBe(0);
  const grant = ['grant', 'counter', '--organ', '街道', '--purpose', 'census', '--division', EAST, '--by', '李四'];
  expect(await run(grant)).toBe(0);
  const waiting = lines()[0]!.split(' ')[0]!;
  // What nobody has confirmed yet may still be put right.
  expect(await run(words('条例第二条'))).toBe(0);
  expect(await run(['grant', '--confirm', waiting, '--by', '王五'])).toBe(0);
  for (const changed of [
    words('条例第三条'),
    words('条例第二条', '--for-minors'),
    words('条例第二条', '--emergency'),
  ]) {
    expect(await run(changed)).toBe(2);
    expect(told).toContain('There are grants for census');
  }
  expect(await run(['grant', '--revoke', waiting, '--by', '王五', '--reason', '结束'])).toBe(0);
  expect(await run(words('条例第三条'))).toBe(2);
  expect(await basis()).toBe('条例第二条');
  expect(await run(words('条例第二条', '--days', '700', '--en', 'a census'))).toBe(0);
  expect(shown).toContain('census  a census  条例第二条');
});
