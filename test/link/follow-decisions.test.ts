import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { confirm } from '../../src/decide/confirm.js';
import { decide } from '../../src/decide/decide.js';
import { revoke } from '../../src/decide/revoke.js';
import type { Verdict } from '../../src/model/decision.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await forget(database);
  await database.query(
    'truncate entity_log, entity_change, entity_change_beside, entity_movement, identity_restore, identity_undo, decision',
  );
  await database.query('truncate linkage_part, linkage_model, review_pair');
});

const HERS = idNumber('19900312', 24);
const OTHER = idNumber('19650601', 28);
const WORD = { by: '王主任', reason: '实地核实', through: 'command-line' };

const police = (id: number, stated: object): TestRecord => ({ id, dataset: 'police/residents', stated: { ...stated } });
const grid = (id: number, stated: object): TestRecord => ({
  id,
  dataset: 'governance/residents',
  stated: { ...stated },
});

const say = async (one: number, other: number, verdict: Verdict): Promise<number> => {
  const made = await database.transaction((client) =>
    decide(client, COUNTY, { ...WORD, kind: 'person', records: [one, other], verdict, origin: 'command' }),
  );
  const confirming = { by: '李副主任', through: 'command-line' };
  if (made!.state === 'proposed') await database.transaction((client) => confirm(client, COUNTY, made!.id, confirming));
  return made!.id;
};
/** Whoever stands together, smallest record first. */
const groups = async (): Promise<number[][]> => {
  const links = await linksOf(database);
  return [...Map.groupBy(links.values(), (row) => row.person).values()].map((rows) => rows.map((row) => row.record!));
};
/** A night about somebody else; then everything anew. */
const linkOnAndOn = async (expected: number[][]): Promise<void> => {
  await link(database);
  const before = await linksOf(database);
  expect(await groups()).toEqual(expected);
  await putRecords(database, [police(99, { name: '欧阳锋', idNumber: idNumber('19400101', 11) })]);
  await link(database);
  expect(await groups()).toEqual([...expected, [99]]);
  await database.query('truncate linkage_part');
  expect(await link(database)).toMatchObject({ touched: 0 });
  await putRecords(database, [police(99, { name: '欧阳峰', idNumber: idNumber('19400101', 11) })]);
  expect(await link(database)).toMatchObject({ full: true });
  expect(await groups()).toEqual([...expected, [99]]);
  const after = await linksOf(database);
  for (const [record, { person }] of before) expect([record, after.get(record)!.person]).toEqual([record, person]);
};

describe('what a person has said of two records', () => {
  it('joins two valid numbers, and what was joined parts again when the word is revoked', async () => {
    await putRecords(database, [
      police(1, { name: '李秀英', idNumber: HERS }),
      grid(2, { name: '李秀英', idNumber: HERS }),
      police(3, { name: '李秀云', idNumber: OTHER }),
    ]);
    await link(database);
    const ids = [...(await linksOf(database)).values()].map((row) => row.person);
    expect(await groups()).toEqual([[1, 2], [3]]);
    const id = await say(2, 3, 'same');
    await linkOnAndOn([[1, 2, 3]]);
    await database.transaction((client) => revoke(client, COUNTY, id, WORD));
    await link(database);
    expect([...(await linksOf(database)).values()].slice(0, 2).map((row) => row.person)).toEqual(ids.slice(0, 2));
    expect(await groups()).toEqual([[1, 2], [3], [99]]);
  });

  it('parts what stands under one number, for as long as the word stands', async () => {
    await putRecords(database, [
      police(1, { name: '李秀英', idNumber: HERS }),
      grid(2, { name: '李秀英', idNumber: HERS }),
      grid(3, { name: '李秀英', idNumber: HERS }),
    ]);
    await link(database);
    expect(await groups()).toEqual([[1, 2, 3]]);
    const id = await say(1, 3, 'different');
    await linkOnAndOn([[1, 2], [3]]);
    expect((await linksOf(database)).get(3)).toMatchObject({ person_reason: 'DECISION' });
    await database.transaction((client) => revoke(client, COUNTY, id, WORD));
    await link(database);
    expect(await groups()).toEqual([[1, 2, 3], [99]]);
    expect((await linksOf(database)).get(3)).toMatchObject({ person_reason: 'ID_NUMBER_AND_NAME' });
  });

  const BY_HOME = { name: '司马相如', birthDate: '1990-03-12', sex: '2', phone: '13800000001', householdNumber: 'H1' };

  it('keeps apart whom everything but a number holds to be one, and lets them be one again', async () => {
    await putRecords(database, [police(1, { ...BY_HOME, idNumber: HERS }), grid(2, BY_HOME)]);
    await link(database);
    expect(await groups()).toEqual([[1, 2]]);
    expect((await linksOf(database)).get(2)).toMatchObject({ person_reason: 'AGREEMENT' });
    const id = await say(1, 2, 'different');
    await linkOnAndOn([[1], [2]]);
    expect(await database.query('select from review_pair where closed_at is null')).toEqual([]);
    await database.transaction((client) => revoke(client, COUNTY, id, WORD));
    await link(database);
    expect(await groups()).toEqual([[1, 2], [99]]);
  });

  it('does not bring two persons together who are said to be different, because a third row is said to be one of them', async () => {
    await putRecords(database, [
      police(1, { ...BY_HOME, idNumber: HERS }),
      grid(2, BY_HOME),
      police(3, { name: '司马光', idNumber: OTHER }),
      grid(4, { name: '司马光', idNumber: OTHER }),
    ]);
    await link(database);
    expect(await groups()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await say(1, 3, 'different');
    await say(2, 4, 'same');
    await linkOnAndOn([[1], [2, 3, 4]]);
  });
});
