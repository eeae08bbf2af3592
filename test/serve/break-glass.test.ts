import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  confirmGrant,
  GrantRefused,
  proposeGrant,
  registerClient,
  registerPurpose,
  revokeGrant,
  signToken,
  type GrantTerms,
} from '../../src/authorize/index.js';
import { openGranting } from '../../src/commands/open-granting.js';
import {
  BreakGlassDocument,
  BreakGlassesDocument,
  DataUsageDocument,
  type DataUsageQuery,
  ReviewBreakGlassDocument,
} from '../generated/graphql.js';
import { openApi, PURPOSE, type Answer } from './open-api.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { COUNTY, EAST, EAST_1, EAST_2, EVERYTHING, ID, WEST } from './small-county.js';

const FLOOD = 'flood-rescue';
const BASIS = '《中华人民共和国突发事件应对法》';
const REASON = '一社区河堤漫溢，转移安置低洼处住户';
const PEOPLE = '{ people(first: 50) { totalCount nodes { name { value } phone { value } idNumber { value } } } }';

let api: Awaited<ReturnType<typeof openApi>>;
const broken: object[] = [];
beforeAll(async () => {
  api = await openApi(null, 5000, {
    settings: ({ database }) => ({ granting: openGranting({ database }, (each) => broken.push(each)) }),
  });
  await api.tokenOf({});
  await registerPurpose(api.database.pool, COUNTY, { ...WORDS, code: FLOOD, emergency: true }, 'one');
});
afterAll(() => api.close());

const WORDS = {
  zh: '防汛抢险',
  en: 'flood rescue',
  legalBasis: BASIS,
  scenario: '转移安置',
  forMinors: false,
  validUntil: new Date(Date.now() + 3600_000_000),
};
let clients = 0;

/** A client for which this stands ready, confirmed by a second person, and how its officers ask. */
async function readyClient(terms: Partial<GrantTerms> = {}, confirmed = true) {
  const { pool } = api.database;
  const client = `rescue-${(clients += 1)}`;
  await registerClient(pool, COUNTY, { name: client, organ: '应急局', kind: 'program', by: 'one' });
  const standing = await proposeGrant(pool, COUNTY, standingOf(client, terms), 'one');
  if (confirmed) await confirmGrant(pool, COUNTY, standing, 'another');
  const ask = async <T, V>(
    query: string | TypedDocumentNode<T, V>,
    variables: V | null = null,
    { officer = 'R-1', purpose = FLOOD }: { officer?: string | null; purpose?: string } = {},
  ): Promise<Answer<T>> => {
    const token = await signToken(api.keys, { client, ...(officer !== null && { person: officer }) }, 600);
    const text = typeof query === 'string' ? query : print(query);
    return await api.send({ query: text, variables }, { authorization: `Bearer ${token}`, purpose });
  };
  return {
    client,
    standing,
    ask,
    breakGlass: (input: object = {}, officer: string | null = 'R-1') =>
      ask(BreakGlassDocument, { input: { divisions: [EAST_1], reason: REASON, ...input } }, { officer }),
    /** The people that it is shown, or the code of the refusal. */
    see: async (): Promise<number | string> => {
      const { data, errors } = await ask<{ people: { totalCount: number } }, null>(PEOPLE);
      return errors?.[0]?.extensions.code ?? data.people.totalCount;
    },
  };
}
const standingOf = (client: string, terms: Partial<GrantTerms> = {}): GrantTerms => ({
  ...EVERYTHING,
  client,
  purpose: FLOOD,
  divisions: [EAST],
  registers: ['police', 'governance'],
  fields: ['basic', 'contact', 'location'],
  may: ['break-glass'],
  validUntil: new Date(Date.now() + 360_000_000),
  ...terms,
});
const codeOf = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions.code ?? null;

/** As if so many hours had gone by since. */
async function passHours(client: string, hours: number): Promise<void> {
  await api.database.transaction(async (session) => {
    for (const table of ['access_grant', 'break_glass'])
      await session.query(`alter table ${table} disable trigger keep_${table === 'break_glass' ? table : 'grant'}`);
    const by = `interval '${hours} hours'`;
    await session.query(
      `update access_grant set valid_from = valid_from - ${by}, valid_until = valid_until - ${by} where client = $1 and emergency`,
      [client],
    );
    await session.query(
      `update break_glass set broken_at = broken_at - ${by}, review_until = review_until - ${by} where client = $1`,
      [client],
    );
    for (const table of ['access_grant', 'break_glass'])
      await session.query(`alter table ${table} enable trigger keep_${table === 'break_glass' ? table : 'grant'}`);
  });
}
const auditor = async <T, V>(query: TypedDocumentNode<T, V>, variables: V, officer = 'A-1', divisions = [COUNTY]) => {
  const token = await api.tokenOf({ divisions, may: ['audit'] });
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string };
  const own = await signToken(api.keys, { client: sub, person: officer }, 600);
  return (await api.send({ query: print(query), variables }, { authorization: `Bearer ${own}` })) as Answer<T>;
};

describe('what stands ready behind glass', () => {
  it('shows nobody until it is broken, and then at once the divisions, registers and classes that it names', async () => {
    const one = await readyClient();
    expect(await one.see()).toBe('TOTALS_ONLY');
    const { data, errors } = await one.breakGlass();
    expect(errors).toBeUndefined();
    expect(data.breakGlass).toMatchObject({ divisions: [EAST_1], registers: ['police', 'governance'] });
    const hours = (Date.parse(data.breakGlass.until as unknown as string) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(2.99);
    expect(hours).toBeLessThanOrEqual(3);
    const seen = await one.ask<{ people: { totalCount: number } }, null>(PEOPLE);
    expect(seen.data.people.totalCount).toBe(3);
    expect(seen.text).toContain('13900000009');
    // Classes and registers that it does not name.
    expect(seen.text).toContain('990***********0017');
    expect(seen.text).not.toMatch(/990000199001010017/);
    const rest = await one.ask<{ people: { nodes: object[] }; viewer: object }, null>(
      '{ people(first: 1) { nodes { benefits { programme { value } } } } viewer { emergency records may } }',
    );
    expect(rest.data.people.nodes[0]).toEqual({ benefits: [] });
    expect(rest.data.viewer).toEqual({ emergency: true, records: true, may: ['break-glass'] });
  });

  it('is read on record: with the basis of the emergency, flagged, under the grant that was opened', async () => {
    const one = await readyClient();
    const { data } = await one.breakGlass();
    await one.see();
    const rows = await api.database.query<Record<string, unknown>>(
      `select emergency, basis, grants::text as grants, asked, outcome, cardinality(persons) as n from access_log where client = $1 order by number`,
      [one.client],
    );
    expect(rows).toEqual([
      { emergency: false, basis: BASIS, grants: `{${one.standing}}`, asked: ['breakGlass'], outcome: 'none', n: 0 },
      { emergency: true, basis: BASIS, grants: `{${data.breakGlass.grant}}`, asked: ['people'], outcome: 'ok', n: 3 },
    ]);
  });

  it('is told to the people themselves, as what it was', async () => {
    const one = await readyClient();
    await one.breakGlass();
    await one.see();
    const variables = { id: writeGlobalId('Person', COUNTY, ID.zhang), first: 1 };
    const token = await api.tokenOf({ may: ['usage'] });
    const { data } = (await api.send(
      { query: print(DataUsageDocument), variables },
      { authorization: `Bearer ${token}` },
    )) as unknown as Answer<DataUsageQuery>;
    expect(data.dataUsage!.nodes).toMatchObject([
      { organ: '应急局', purposeText: '防汛抢险', basis: BASIS, emergency: true },
    ]);
  });

  it('raises an alarm at once, for the auditor and for the operator, without a word of the reason', async () => {
    const one = await readyClient();
    const before = broken.length;
    await one.breakGlass();
    await one.breakGlass({ divisions: [EAST_2] });
    expect(await one.see()).toBe(4);
    const token = await api.tokenOf({ may: ['audit'] });
    const { data } = (await api.send(
      { query: '{ accessAlarms(first: 50) { client kind counted threshold } }' },
      { authorization: `Bearer ${token}` },
    )) as unknown as Answer<{ accessAlarms: { client: string }[] }>;
    expect(data.accessAlarms.filter((each) => each.client === one.client)).toEqual([
      { client: one.client, kind: 'break-glass', counted: 2, threshold: 0 },
    ]);
    expect(broken.length).toBe(before + 2);
    expect(JSON.stringify(broken)).not.toContain('河堤');
  });

  it('ends by itself, is revoked as any grant is, and goes with the permission', async () => {
    const [one, other, third] = [await readyClient(), await readyClient(), await readyClient()];
    await one.breakGlass();
    expect(await one.see()).toBe(3);
    await passHours(one.client, 2.99);
    expect(await one.see()).toBe(3);
    await passHours(one.client, 0.02);
    expect(await one.see()).toBe('TOTALS_ONLY');
    // Within three hours: only what was asked for.
    await one.breakGlass({ hours: 1 });
    await passHours(one.client, 1.01);
    expect(await one.see()).toBe('TOTALS_ONLY');
    const { data } = await other.breakGlass();
    await revokeGrant(api.database.pool, COUNTY, Number(data.breakGlass.grant), 'one', '险情已过');
    expect(await other.see()).toBe('TOTALS_ONLY');
    await third.breakGlass();
    await revokeGrant(api.database.pool, COUNTY, third.standing, 'one', '许可终止');
    expect(await third.see()).toBe('PURPOSE_NOT_GRANTED');
  });

  it('is opened by an officer whom the token names, within what stands ready, for a reason that holds no number', async () => {
    const one = await readyClient();
    const nobody = await one.breakGlass({}, null);
    expect(codeOf(nobody)).toBe('FORBIDDEN');
    expect(nobody.errors![0]!.message).toContain('The token has to name the officer');
    for (const input of [
      { divisions: [WEST] },
      { divisions: [COUNTY] },
      { divisions: [EAST_1, WEST] },
      { divisions: [] },
      { hours: 4 },
      { hours: 0 },
      { reason: '漫溢' },
      { reason: '          漫溢          ' },
      { reason: '寻找990000199001010017的住户' },
      { reason: '寻找 990000 19900101 001X 的住户' },
      { reason: '请回电１３８００００００１２，漫溢转移' },
      { reason: '请回电 138-0000-0012，漫溢转移' },
    ]) {
      const refused = await one.breakGlass(input);
      expect(codeOf(refused), JSON.stringify(input)).toBe('BAD_USER_INPUT');
      expect(refused.text).not.toMatch(/9900001990|1380000/);
    }
    expect(codeOf(await one.breakGlass({ reason: '2026年11月22日530502001001村漫溢' }))).toBeNull();
    const waiting = await readyClient({ divisions: [EAST_1] }, false);
    expect(codeOf(await waiting.breakGlass())).toBe('PURPOSE_NOT_GRANTED');
    const token = await api.tokenOf({});
    const without = await api.send(
      { query: print(BreakGlassDocument), variables: { input: { divisions: [EAST_1], reason: REASON } } },
      { authorization: `Bearer ${token}`, purpose: PURPOSE },
    );
    expect(codeOf(without)).toBe('FORBIDDEN');
  });

  it('does not open what is kept of minors, in a village either', async () => {
    await api.database.query(
      `update record set birth_date = '2019-05-05', stated = stated || '{"birthDate": "2019-05-05", "phone": "13800000077", "address": "一社区3组3号"}' where id = 13`,
    );
    const one = await readyClient({ fields: ['basic', 'contact', 'identity', 'location'] });
    await one.breakGlass();
    const text = (await one.ask('{ people(first: 50) { nodes { name { value } phone { value } address { value } } } }'))
      .text;
    expect(text).toContain('张三');
    expect(text).not.toMatch(/张小|13800000077|3组3号/);
    const found = await one.ask<{ people: { totalCount: number } }, null>(
      '{ people(filter: { namePrefix: "张小" }) { totalCount } }',
    );
    expect(found.data.people.totalCount).toBe(0);
    const near = await api.ask(EAST_1, '{ people(first: 50) { nodes { name { value } } } }');
    expect(near.text).toContain('张小');
  });
});

describe('broken glass', () => {
  it('is reviewed by another person once it is over, with what was read under it', async () => {
    const one = await readyClient();
    const { id } = (await one.breakGlass()).data.breakGlass;
    await one.see();
    await one.see();
    const review = { id, finding: 'JUSTIFIED' as const, note: '值班记录与转移名单相符' };
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review))).toBe('BAD_USER_INPUT');
    await passHours(one.client, 3);
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review, 'R-1'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review, 'r-1'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await one.ask(ReviewBreakGlassDocument, review))).toBe('FORBIDDEN');
    const listed = (await auditor(BreakGlassesDocument, { open: true, first: 50 })).data.breakGlasses;
    expect(listed.find((each) => each.id === id)).toMatchObject({
      client: one.client,
      reason: REASON,
      brokenBy: 'R-1',
      readings: 2,
      people: 3,
      overdue: false,
      finding: null,
    });
    expect((await auditor(ReviewBreakGlassDocument, review)).data.reviewBreakGlass).toMatchObject({
      finding: 'JUSTIFIED' as const,
      reviewedBy: 'A-1',
    });
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review))).toBe('BAD_USER_INPUT');
    const closed = (await auditor(BreakGlassesDocument, { open: false, first: 50 })).data.breakGlasses;
    expect(closed.find((each) => each.id === id)).toMatchObject({ note: review.note, overdue: false });
  });

  it('that is found abused ends at once', async () => {
    const one = await readyClient();
    const { id } = (await one.breakGlass()).data.breakGlass;
    expect(await one.see()).toBe(3);
    const review = { id, finding: 'ABUSED' as const, note: '当日辖区内并无险情记录' };
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review))).toBeNull();
    expect(await one.see()).toBe('TOTALS_ONLY');
  });

  it('that nobody reviews in seven days is the client’s last until somebody does', async () => {
    const one = await readyClient();
    const { id } = (await one.breakGlass()).data.breakGlass;
    await passHours(one.client, 7 * 24 - 0.1);
    expect(codeOf(await one.breakGlass())).toBeNull();
    await passHours(one.client, 0.2);
    expect(codeOf(await one.breakGlass())).toBe('FORBIDDEN');
    const listed = (await auditor(BreakGlassesDocument, { open: true, first: 50 })).data.breakGlasses;
    expect(listed.filter((each) => each.client === one.client && each.overdue).map((each) => each.id)).toEqual([id]);
    await auditor(ReviewBreakGlassDocument, {
      id,
      finding: 'JUSTIFIED' as const,
      note: '逾期补核，与值班记录相符',
    });
    expect(codeOf(await one.breakGlass())).toBeNull();
  });

  it('is told to auditors of its divisions alone', async () => {
    const one = await readyClient();
    const { id } = (await one.breakGlass()).data.breakGlass;
    const told = async (division: string) =>
      (await auditor(BreakGlassesDocument, { open: null, first: 200 }, 'A-1', [division])).data.breakGlasses.some(
        (each) => each.id === id,
      );
    expect([await told(EAST), await told(WEST)]).toEqual([true, false]);
    const review = { id, finding: 'ABUSED' as const, note: '不在本人职责范围之内的' };
    expect(codeOf(await auditor(ReviewBreakGlassDocument, review, 'A-1', [WEST]))).toBe('BAD_USER_INPUT');
    expect(codeOf(await one.ask(BreakGlassesDocument, { open: null, first: 1 }))).toBe('FORBIDDEN');
  });
});

describe('the rules of it', () => {
  it('bind whoever grants: nothing else stands behind glass, and nothing in front of it breaks any', async () => {
    const { pool } = api.database;
    const client = `rescue-${(clients += 1)}`;
    const analyst = `rescue-${(clients += 1)}`;
    await registerClient(pool, COUNTY, { name: client, organ: '应急局', kind: 'program', by: 'one' });
    await registerClient(pool, COUNTY, { name: analyst, organ: '应急局', kind: 'analyst', by: 'one' });
    for (const terms of [
      { purpose: PURPOSE },
      { may: [] },
      { may: ['break-glass', 'review'] },
      { may: ['break-glass', 'develop'] },
      { fields: ['basic', 'party'] },
      { reveals: 1 },
      { records: false },
      { client: analyst },
    ] as Partial<GrantTerms>[])
      await expect(
        proposeGrant(pool, COUNTY, standingOf(client, terms), 'one'),
        JSON.stringify(terms),
      ).rejects.toBeInstanceOf(GrantRefused);
    for (const purpose of [
      { ...WORDS, code: FLOOD },
      { ...WORDS, code: PURPOSE, emergency: true },
      { ...WORDS, code: 'for-all', emergency: true, forMinors: true },
    ])
      await expect(registerPurpose(pool, COUNTY, purpose, 'one')).rejects.toBeInstanceOf(GrantRefused);
  });

  it('bind the owner of the database as well', async () => {
    const one = await readyClient();
    const { grant } = (await one.breakGlass()).data.breakGlass;
    const copy = (more: string) =>
      api.database.query(
        `insert into access_grant (county, client, purpose, divisions, registers, fields, ties, may, sharing, valid_from, valid_until, proposed_by, emergency)
         select county, client, purpose, ${more}, proposed_by, true from access_grant where id = $1`,
        [grant],
      );
    const same = 'divisions, registers, fields, ties, may, sharing';
    await copy(`${same}, now(), now() + interval '3 hours'`);
    for (const more of [
      `${same}, now(), now() + interval '4 hours'`,
      `array['${WEST}'], registers, fields, ties, may, sharing, now(), now() + interval '1 hour'`,
      `divisions, registers || '{civil-affairs}', fields, ties, may, sharing, now(), now() + interval '1 hour'`,
      `divisions, registers, fields || '{benefit}', ties, may, sharing, now(), now() + interval '1 hour'`,
    ])
      await expect(copy(more), more).rejects.toMatchObject({ code: '23514' });
    for (const change of [
      `update break_glass set reason = 'something else'`,
      `update break_glass set review_until = now() + interval '1 year'`,
      'delete from break_glass',
      'truncate break_glass',
      `update purpose set emergency = false where code = '${FLOOD}'`,
    ])
      await expect(api.database.query(change), change).rejects.toMatchObject({ code: '23001' });
    await expect(
      api.database.query(
        `update break_glass set reviewed_by = ' r-1', reviewed_at = now(), finding = 'justified', note = 'mine' where opened = $1`,
        [grant],
      ),
    ).rejects.toMatchObject({ code: '23514' });
  });
});
