import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateCounty } from '../../fixtures/county/generate-county.js';
import { answerQueue, countQueue } from '../../src/bench/answer-queue.js';
import { citedRecords, judgeLinks, readKind } from '../../src/bench/judge-links.js';
import { openTestHub, type TestHub } from '../flow/open-test-hub.js';

let hub: TestHub;
const work = mkdtempSync(join(tmpdir(), 'hub-truth-'));
const folder = join(work, 'county');
/** True person → records, from the county's own truth. */
const recordsOf = new Map<string, number[]>();
beforeAll(async () => {
  hub = await openTestHub();
  await generateCounty({ people: 400, seed: 3, out: folder, noise: 'typical' });
  await hub.receive(join(folder, 'day-1'));
  const truth = await readKind(join(folder, 'truth/day-1.csv'), 'person');
  for await (const [ref, record] of citedRecords(hub.database, '530502')) {
    const person = truth.get(ref);
    if (person !== undefined) recordsOf.set(person, [...(recordsOf.get(person) ?? []), record]);
  }
}, 120_000);
afterAll(async () => {
  await hub.close();
  rmSync(work, { recursive: true, force: true });
});

const judge = () =>
  judgeLinks({
    database: hub.database,
    folder,
    day: 1,
    linksFile: join(work, 'links.csv'),
    wrongFile: join(work, 'wrong.csv'),
  });

it('finds no fault where there is none, and every false and missed pair where there is', async () => {
  const before = await judge();
  expect(before).toMatchObject({ twoNumbers: 0, merged: { strangers: 0 } });
  expect(before.scores.person.falsePairs).toBe(0);
  expect(before.persons).toBe(recordsOf.size);
  const numbered = await hub.database.query<{ record: number; person: number }>(
    `select l.record, l.person from link l join record r on r.county = l.county and r.id = l.record
     where l.dataset = 'police/residents' and r.id_number is not null order by l.record`,
  );
  const [one, other] = [numbered[0]!, numbered.find(({ person }) => person !== numbered[0]!.person)!];
  const put = async (person: number) =>
    await hub.database.query('update link set person = $2 where record = $1', [other.record, person]);
  await put(one.person);
  const after = await judge();
  expect(after.twoNumbers).toBe(1);
  expect(Object.values(after.merged).reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(after.scores.person.falsePairs).toBeGreaterThan(0);
  expect(readFileSync(join(work, 'wrong.csv'), 'utf8')).toMatch(/^false,person,police\//m);
  await put(other.person);
});

it('answers each waiting pair as the truth has it', async () => {
  const began = new Date();
  const several = [...recordsOf.values()].filter((records) => records.length > 1);
  const [same, stranger] = [several[0]!, several[1]!];
  const pairs = [
    [same[0]!, same[1]!],
    [same[0]!, stranger[0]!],
  ].map((pair) => pair.toSorted((one, other) => one - other));
  await hub.database.query('delete from review_pair');
  for (const pair of pairs) {
    await hub.database.query(
      `insert into review_pair (county, kind, one_record, other_record, probability, weight, people, evidence)
       values ('530502', 'person', $1, $2, 0.5, 1, 2, '[]')`,
      pair,
    );
  }
  expect(await countQueue(hub.database, began)).toMatchObject({ open: 2, since: 2 });
  const answered = await answerQueue(hub.database, folder, 1);
  expect(answered).toMatchObject({ answers: 2, same: 1 });
  const decisions = await hub.database.query<{ verdict: string }>(
    `select verdict from decision where kind = 'person' and state = 'effective' order by id`,
  );
  expect(decisions.map(({ verdict }) => verdict).toSorted()).toEqual(['different', 'same']);
});
