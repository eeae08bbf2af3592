import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestHub, type TestHub } from './open-test-hub.js';

const PROJECT = resolve(import.meta.dirname, '../..');
let hub: TestHub;
let records: { readonly id: number; readonly name: string; readonly number: string | null }[];

beforeAll(async () => {
  hub = await openTestHub();
  await hub.receive(join(PROJECT, 'fixtures/sample/day-1'));
  // Somebody whom one row without a number and one with it could be; and somebody of whom three rows speak already.
  records = await hub.database.query(
    `select r.id, r.name, r.id_number as number from record r join link l on l.county = r.county and l.record = r.id
     where r.dataset = 'governance/residents' and r.id_number is null and r.name is not null and length(r.name) = 3
       and r.stated->'phone'->>'masked' ~ '^1' and (select count(*) from link o where o.person = l.person) = 1
     order by r.id limit 2`,
  );
  const [crowd] = await hub.database.query<{ id: number; name: string; number: string }>(
    `select min(r.id) as id, min(r.name) as name, min(r.stated->'idNumber'->>'sealed') as number from record r join link l on l.record = r.id
     where r.dataset = 'police/residents' and exists (select from link o where o.person = l.person having count(*) >= 3)
     group by l.person order by 1 limit 1`,
  );
  records.push({ ...crowd!, number: hub.database.sealing.open(crowd!.number) });
  await hub.database.query('delete from review_pair');
  for (const [one, other, probability] of [
    [records[0]!.id, records[1]!.id, 0.6],
    [records[0]!.id, crowd!.id, 0.5],
  ] as const) {
    await hub.database.query(
      `insert into review_pair (county, kind, one_record, other_record, probability, weight, people, evidence)
       values ('530502', 'person', least($1::bigint, $2::bigint), greatest($1::bigint, $2::bigint), $3, 0.5, 2,
         '[{"comparison": "prior", "level": "PRIOR", "bits": -12.25}, {"comparison": "name", "level": "EQUAL", "bits": 10},
           {"comparison": "phone", "level": "DIFFERS", "bits": -0.5}, {"comparison": "number", "level": "REPAIRED", "bits": 3}]')`,
      [one, other, probability],
    );
  }
}, 60_000);
afterAll(() => hub.close());

function call(words: readonly string[], language = 'en_US.UTF-8') {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(PROJECT, 'src/launch.mjs'), 'review', ...words],
    {
      env: {
        ...process.env,
        HUB_HOME: hub.config.home,
        DATABASE_URL: hub.config.databaseUrl!,
        HUB_API_DATABASE_URL: hub.apiUrl,
        LANG: language,
        LC_ALL: '',
      },
      encoding: 'utf8',
    },
  );
  return { stdout, stderr, status };
}

it('takes the officer from the queue to the evidence, the word, the second person and back', async () => {
  const listed = call([]);
  expect(listed.stderr).toBe('');
  expect(listed.stdout).toMatch(/^2 pairs wait/);
  const rows = call(['--csv']).stdout.trim().split('\n');
  expect(rows).toHaveLength(3);
  const [crowd, plain] = rows.slice(1).map((line) => line.split(',').slice(0, 2)) as [string[], string[]];
  expect(call(['--limit', '1', '--page', '2']).stdout).toContain(plain[1]);

  const shown = call(plain);
  expect(shown.stdout).toMatch(/prior|before anything/);
  expect(shown.stdout).toMatch(/name +10\.0/);
  expect(shown.stdout).toMatch(/telephone +–0\.5 +different · .+? +1\d\d\*{4}\d{4} +1\d\d\*{4}\d{4}/);
  expect(shown.stdout).toMatch(/sum +0\.5 +probability 60\.0%/);
  const chinese = call(plain, 'zh_CN.UTF-8').stdout;
  expect(chinese).toMatch(/姓名 +10\.0 +同 · .+? +\p{Script=Han}\*\* +\p{Script=Han}\*\*/u);
  for (const text of [listed.stdout, shown.stdout, chinese]) {
    for (const { name, number } of records) {
      expect(text).not.toContain(name);
      if (number) expect(text).not.toContain(number);
    }
  }

  for (const words of [
    ['--same', ...plain],
    ['--same', '--different', ...plain, '--by', 'x', '--reason', 'x'],
    ['--same', ...plain, '--by', 'x'],
    ['--same'],
    ['--confirm', '1'],
    ['--confirm', 'x', '--by', 'x'],
    [plain[0]!],
    ['nowhere.csv#1', plain[1]!],
    ['--kind', 'x', ...plain],
  ]) {
    const wrong = call(words);
    expect([words, wrong.status, wrong.stdout]).toEqual([words, 2, '']);
  }
  const by = ['--by', '王主任', '--reason', '电话核实'];
  const decided = call([...plain, '--different', ...by]);
  expect(decided.status).toBe(0);
  expect(decided.stdout).toMatch(/^#1\n +different \(effective\): 王主任, .*: 电话核实\nlinked: merged 0, split 0/);
  expect(await hub.database.query('select from touched_record')).toEqual([]);

  const contradicting = call([...plain, '--same', ...by]);
  expect([contradicting.status, contradicting.stdout]).toEqual([1, '']);
  expect(contradicting.stderr).toContain('#1');

  const proposed = call([...crowd, '--same', ...by], 'zh_CN.UTF-8');
  expect(proposed.stdout).toContain('待第二人确认');
  expect(proposed.stdout).toContain('--confirm 2');
  expect(call(['--decisions']).stdout).toMatch(/#2\b[\s\S]*proposed/);
  expect(call(['--confirm', '2', '--by', '王主任']).status).toBe(1);
  const confirmed = call(['--confirm', '2', '--by', '李副主任']);
  expect(confirmed.stdout).toMatch(/confirmed: 李副主任/);
  expect(confirmed.stdout).toMatch(/linked: merged 1, split 0/);
  // What was decided waits no longer; what the engine doubts of its own does.
  for (const ref of crowd) expect(call([]).stdout).not.toContain(`${ref} `);

  expect(call(['--revoke', '2', '--by', '李副主任', '--reason', '看错了']).stdout).toMatch(
    /revoked: 李副主任, .*: 看错了/,
  );
  expect(call(['--revoke', '9', '--by', '李副主任', '--reason', '看错了']).status).toBe(1);
  const decisions = call(['--decisions']).stdout;
  expect(decisions).toMatch(/^#2 .*\n.*same \(revoked\).*\n.*confirmed.*\n.*revoked.*\n#1 /);
  expect(call(['--decisions', '--csv']).stdout.trim().split('\n')).toHaveLength(3);
}, 120_000);
