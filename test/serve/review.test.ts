import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openReviewing } from '../../src/commands/open-reviewing.js';
import { revokeToken, tokenIdOf } from '../../src/authorize/index.js';
import type { Permission } from '../../src/model/viewer.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { withReceiveLock } from '../../src/stage/receive-lock.js';
import { fillReviewCounty, PAIRS } from '../decide/review-county.js';
import {
  ConfirmDecisionDocument,
  DecideMatchDocument,
  DecisionsDocument,
  ReviewQueueDocument,
  RevokeDecisionDocument,
  type DecideMatchInput,
} from '../generated/graphql.js';
import { COUNTY } from '../link/county-records.js';
import { openApi, type Answer } from './open-api.js';
import { ALL_REGISTERS, EAST, WEST } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
let close: (() => Promise<void>)[] = [];
beforeEach(async () => {
  for (const each of close.splice(0)) await each();
  api = await openApi(null, 5000, {
    fill: fillReviewCounty,
    openReviewing: (hub) => {
      const reviewing = openReviewing(hub);
      close.push(() => reviewing.close());
      return reviewing;
    },
  });
  close.push(() => api.close());
});
afterAll(async () => {
  for (const each of close) await each();
});

interface Who {
  readonly registers?: readonly string[];
  readonly may?: readonly Permission[];
}
const as = (division: string, { registers = ALL_REGISTERS, may = ['review'] }: Who = {}) => ({
  queue: async (variables: { first: number; after?: string | null; proposed?: boolean } = { first: 50 }) =>
    await api.ask([division], ReviewQueueDocument, variables, registers, may),
  decide: async (input: Partial<DecideMatchInput>) =>
    await api.ask([division], DecideMatchDocument, { input: { ...WORD, ...input } }, registers, may),
  confirm: async (id: string, by = '李副主任') =>
    await api.ask([division], ConfirmDecisionDocument, { id, by }, registers, may),
  revoke: async (id: string, by = '李副主任') =>
    await api.ask([division], RevokeDecisionDocument, { id, by, reason: '复核有误' }, registers, may),
  decisions: async () => await api.ask([division], DecisionsDocument, { first: 50 }, registers, may),
});
const WORD: DecideMatchInput = { verdict: 'SAME', reason: '电话核实', by: '王主任' };
const recordId = (record: number) => writeGlobalId('SourceRecord', COUNTY, record);
const pairOf = (name: keyof typeof PAIRS) => ({ one: recordId(PAIRS[name][0]), other: recordId(PAIRS[name][1]) });
const refsIn = (answer: Awaited<ReturnType<ReturnType<typeof as>['queue']>>) =>
  answer.data.reviewQueue.nodes.map((pair) => pair.other?.ref ?? null);
const codes = (answer: Answer<unknown>) => [answer.status, answer.errors?.map((error) => error.extensions.code)];

describe('the review queue', () => {
  it('shows each pair with its waterfall, values masked, what matters most first', async () => {
    const { data, errors } = await as(EAST).queue();
    expect(errors).toBeUndefined();
    expect(data.reviewQueue.totalCount).toBe(4);
    const [first] = data.reviewQueue.nodes;
    expect(first).toMatchObject({
      kind: 'PERSON',
      probability: 0.5,
      recordsAffected: 4,
      one: { ref: 'civil-affairs/benefits.csv#4', register: 'civil-affairs' },
      other: { ref: 'governance/residents.csv#6' },
      decisions: [],
    });
    expect(first!.oneEntity!.id).not.toBe(first!.otherEntity!.id);
    expect(
      first!.evidence.map((step) => [step.comparisonLabel, step.bits, step.agreement, step.one, step.other]),
    ).toEqual([
      ['先验', -12, null, null, null],
      ['姓名', 9.5, 'SAME', '李*', '李*'],
      ['电话', -0.5, 'DIFFERENT', '137****2222', '139****4444'],
      ['身份号码', 4, 'NEAR', expect.stringMatching(/^990\*{11}\d{3}[\dX]$/), null],
    ]);
    expect(first!.evidence.map((step) => step.levelLabel)).toEqual([
      '比较之前',
      expect.stringContaining('姓名相同'),
      '电话不同',
      '号码经一处更正即相同',
    ]);
    const text = JSON.stringify(data.reviewQueue.nodes.map((pair) => pair.evidence));
    expect(text).not.toMatch(/李强|13711112222|\d{15}/);
  });

  it('goes page by page, each pair once, by cursors that are sealed', async () => {
    const firstCursor = async () => (await as(COUNTY).queue({ first: 1 })).data.reviewQueue.pageInfo.endCursor!;
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { reviewQueue }: Awaited<ReturnType<ReturnType<typeof as>['queue']>>['data'] = (
        await as(COUNTY).queue({ first: 2, after })
      ).data;
      seen.push(...reviewQueue.nodes.map((pair) => pair.id));
      after = reviewQueue.pageInfo.hasNextPage ? reviewQueue.pageInfo.endCursor! : null;
    } while (after);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    const [cursor, again] = [await firstCursor(), await firstCursor()];
    const altered = Buffer.from(cursor, 'base64url');
    altered[20]! ^= 1;
    for (const wrong of [
      'x',
      '',
      ...['Person>1', 'ReviewPair>1e-99>1', 'ReviewPair>3>1'].map((text) => Buffer.from(text).toString('base64url')),
      altered.toString('base64url'),
      cursor.slice(0, 30),
    ]) {
      expect(codes(await as(COUNTY).queue({ first: 2, after: wrong }))).toEqual([400, ['BAD_USER_INPUT']]);
    }
    // What records stand behind a pair, hidden ones too, is in its place: that is for nobody to read or to compare.
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('ReviewPair');
    expect(again).not.toBe(cursor);
  });

  it('takes as many statements for a page as for one pair', async () => {
    const count = async (first: number) => {
      api.statements.length = 0;
      await as(COUNTY).queue({ first });
      return api.statements.length;
    };
    expect(await count(50)).toBeLessThanOrEqual((await count(1)) + 2);
  });

  it('is for grants that may review, whatever else they show, and says what is missing', async () => {
    const reader = as(COUNTY, { may: [] });
    const refused = await reader.queue();
    expect(codes(refused)).toEqual([403, ['FORBIDDEN']]);
    expect(refused.errors![0]!.message).toMatch(/^The grant .*--may review.*授权/);
    expect(codes(await reader.decisions())).toEqual([403, ['FORBIDDEN']]);
    for (const answer of [await reader.decide(pairOf('plain')), await reader.confirm('x'), await reader.revoke('x')]) {
      expect(codes(answer)).toEqual([403, ['FORBIDDEN']]);
    }
    const [pair] = (await as(COUNTY).queue()).data.reviewQueue.nodes;
    const NODE = `query ($id: ID!) { node(id: $id) { id } }`;
    expect((await api.ask(COUNTY, NODE, { id: pair!.id })).data).toEqual({ node: null });
  });

  it('hides what it cannot show whole: neither pair nor count for a reviewer of another township', async () => {
    expect(refsIn(await as(WEST).queue())).toEqual(['governance/residents.csv#12']);
    expect((await as(WEST).queue()).data.reviewQueue.totalCount).toBe(1);
    const east = await as(EAST).queue();
    expect(east.data.reviewQueue.totalCount).toBe(4);
    expect(refsIn(east)).not.toContain('governance/residents.csv#10');
    expect(refsIn(east)).not.toContain('civil-affairs/benefits.csv#17');
  });

  it('tells only 同 近 异 of a record whose register the token does not name, and nothing of a person that it does not know', async () => {
    const answer = await as(EAST, { registers: ['police', 'governance'] }).queue();
    const { nodes, totalCount } = answer.data.reviewQueue;
    expect(totalCount).toBe(3);
    const four = nodes.find((pair) => pair.one === null)!;
    expect(four.recordsAffected).toBe(2);
    expect(four.other!.ref).toBe('governance/residents.csv#6');
    expect(four.evidence.map((step) => [step.agreement, step.one, step.other])).toEqual([
      [null, null, null],
      ['SAME', null, '李*'],
      ['DIFFERENT', null, '139****4444'],
      ['NEAR', null, null],
    ]);
    expect(answer.text).not.toContain('civil-affairs');
  });
});

describe('a decision', () => {
  it('is written with who, why and through what, and the linkage follows at once', async () => {
    const pair = (await as(EAST).queue()).data.reviewQueue.nodes.find((each) => each.one?.ref.endsWith('#1'))!;
    const { data, errors } = await as(EAST).decide({ pair: pair.id });
    expect(errors).toBeUndefined();
    expect(data.decideMatch).toMatchObject({
      settled: true,
      decision: {
        verdict: 'SAME',
        state: 'EFFECTIVE',
        reason: '电话核实',
        decidedBy: '王主任',
        decidedThrough: expect.stringMatching(/^test-\d+$/),
      },
    });
    expect(data.decideMatch!.oneEntity).not.toBeNull();
    expect(await api.database.query('select from touched_record')).toEqual([]);
    const waiting = (await as(EAST).queue()).data.reviewQueue.nodes.map((each) => each.id);
    expect(waiting).not.toContain(pair.id);
    expect((await as(EAST).decisions()).data.decisions).toMatchObject({
      totalCount: 1,
      nodes: [{ number: '1', origin: 'REVIEW', one: { ref: 'police/residents.csv#1' } }],
    });
  });

  it('that would merge more than three records waits for a second, different reviewer', async () => {
    const made = (await as(EAST).decide(pairOf('four'))).data.decideMatch!;
    expect(made).toMatchObject({ settled: false, decision: { state: 'PROPOSED' } });
    expect((await as(EAST).queue({ first: 9, proposed: true })).data.reviewQueue.nodes).toMatchObject([
      { decisions: [{ id: made.decision.id, state: 'PROPOSED', decidedBy: '王主任' }] },
    ]);
    const same = await as(EAST).confirm(made.decision.id, '王主任');
    expect(codes(same)).toEqual([409, ['CONFLICT']]);
    expect((await as(EAST).confirm(made.decision.id)).data.confirmDecision).toMatchObject({
      settled: true,
      decision: { state: 'EFFECTIVE', confirmedBy: '李副主任' },
    });
    expect((await as(EAST).revoke(made.decision.id)).data.revokeDecision).toMatchObject({
      settled: true,
      decision: { state: 'REVOKED', revokeReason: '复核有误' },
    });
    expect((await as(EAST).decisions()).data.decisions.totalCount).toBe(1);
  });

  it('that contradicts is refused with the numbers of what stands, and said of what is not seen', async () => {
    await as(COUNTY).decide({ one: recordId(1), other: recordId(2) });
    await as(COUNTY).decide({ one: recordId(2), other: recordId(14) });
    const { errors } = await as(COUNTY).decide({ one: recordId(1), other: recordId(14), verdict: 'DIFFERENT' });
    expect(errors).toMatchObject([{ message: expect.stringContaining('#1, #2'), extensions: { code: 'CONFLICT' } }]);
    expect(errors![0]!.message).toMatch(/矛盾/);
  });

  it('about a pair that is not seen is answered as about one that never was', async () => {
    const queue = (await as(COUNTY).queue()).data.reviewQueue.nodes;
    const hidden = queue.find((pair) => pair.other!.ref.endsWith('#12'))!;
    const nowhere = await as(EAST).decide({ one: recordId(1), other: recordId(999) });
    expect(nowhere).toMatchObject({ status: 200, data: { decideMatch: null } });
    for (const input of [
      { pair: hidden.id },
      pairOf('across'),
      pairOf('west'),
      pairOf('reaching'),
      { pair: 'nonsense' },
    ]) {
      expect((await as(EAST).decide(input)).text).toBe(nowhere.text);
    }
    const made = (await as(WEST).decide(pairOf('west'))).data.decideMatch!;
    const [confirmed, revoked] = [await as(EAST).confirm(made.decision.id), await as(EAST).revoke(made.decision.id)];
    expect([confirmed.text, revoked.text]).toEqual([
      (await as(EAST).confirm(writeGlobalId('Decision', COUNTY, 999))).text,
      (await as(EAST).revoke(writeGlobalId('Decision', COUNTY, 999))).text,
    ]);
    expect((await as(EAST).decisions()).data.decisions).toMatchObject({ totalCount: 0, nodes: [] });
    expect((await as(WEST).decisions()).data.decisions.totalCount).toBe(1);
  });

  it('needs a name, a reason, and one pair', async () => {
    for (const input of [
      { ...pairOf('plain'), by: ' ' },
      { ...pairOf('plain'), reason: '' },
      { pair: 'x', ...pairOf('plain') },
      { one: recordId(1) },
      { one: recordId(1), other: recordId(1) },
      { one: writeGlobalId('Person', COUNTY, 1), other: recordId(1) },
    ]) {
      expect(codes(await as(EAST).decide(input)), JSON.stringify(input)).toEqual([400, ['BAD_USER_INPUT']]);
    }
    const two = `mutation { a: revokeDecision(id: "x", by: "a", reason: "b") { settled } b: revokeDecision(id: "x", by: "a", reason: "b") { settled } }`;
    expect(codes(await api.ask(EAST, two))).toEqual([400, ['BAD_USER_INPUT']]);
    expect(await api.database.query('select from decision')).toEqual([]);
  });

  it('is finished though whoever sent it has gone, and what its answer shows is on record', async () => {
    const [pair] = (await as(EAST).queue()).data.reviewQueue.nodes;
    const token = await api.tokenFor([EAST], ALL_REGISTERS, ['review']);
    const input = { ...WORD, one: pair!.one!.id, other: pair!.other!.id };
    const query = `mutation ($input: DecideMatchInput!) { decideMatch(input: $input) { settled oneEntity { id ... on Person { name { value } } } } }`;
    const holder = await api.database.pool.connect();
    await holder.query('begin');
    await holder.query('lock table decision in exclusive mode');
    const leaving = new AbortController();
    const sent = fetch(api.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, purpose: 'test' },
      body: JSON.stringify({ query, variables: { input } }),
      signal: leaving.signal,
    });
    const waits = `select from pg_locks where not granted and relation = 'decision'::regclass`;
    while ((await api.database.query(waits)).length === 0) await new Promise((wait) => setTimeout(wait, 20));
    leaving.abort();
    await expect(sent).rejects.toThrow(/abort/);
    // The server has seen the connection end before the change goes on.
    await new Promise((wait) => setTimeout(wait, 200));
    await holder.query('commit');
    holder.release();
    const written = `select outcome, cardinality(persons) as persons from access_log where asked = '{decideMatch}'`;
    let rows = await api.database.query(written);
    for (; rows.length === 0; rows = await api.database.query(written))
      await new Promise((wait) => setTimeout(wait, 20));
    expect(rows).toEqual([{ outcome: 'ok', persons: expect.any(Number) }]);
    expect(rows[0]!['persons']).toBeGreaterThan(0);
    expect((await as(EAST).decisions()).data.decisions.nodes).toMatchObject([{ state: 'PROPOSED' }]);
  });

  it('stands, and is not answered, where what the answer shows cannot be written down', async () => {
    const [pair] = (await as(EAST).queue()).data.reviewQueue.nodes;
    await api.database.query('revoke insert on access_log from hub_access_writer');
    const answer = await as(EAST).decide({ one: pair!.one!.id, other: pair!.other!.id });
    await api.database.query('grant insert on access_log to hub_access_writer');
    expect([answer.status, answer.data ?? null, answer.errors![0]!.extensions.code]).toEqual([
      503,
      null,
      'UNAVAILABLE',
    ]);
    expect((await as(EAST).decisions()).data.decisions.nodes).toHaveLength(1);
  });

  it('is not taken beside a night: UNAVAILABLE, to be tried again, and nothing is written', async () => {
    await withReceiveLock(api.database, COUNTY, async () => {
      expect(codes(await as(EAST).decide(pairOf('plain')))).toEqual([200, ['UNAVAILABLE']]);
    });
    expect(await api.database.query('select from decision')).toEqual([]);
    expect((await as(EAST).decide(pairOf('plain'))).data.decideMatch!.settled).toBe(true);
  }, 30_000);
});

describe('a token that was revoked', () => {
  it('decides nothing any more, from the next request on', async () => {
    const token = await api.tokenFor([EAST], ALL_REGISTERS, ['review']);
    const input = { verdict: 'UNSURE', reason: '电话核实', by: '王主任' } as const;
    const [pair] = Object.keys(PAIRS) as (keyof typeof PAIRS)[];
    expect(codes(await as(EAST).decide({ ...input, ...pairOf(pair!) }))).toEqual([200, undefined]);
    await revokeToken(api.database, tokenIdOf(token)!);
    const refused = await as(EAST).decide({ ...input, verdict: 'SAME', ...pairOf(pair!) });
    expect(codes(refused)).toEqual([401, ['UNAUTHENTICATED']]);
    expect(await api.database.query('select verdict from decision')).toEqual([{ verdict: 'unsure' }]);
  });
});
