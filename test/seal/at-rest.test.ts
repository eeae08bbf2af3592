import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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
/** What was told of deliveries that are not as they should be. */
let told: string;
let hub: Hub;
const numbers = new Set<string>();
const phones = new Set<string>();
/** As they were before 1999: without century and check digit. */
const shortNumbers = new Set<string>();

beforeAll(async () => {
  for (const file of filesBelow(SAMPLE)) {
    const text = readFileSync(file, 'latin1');
    for (const [found] of text.matchAll(NUMBER)) if (isNumber(found)) numbers.add(found.toUpperCase());
    for (const [found] of text.matchAll(PHONE)) phones.add(found);
  }
  for (const number of numbers) shortNumbers.add(number.slice(0, 6) + number.slice(8, 17));
  home = mkdtempSync(join(tmpdir(), 'hub-sealed-'));
  // The server of a machine's administrator runs as somebody else, who has to pass through.
  chmodSync(home, 0o711);
  hub = await openHub(readConfig({ HUB_HOME: home, HUB_COUNTY: '530502' }), { begins: true });
  for (const day of ['day-1', 'day-2']) await receive(join(SAMPLE, day));
  const bad = mkdtempSync(join(tmpdir(), 'hub-bad-'));
  try {
    writeBad(bad);
    told = await receive(bad);
  } finally {
    rmSync(bad, { recursive: true });
  }
}, 300_000);
afterAll(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

async function receive(folder: string): Promise<string> {
  const progress: unknown[] = [];
  const report = await receiveNight(hub, {
    folder,
    feed: null,
    accept: null,
    preview: false,
    onProgress: (step) => void progress.push(step),
  });
  return JSON.stringify([report, progress]);
}

/** What is refused, held, or costs cells: cut off in the middle of a number, with the columns shifted, under a name that holds a number. */
function writeBad(folder: string): void {
  const residents = readFileSync(join(SAMPLE, 'day-1/police/常住人口_全量_20260930.csv'));
  const [header, ...rows] = readFileSync(join(SAMPLE, 'day-1/police/流动人口_增量_20260930.csv'), 'latin1').split(
    /\r?\n/u,
  ) as [string, ...string[]];
  const [number, phone] = [[...numbers].at(7)!, [...phones].at(7)!];
  const put = (name: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // As they come, in GB 18030.
    writeFileSync(join(folder, name), content, 'latin1');
  };
  put('police/常住人口_全量_20261101.csv', residents.subarray(0, residents.length - 40));
  const shifted = rows.slice(0, 200).map((row) => {
    const [first, ...rest] = row.split(',');
    return [...rest, first].join(',');
  });
  put('police/流动人口_增量_20261102.csv', [header, ...shifted].join('\r\n'));
  put(`police/流动人口_增量_20261103_${number}_+86 ${phone}.csv`, [header, ...rows.slice(0, 20)].join('\r\n'));
  put(`unknown/${number}.csv`, `${number},${phone}\r\n${rows.join('\r\n')}`);
  put(
    'governance/residents_增量_20261104.ndjson',
    `{"id":"x","name":"${number}","phone":"+86 ${phone}", "idCard": ${number.slice(0, 17)}\n{"`,
  );
}

it('looks for what there is', () => {
  expect(numbers.size).toBeGreaterThan(1_500);
  expect(phones.size).toBeGreaterThan(1_000);
});

it('keeps no whole number and no telephone in any column of any table, nor in what the linkage keeps', async () => {
  const columns = await hub.database.query<{ name: string; value: string }>(
    `select format('%I.%I', table_name, column_name) as name,
       case data_type when 'bytea' then format('encode(%I, ''escape'')', column_name) else format('%I::text', column_name) end as value
     from information_schema.columns join pg_tables on schemaname = table_schema and tablename = table_name
     where table_schema = 'public' order by 1`,
  );
  expect(columns.length).toBeGreaterThan(200);
  for (const { name, value } of columns) {
    const rows = await hub.database.query<{ text: string }>(
      `select ${value} as text from ${name.split('.')[0]!} where ${name} is not null`,
    );
    expect([name, wholeIn(rows.map(({ text }) => text).join('\n'))]).toEqual([name, []]);
  }
  // Compressed, it would tell a search for digits nothing.
  const parts = await hub.database.query<{ begins: string }>(
    `select distinct encode(substr(body, 1, 11), 'escape') as begins from linkage_part`,
  );
  expect(parts).toEqual([{ begins: 'hub sealed ' }]);
});

it('tells none of a delivery that is refused, held or full of faults', async () => {
  const states = await hub.database.query<{ state: string; n: number }>(
    `select state, count(*) as n from delivery where stated_on >= '2026-11-01' or file like 'unknown%' group by 1 order by 1`,
  );
  expect(states.map(({ state }) => state)).toEqual(['held', 'refused', 'taken']);
  const [{ findings }] = (await hub.database.query(
    `select count(*) as findings from finding f join delivery d on d.county = f.county and d.id = f.delivery where d.stated_on >= '2026-11-01'`,
  )) as [{ findings: number }];
  expect(findings).toBeGreaterThan(100);
  expect(wholeIn(told)).toEqual([]);
});

it('finds a number however it is written', () => {
  const [number, phone] = [[...numbers][0]!, [...phones][0]!];
  const short = number.slice(0, 6) + number.slice(8, 17);
  const spaced = `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`;
  for (const text of [number, `身份证${number}号`, spaced, `x${short}y`, number.toLowerCase()])
    expect(wholeIn(text), text).toHaveLength(1);
  for (const text of [
    phone,
    `+86${phone}`,
    `0086-${phone}`,
    `${phone.slice(0, 3)}-${phone.slice(3, 7)} ${phone.slice(7)}`,
  ])
    expect(wholeIn(text), text).toEqual([phone]);
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

/** Numbers and telephones of the sample in a text, however they are written there: with gaps, in 15 digits, with the country's code. */
function wholeIn(text: string): string[] {
  const whole = new Set<string>();
  for (const [written] of text.normalize('NFKC').matchAll(DIGITS)) {
    const digits = written.replaceAll(/[ -]/g, '').toUpperCase();
    const phone = digits.replace(/^(?:00)?86(?=1\d{10}$)/, '');
    if (phones.has(phone)) whole.add(phone);
    for (let at = 0; at + 15 <= digits.length; at += 1) {
      const [long, short] = [digits.slice(at, at + 18), digits.slice(at, at + 15)];
      // A chance of one in eleven that an office’s own 18 digits end rightly: what is a number of the sample, or begins as the sample’s do.
      if (numbers.has(long) || (long.length === 18 && long.startsWith('99') && isNumber(long))) whole.add(long);
      else if (shortNumbers.has(short)) whole.add(short);
    }
  }
  return [...whole];
}

const DIGITS = /\d(?:[ -]?\d){9,}(?:[ -]?[Xx])?/gu;

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
