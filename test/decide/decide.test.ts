import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openReadings, openReviews } from '../../src/authorize/index.js';
import { confirm } from '../../src/decide/confirm.js';
import type { Session } from '../../src/decide/decision-rows.js';
import { decide, type Word } from '../../src/decide/decide.js';
import { listDecisions } from '../../src/decide/list-decisions.js';
import { listQueue } from '../../src/decide/list-queue.js';
import { readPair } from '../../src/decide/read-pair.js';
import { revoke } from '../../src/decide/revoke.js';
import type { Decision } from '../../src/model/decision.js';
import type { Permission, Viewer } from '../../src/model/viewer.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY } from '../link/county-records.js';
import { ALL_REGISTERS, EAST, EAST_1, WEST } from '../serve/small-county.js';
import { fillReviewCounty, PAIRS } from './review-county.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
const opened: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  database = await cloneDatabase();
  opened.push(database);
  await fillReviewCounty(database);
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const word = (records: readonly [number, number], verdict: Word['verdict'], by = '王主任'): Word => ({
  kind: 'person',
  records,
  verdict,
  reason: '电话核实',
  by,
  through: 'command-line',
  origin: 'command',
});
const say = (records: readonly [number, number], verdict: Word['verdict'], by?: string) =>
  database.transaction((client) => decide(client, COUNTY, word(records, verdict, by)));
const touched = async () =>
  (await database.query<{ record: number }>('select record from touched_record order by 1')).map((row) => row.record);
const waiting = async () =>
  (await database.query<{ one: number }>('select one_record as one from review_pair where closed_at is null')).length;

describe('a decision', () => {
  it('takes effect at once, leaves the queue, and marks both records for the linkage', async () => {
    const made = await say([2, 1], 'same');
    expect(made).toMatchObject({
      one: 1,
      other: 2,
      verdict: 'same',
      state: 'effective',
      decidedBy: '王主任',
      decidedThrough: 'command-line',
      reason: '电话核实',
      confirmedBy: null,
    });
    expect(await touched()).toEqual([1, 2]);
    expect(await waiting()).toBe(Object.keys(PAIRS).length - 1);
  });

  it('waits for a second, different person where it would merge more than three records, and decides nothing until then', async () => {
    const made = (await say([...PAIRS.four], 'same'))!;
    expect(made.state).toBe('proposed');
    expect(await touched()).toEqual([]);
    const again = (by: string) =>
      database.transaction((client) => confirm(client, COUNTY, made.id, { by, through: 'command-line' }));
    await expect(again(' 王 主任')).rejects.toMatchObject({ refusal: 'SAME_REVIEWER' });
    expect(await again('李副主任')).toMatchObject({ state: 'effective', confirmedBy: '李副主任' });
    expect(await touched()).toEqual([4, 6]);
    await expect(again('赵主任')).rejects.toMatchObject({ refusal: 'NOT_PROPOSED' });
  });

  it('that two records with different valid numbers are one always takes a second person; that they are not, does not', async () => {
    expect((await say([...PAIRS.numbers], 'same'))!.state).toBe('proposed');
    expect((await say([...PAIRS.four], 'different'))!.state).toBe('effective');
    expect((await say([...PAIRS.reaching], 'unsure'))!.state).toBe('effective');
  });

  it('that contradicts what stands is refused by the ids of that, until one of them is revoked', async () => {
    const first = (await say([1, 2], 'same'))!;
    const second = (await say([2, 14], 'same'))!;
    await expect(say([1, 14], 'different')).rejects.toMatchObject({
      refusal: 'CONTRADICTS',
      message: expect.stringContaining(`#${first.id}, #${second.id}`),
    });
    await database.transaction((client) =>
      revoke(client, COUNTY, second.id, { by: '李副主任', reason: '看错了', through: 'command-line' }),
    );
    expect((await say([1, 14], 'different'))!.state).toBe('effective');
    await expect(say([1, 2], 'same')).rejects.toMatchObject({ refusal: 'DECIDED' });
    await expect(say([1, 1], 'same')).rejects.toMatchObject({ refusal: 'ONE_RECORD' });
    expect(await say([1, 999], 'same')).toBeNull();
  });

  it('of two people at one moment: only one of two that contradict each other gets through', async () => {
    const told = await Promise.allSettled([say([1, 2], 'same'), say([1, 2], 'different', '李副主任')]);
    expect(told.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('can be revoked with a reason: both records are judged again, the pair is open, and all of it stays on record', async () => {
    const made = (await say([1, 2], 'same'))!;
    await database.query('delete from touched_record');
    const revoked = await database.transaction((client) =>
      revoke(client, COUNTY, made.id, { by: '李副主任', reason: '本人到场说明', through: 'command-line' }),
    );
    expect(revoked).toMatchObject({ state: 'revoked', revokedBy: '李副主任', revokeReason: '本人到场说明' });
    expect(await touched()).toEqual([1, 2]);
    expect(await waiting()).toBe(Object.keys(PAIRS).length);
    const { decisions } = await readPair(database.pool, COUNTY, 'person', 2, 1);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({ decidedBy: '王主任', revokedBy: '李副主任' });
    await expect(
      database.transaction((client) =>
        revoke(client, COUNTY, made.id, { by: '李副主任', reason: '-', through: 'command-line' }),
      ),
    ).rejects.toMatchObject({ refusal: 'REVOKED' });
  });

  it('cannot be unwritten or rewritten, by the owner either', async () => {
    const made = (await say([1, 2], 'same'))!;
    for (const text of [
      'delete from decision',
      `update decision set verdict = 'different'`,
      `update decision set reason = 'x'`,
      `update decision set state = 'proposed'`,
      `update decision set confirmed_by = 'x', confirmed_at = now()`,
    ]) {
      await expect(database.query(text), text).rejects.toMatchObject({ code: '23001' });
    }
    await expect(
      database.query(
        `insert into decision (county, kind, one_record, other_record, verdict, reason, decided_by, origin, state)
         values ('${COUNTY}', 'person', 2, 1, 'same', 'x', 'x', 'review', 'effective')`,
      ),
    ).rejects.toMatchObject({ code: '23514' });
    expect((await listDecisions(database.pool, COUNTY, { skip: 0, limit: null })).map((each) => each.id)).toEqual([
      made.id,
    ]);
  });

  it('needs a name and a reason', async () => {
    for (const given of [{ by: ' ' }, { reason: '' }, { reason: 'x'.repeat(501) }, { by: 'a\0b' }]) {
      const attempt = database.transaction((client) => decide(client, COUNTY, { ...word([1, 2], 'same'), ...given }));
      await expect(attempt).rejects.toMatchObject({ refusal: 'WHO_AND_WHY' });
    }
  });
});

describe('the queue', () => {
  it('begins with what touches most and is least certain, page by page', async () => {
    const all = await listQueue(database.pool, COUNTY, { skip: 0, limit: null });
    expect(all.total).toBe(7);
    const priorities = all.pairs.map((pair) => pair.priority);
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
    expect(all.pairs[0]).toMatchObject({
      one: 'civil-affairs/benefits.csv#4',
      people: 4,
      probability: 0.5,
      proposed: null,
    });
    const pages = await Promise.all(
      [0, 3, 6].map((skip) => listQueue(database.pool, COUNTY, { skip, limit: 3 }).then((page) => page.pairs)),
    );
    expect(pages.flat()).toEqual(all.pairs);
  });

  it('keeps what waits for a second reviewer, by its decision', async () => {
    const made = (await say([...PAIRS.four], 'same'))!;
    const { pairs, total } = await listQueue(database.pool, COUNTY, { skip: 0, limit: 1 });
    expect([total, pairs[0]!.proposed]).toEqual([7, made.id]);
  });

  it('does not bring back what was decided when the engine writes the pair again', async () => {
    await say([1, 2], 'unsure');
    await database.query('update review_pair set closed_at = null');
    expect((await listQueue(database.pool, COUNTY, { skip: 0, limit: null })).total).toBe(6);
  });
});

describe('a reviewer who comes with a token', () => {
  const viewer = (
    divisions: string,
    registers: readonly string[] = ALL_REGISTERS,
    may: readonly Permission[] = ['review'],
  ): Viewer => viewerOf(divisions, registers, { client: 'tests', may });
  const openDoors = () => {
    const readings = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
    const reviews = openReviews({ apiUrl: database.apiUrl, poolSize: 1 });
    opened.unshift(readings, reviews);
    return { readings, reviews };
  };

  it('sees the pairs of which everything that would change lies in the divisions, and both persons in the registers', async () => {
    const { readings } = openDoors();
    const see = (who: Viewer) =>
      readings.read(who, async (reading) =>
        (
          await reading.query<{ one: number }>({ text: 'select one_record as one from review_pair order by 1' }, [])
        ).map((row) => row.one),
      );
    expect(await see(viewer(COUNTY))).toEqual([1, 4, 7, 9, 11, 13, 16]);
    expect(await see(viewer(EAST))).toEqual([1, 4, 7, 13]);
    expect(await see(viewer(EAST_1))).toEqual([1, 4, 13]);
    expect(await see(viewer(WEST))).toEqual([11]);
    expect(await see(viewer(EAST, ['police', 'governance']))).toEqual([1, 4, 7]);
    expect(await see(viewer(COUNTY, ['police', 'governance']))).toEqual([1, 4, 7, 9, 11]);
    expect(await see(viewer(COUNTY, ['governance']))).toEqual([]);
    expect(await see(viewer(COUNTY, ALL_REGISTERS, []))).toEqual([]);
    expect(await see(viewer('530112'))).toEqual([]);
    expect(await see({ ...viewer(EAST_1), divisions: [EAST_1, WEST] })).toEqual([1, 4, 9, 11, 13, 16]);
  });

  it('cannot decide what it does not see, nor by writing past the program', async () => {
    const { reviews } = openDoors();
    const as = <T>(who: Viewer, work: (session: Session) => Promise<T>) => reviews.write(who, work);
    const reviewed = (records: readonly [number, number]): Word => ({
      ...word(records, 'different'),
      origin: 'review',
    });
    for (const pair of [PAIRS.across, PAIRS.west, PAIRS.reaching, [1, 999] as const]) {
      expect(await as(viewer(EAST), (session) => decide(session, COUNTY, reviewed(pair)))).toBeNull();
    }
    expect(
      await as(viewer(EAST, ALL_REGISTERS, []), (session) => decide(session, COUNTY, reviewed(PAIRS.plain))),
    ).toBeNull();
    const insert = (values: string) =>
      as(viewer(EAST), (session) =>
        session.query(
          `insert into decision (county, kind, one_record, other_record, verdict, reason, decided_by, origin, state) values (${values})`,
        ),
      );
    for (const values of [
      `'${COUNTY}', 'person', 11, 12, 'same', 'x', 'x', 'review', 'effective'`,
      `'${COUNTY}', 'person', 4, 6, 'same', 'x', 'x', 'review', 'effective'`,
      `'${COUNTY}', 'person', 7, 8, 'same', 'x', 'x', 'review', 'effective'`,
      `'${COUNTY}', 'person', 1, 2, 'same', 'x', 'x', 'command', 'effective'`,
    ]) {
      await expect(insert(values), values).rejects.toMatchObject({ failure: 'internal', cause: { code: '42501' } });
    }
    for (const text of [
      'delete from decision',
      `update decision set verdict = 'same'`,
      'insert into touched_record values (1, 1)',
      'select from record',
      `update review_pair set probability = 1`,
      `select records_of_pair('${COUNTY}', 'person', 1, 2)`,
    ]) {
      await expect(
        as(viewer(EAST), (session) => session.query(text)),
        text,
      ).rejects.toMatchObject({
        cause: { code: '42501' },
      });
    }
    expect(await database.query('select from decision')).toEqual([]);
  });

  it('learns the ids of decisions that stand against it, also of those it cannot see, and no more', async () => {
    const hidden = (await say([1, 9], 'same'))!;
    await say([9, 10], 'same');
    const { reviews } = openDoors();
    const attempt = reviews.write(viewer(EAST), (session) =>
      decide(session, COUNTY, { ...word([1, 10], 'different'), origin: 'review' }),
    );
    await expect(attempt).rejects.toMatchObject({
      refusal: 'CONTRADICTS',
      message: expect.stringContaining(`#${hidden.id}`),
    });
    const seen = await reviews.write(
      viewer(EAST),
      async (session) => (await session.query('select id from decision')).rows,
    );
    expect(seen).toEqual([]);
  });

  it('confirms and revokes what it sees; what it does not see is not there', async () => {
    const { reviews } = openDoors();
    const made = (await say([...PAIRS.four], 'same'))!;
    const through = 'tests';
    const confirmed = (who: Viewer): Promise<Decision | null> =>
      reviews.write(who, (session) => confirm(session, COUNTY, made.id, { by: '李副主任', through }));
    expect(await confirmed(viewer(WEST))).toBeNull();
    expect(await confirmed(viewer(EAST, ['governance']))).toBeNull();
    expect(await confirmed(viewer(EAST))).toMatchObject({ state: 'effective' });
    const revoked = (who: Viewer): Promise<Decision | null> =>
      reviews.write(who, (session) => revoke(session, COUNTY, made.id, { by: '王主任', reason: '复核', through }));
    expect(await revoked(viewer(WEST))).toBeNull();
    expect(await revoked(viewer(EAST))).toMatchObject({ state: 'revoked', revokedBy: '王主任' });
    expect(await touched()).toEqual([4, 6]);
  });
});
