import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { openHub, type Hub } from '../../src/hub.js';
import { hashKey } from '../../src/link/engine/hash-key.js';
import { isSealed, openValue } from '../../src/model/sealing.js';
import { receiveNight } from '../../src/pipeline.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');
/** What a number looks like, wherever it stands; the check digit tells it from an office’s codes. */
const NUMBER = /(?<!\d)\d{17}[\dXx](?!\d)/gu;
const PHONE = /(?<!\d)1[3-9]\d{9}(?!\d)/gu;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

let home: string;
let hub: Hub;
const numbers = new Set<string>();
const phones = new Set<string>();

beforeAll(async () => {
  for (const file of filesBelow(SAMPLE)) {
    const text = readFileSync(file, 'latin1');
    for (const [found] of text.matchAll(NUMBER)) if (isNumber(found)) numbers.add(found.toUpperCase());
    for (const [found] of text.matchAll(PHONE)) phones.add(found);
  }
  home = mkdtempSync(join(tmpdir(), 'hub-sealed-'));
  // The server of a machine's administrator runs as somebody else, who has to pass through.
  chmodSync(home, 0o711);
  hub = await openHub(readConfig({ HUB_HOME: home, HUB_COUNTY: '530502' }));
  for (const day of ['day-1', 'day-2']) await receive(join(SAMPLE, day));
}, 300_000);
afterAll(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

async function receive(folder: string): Promise<void> {
  await receiveNight(hub, { folder, feed: null, accept: null, preview: false, onProgress: () => {} });
}

it('looks for what there is', () => {
  expect(numbers.size).toBeGreaterThan(1_500);
  expect(phones.size).toBeGreaterThan(1_000);
});

it('keeps no whole number and no telephone in any column of any table', async () => {
  const tables = await hub.database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  for (const { name } of tables) {
    const rows = await hub.database.query<{ row: string }>(`select t::text as row from ${name} t`);
    const text = rows.map(({ row }) => row).join('\n');
    expect([name, wholeIn(text)]).toEqual([name, []]);
  }
});

it('keeps no hash of a number that could be found by trying all of them', async () => {
  const guessed = new Set([...numbers].map((number) => hashKey(`person|${number}`)));
  const kept = await hub.database.query<{ key: number }>(
    `select person_key as key from link where person_key is not null union select head_key from link where head_key is not null
     union select id_key from mention where id_key is not null`,
  );
  expect(kept.length).toBeGreaterThan(1_000);
  expect(kept.filter(({ key }) => guessed.has(key))).toEqual([]);
  const sheets = ['特困供养', '城乡低保', '残疾人两项补贴', '高龄津贴'];
  const keys = new Set(
    [...numbers].flatMap((number) =>
      ['civil-affairs/benefits', 'police/residents', 'party-building/members'].flatMap((dataset) =>
        [number, ...sheets.map((sheet) => `${sheet}\u001f${number}`)].map((key) =>
          createHash('sha1').update(`${dataset}\u001f${key}`).digest('hex').slice(0, 32),
        ),
      ),
    ),
  );
  const records = await hub.database.query<{ key: string }>(`select replace(key::text, '-', '') as key from record`);
  expect(records.filter(({ key }) => keys.has(key))).toEqual([]);
});

it('still has every number, for whoever has the keys', async () => {
  const rows = await hub.database.query<{ stated: Record<string, never> }>('select stated from record');
  const opened = new Set(
    rows.flatMap(({ stated }) =>
      isSealed(stated['idNumber']) ? [openValue(hub.database.sealing, stated['idNumber'])] : [],
    ),
  );
  expect([...opened].filter((number) => numbers.has(number as string)).length).toBeGreaterThan(1_500);
});

it('knows its rows again the next night: nothing is new, nothing has changed', async () => {
  const count = `select (select count(*) from record) as records, (select count(*) from record_version) as versions`;
  const before = await hub.database.query(count);
  await hub.database.query(`update delivery set sha256 = 'taken before ' || id`);
  await receive(join(SAMPLE, 'day-2'));
  expect(await hub.database.query(count)).toEqual(before);
  // Also where only what they say tells it, sealed to another text each time.
  await hub.database.query(`update delivery set sha256 = 'taken twice ' || id`);
  await hub.database.query('update record set hash = hash # 1');
  await receive(join(SAMPLE, 'day-2'));
  expect(await hub.database.query(count)).toEqual(before);
});

it('leaves none in the write-ahead log, in the tables’ files, in the server’s log or anywhere in the hub’s home', async () => {
  await hub.database.query('checkpoint');
  const files = filesBelow(home);
  expect(files.some((file) => file.includes('pg_wal'))).toBe(true);
  for (const file of files) expect([file, wholeIn(readFileSync(file, 'latin1'))]).toEqual([file, []]);
});

it('refuses to go on with other keys, and tells none of them', async () => {
  const config = { ...hub.config, home: mkdtempSync(join(home, 'other-')), databaseUrl: hub.database.url };
  await expect(openHub(config)).rejects.toThrow(/seal-keys.json is gone/);
});

function wholeIn(text: string): string[] {
  const found = [...text.matchAll(NUMBER)].map(([number]) => number.toUpperCase());
  // A chance of one in eleven that an office’s own 18 digits end rightly: what is a number of the sample, or begins as the sample’s do.
  const whole = found.filter((number) => numbers.has(number) || (number.startsWith('99') && isNumber(number)));
  return [...whole, ...[...text.matchAll(PHONE)].map(([phone]) => phone).filter((phone) => phones.has(phone))];
}

function isNumber(text: string): boolean {
  if (!/^.{6}(19|20)\d\d(0\d|1[0-2])[0-3]/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path);
    return stat.isDirectory() ? filesBelow(path) : stat.isFile() ? [path] : [];
  });
}
