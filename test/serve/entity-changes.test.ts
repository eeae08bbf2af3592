import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { print } from 'graphql';
import type { EntityKind, FollowChangesQuery } from '../generated/graphql.js';
import { FollowChangesDocument } from '../generated/graphql.js';
import { COUNTY, forget, idNumber, link, linksOf, putRecords, type TestRecord } from '../link/county-records.js';
import { openApi, type Answer } from './open-api.js';
import { ALL_REGISTERS, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi(null, 5000, { fill: async () => {} });
});
afterAll(() => api.close());

const WEI = idNumber('19900312', 17);
const XIU = idNumber('19650601', 28);

const DATASETS = {
  police: 'police/residents',
  governance: 'governance/residents',
  'civil-affairs': 'civil-affairs/benefits',
} as const;
const row = (
  id: number,
  register: keyof typeof DATASETS,
  stated: object,
  more: Partial<TestRecord> = {},
): TestRecord => ({ id, dataset: DATASETS[register], stated: { ...stated }, village: EAST_1, delivery: 1, ...more });

interface Seen {
  readonly division?: string | readonly string[];
  readonly registers?: readonly string[];
  readonly ties?: readonly ('resident' | 'registered')[];
  readonly after?: string | null;
  readonly first?: number;
  readonly kinds?: EntityKind[] | null;
}
const follow = async ({
  division = COUNTY,
  registers = ALL_REGISTERS,
  ties = ['resident', 'registered'],
  after = null,
  first = 50,
  kinds = ['PERSON'],
}: Seen = {}) => {
  const token = await api.tokenOf({ divisions: typeof division === 'string' ? [division] : division, registers, ties });
  return (await api.send(
    { query: print(FollowChangesDocument), variables: { first, after, kinds } },
    { authorization: `Bearer ${token}` },
  )) as Answer<FollowChangesQuery>;
};
/** `TYPE entity → into`, entities named by what the tests call them, sorted: within a run the order is that of ids, which are nobody's. */
const told = async (names: ReadonlyMap<number, string>, seen: Seen = {}): Promise<string[]> => {
  const { edges } = (await follow(seen)).data.entityChanges;
  const lines = edges.map(({ node }) => {
    const name = (id: string | null | undefined) =>
      id ? (names.get(Number(Buffer.from(id, 'base64url').toString().split(':')[2])) ?? '?') : '';
    return `${node.type} ${name(node.entityId)}${node.intoId ? ` → ${name(node.intoId)}` : ''}`;
  });
  return lines.toSorted();
};
const cursor = async (seen: Seen = {}) => (await follow(seen)).data.entityChanges.latestCursor;
const persons = async (...records: number[]) => {
  const links = await linksOf(api.database);
  return records.map((record) => links.get(record)!.person!);
};

beforeEach(async () => {
  await forget(api.database);
  await api.database.query(
    'truncate entity_log, entity_change, entity_change_beside, entity_movement, identity_restore',
  );
  await api.database.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, state)
     values ($1, 1, 'police', 'police/residents', 'residents.csv', repeat('a', 64), 1, 'csv', 'utf-8', 'full', 'taken')`,
    [COUNTY],
  );
});

/** Two people of two registers each, and a third in the west. */
async function firstLoad() {
  await putRecords(api.database, [
    row(1, 'police', { name: '张伟', idNumber: WEI }),
    row(2, 'governance', { name: '张伟', idNumber: WEI }),
    row(3, 'police', { name: '李秀英', idNumber: XIU }),
    row(4, 'governance', { name: '李秀英' }),
    row(5, 'civil-affairs', { name: '李秀英' }, { village: WEST_1 }),
  ]);
  await link(api.database);
  const [wei, xiu, door, west] = await persons(1, 3, 4, 5);
  return {
    names: new Map([
      [wei!, 'Wei'],
      [xiu!, 'Xiu'],
      [door!, 'Door'],
      [west!, 'West'],
    ]),
    after: await cursor(),
  };
}

describe('the log of changes', () => {
  it('is empty after a first load, and begins there', async () => {
    const { after } = await firstLoad();
    const { data } = await follow({ after, kinds: null });
    expect(data.entityChanges).toMatchObject({ edges: [], pageInfo: { hasNextPage: false } });
    expect((await api.database.query('select from entity_change')).length).toBe(0);
    // Who finds nothing new goes on from where that was.
    await putRecords(api.database, [row(6, 'police', { name: '王五' })]);
    await link(api.database);
    const { endCursor } = data.entityChanges.pageInfo;
    expect(endCursor).toEqual(expect.any(String));
    const ids = async (from: string) =>
      (await follow({ after: from, kinds: null })).data.entityChanges.edges.map(({ node }) => node.id);
    expect(await ids(endCursor!)).toEqual(await ids(after));
    expect((await ids(after)).length).toBeGreaterThan(0);
  });

  it('tells of merges, of whose records appeared, changed, were retired and came back', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [row(4, 'governance', { name: '李秀英', idNumber: XIU })]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED Xiu', 'MERGED Door → Xiu']);
    const second = await cursor();
    await putRecords(api.database, [
      row(1, 'police', { name: '张伟', idNumber: WEI, phone: '13900000001' }),
      row(6, 'police', { name: '王五' }),
      row(5, 'civil-affairs', { name: '李秀英' }, { village: WEST_1, status: 'retired' }),
    ]);
    await link(api.database);
    const [five] = await persons(6);
    names.set(five!, 'Wang');
    expect(await told(names, { after: second })).toEqual(['CHANGED Wei', 'CREATED Wang', 'RETIRED West']);
    const third = await cursor();
    await putRecords(api.database, [row(5, 'civil-affairs', { name: '李秀英' }, { village: WEST_1 })]);
    await link(api.database);
    expect(await told(names, { after: third })).toEqual(['REVIVED West']);
    expect(await told(names)).toEqual([
      'CHANGED Wei',
      'CHANGED Xiu',
      'CREATED Wang',
      'MERGED Door → Xiu',
      'RETIRED West',
      'REVIVED West',
    ]);
    const last = (await follow({ after })).data.entityChanges.edges.find(({ node }) => node.type === 'MERGED');
    expect(last!.node.entity).toMatchObject({ id: last!.node.intoId, redirectedFrom: last!.node.entityId });
  });

  it('tells of a split and of records that moved to a person who was there', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [row(2, 'governance', { name: '赵六' })]);
    await link(api.database);
    const [six] = await persons(2);
    names.set(six!, 'Zhao');
    expect(await told(names, { after })).toEqual(['CHANGED Wei', 'CREATED Zhao', 'SPLIT Wei → Zhao']);
    const second = await cursor();
    await putRecords(api.database, [
      row(6, 'governance', { name: '张伟', idNumber: WEI }),
      row(7, 'governance', { name: '张伟', idNumber: WEI }),
    ]);
    await link(api.database);
    await putRecords(api.database, [row(7, 'governance', { name: '李秀英', idNumber: XIU })]);
    await link(api.database);
    expect(await told(names, { after: second })).toEqual([
      'CHANGED Wei',
      'CHANGED Wei',
      'CHANGED Xiu',
      'MOVED Wei → Xiu',
    ]);
  });

  it('is paged without losing or repeating a change, by cursors that are never the same twice', async () => {
    const { after } = await firstLoad();
    for (let night = 0; night < 4; night += 1) {
      await putRecords(api.database, [
        row(1, 'police', { name: '张伟', idNumber: WEI, phone: `1390000000${night}` }),
        row(10 + night, 'governance', { name: `王${'一二三四'[night]}` }),
      ]);
      await link(api.database);
    }
    const all = (await follow({ after, kinds: null })).data.entityChanges;
    const ids: string[] = [];
    let at: string | null = after;
    for (;;) {
      const { edges, pageInfo }: typeof all = (await follow({ after: at, first: 1, kinds: null })).data.entityChanges;
      ids.push(...edges.map((edge) => edge.node.id));
      at = pageInfo.endCursor!;
      if (!pageInfo.hasNextPage) break;
    }
    expect(ids).toEqual(all.edges.map((edge) => edge.node.id));
    expect(new Set(ids).size).toBe(ids.length);
    expect((await follow({ after: at, kinds: null })).data.entityChanges.edges).toEqual([]);
    expect(await cursor()).not.toBe(await cursor());
  });

  it('never shows a change before one with a lower number: runs take turns, and whoever appends holds the log', async () => {
    await firstLoad();
    await putRecords(api.database, [row(6, 'police', { name: '王五' })]);
    const [one, other] = await Promise.all([link(api.database), link(api.database)]);
    expect([one.changes, other.changes].toSorted()).toEqual([0, 1]);
    await putRecords(api.database, [row(7, 'police', { name: '赵六' })]);
    const appender = await api.database.pool.connect();
    await appender.query('begin');
    await appender.query('update entity_log set last = last + 1');
    const late = link(api.database);
    const refused = expect(late).rejects.toMatchObject({ code: '40001' });
    await new Promise((wait) => setTimeout(wait, 1000));
    await appender.query('commit');
    appender.release();
    await refused;
    expect((await link(api.database)).changes).toBe(1);
  });

  it('refuses a cursor that is too old, or none of ours, by its code', async () => {
    const { after } = await firstLoad();
    await putRecords(api.database, [row(6, 'police', { name: '王五' })]);
    await link(api.database);
    await api.database.query('update entity_log set first = last + 1');
    expect((await follow({ after })).errors![0]!.extensions.code).toBe('CURSOR_EXPIRED');
    for (const wrong of ['nonsense', 'A'.repeat(22)])
      expect((await follow({ after: wrong })).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    await api.database.query('truncate link, mention, entity');
    const before = await cursor();
    await link(api.database);
    expect((await follow({ after: before })).errors![0]!.extensions.code).toBe('CURSOR_EXPIRED');
  });
});

describe('the log, to a viewer who does not see everything', () => {
  it('says nothing of what only hidden registers or divisions know', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [
      row(2, 'governance', { name: '张伟', idNumber: WEI, phone: '13900000001' }),
      row(5, 'civil-affairs', { name: '李秀英', phone: '13900000002' }, { village: WEST_1 }),
    ]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED Wei', 'CHANGED West']);
    expect(await told(names, { after, registers: ['police'] })).toEqual([]);
    expect(await told(names, { after, division: EAST_2 })).toEqual([]);
    expect(await told(names, { after, division: WEST })).toEqual(['CHANGED West']);
    expect(await told(names, { after, division: EAST })).toEqual(['CHANGED Wei']);
    expect(await told(names, { after, division: EAST_1, registers: ['governance'] })).toEqual(['CHANGED Wei']);
    const hidden = await api.ask(EAST_2, '{ entityChanges { totalCount } }');
    expect(hidden.data).toEqual({ entityChanges: { totalCount: 0 } });
  });

  it('tells a person known to hidden registers apart from nobody: neither old, nor alive, nor somebody’s other part', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [
      row(6, 'civil-affairs', { name: '张伟', idNumber: WEI }),
      row(3, 'police', { name: '李秀英', idNumber: XIU }, { status: 'retired' }),
    ]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED Wei', 'RETIRED Xiu']);
    expect(await told(names, { after, registers: ['civil-affairs'] })).toEqual(['CREATED Wei']);
    const second = await cursor();
    await putRecords(api.database, [row(2, 'governance', { name: '张伟', idNumber: WEI }, { status: 'retired' })]);
    await link(api.database);
    expect(await told(names, { after: second })).toEqual(['CHANGED Wei']);
    expect(await told(names, { after: second, registers: ['governance'] })).toEqual(['RETIRED Wei']);
    expect(await told(names, { after: second, registers: ['police'] })).toEqual([]);
    const third = await cursor();
    // The record goes from one person to another; who sees only it cannot know that the other was there before.
    await putRecords(api.database, [row(6, 'civil-affairs', { name: '李秀英', idNumber: XIU })]);
    await link(api.database);
    expect(await told(names, { after: third })).toEqual(['CHANGED Wei', 'MOVED Wei → Xiu', 'REVIVED Xiu']);
    expect(await told(names, { after: third, registers: ['civil-affairs'] })).toEqual([
      'CREATED Xiu',
      'RETIRED Wei',
      'SPLIT Wei → Xiu',
    ]);
  });

  it('says nothing of what only rows of the other tie know: to each what its own rows make of it, and once', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [
      row(1, 'police', { name: '张伟', idNumber: WEI, phone: '13900000001' }),
      row(4, 'governance', { name: '李秀英' }, { status: 'retired' }),
    ]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED Wei', 'RETIRED Door']);
    expect(await told(names, { after, ties: ['registered'] })).toEqual(['CHANGED Wei']);
    expect(await told(names, { after, ties: ['resident'] })).toEqual(['RETIRED Door']);
    for (const tie of ['resident', 'registered'] as const) {
      const { edges } = (await follow({ after, ties: [tie], kinds: null })).data.entityChanges;
      const lost = edges.filter(({ node }) => node.entity === null && node.type !== 'RETIRED');
      expect(lost).toEqual([]);
    }
    const second = await cursor();
    await putRecords(api.database, [
      row(1, 'police', { name: '张伟', idNumber: WEI }, { status: 'retired' }),
      row(2, 'governance', { name: '张伟', idNumber: WEI, phone: '13900000001' }),
    ]);
    await link(api.database);
    expect(await told(names, { after: second })).toEqual(['CHANGED Wei']);
    expect(await told(names, { after: second, ties: ['registered'] })).toEqual(['RETIRED Wei']);
    expect(await told(names, { after: second, ties: ['resident'] })).toEqual(['CHANGED Wei']);
    // One change to all of them: who sees both rows is told once, and by the same id.
    const ids = async (seen: Seen) =>
      (await follow({ ...seen, after: second })).data.entityChanges.edges.map(({ node }) => node.id);
    expect(new Set(await ids({}))).toEqual(new Set(await ids({ ties: ['resident'] })));
    expect(await ids({ ties: ['registered'] })).toEqual(await ids({}));
  });

  it('tells who sees one tie of the row that goes over to the other, and of a merge no more than its own rows show', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [
      row(5, 'civil-affairs', { name: '李秀英' }, { village: WEST_1, tie: 'registered' }),
    ]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED West']);
    expect(await told(names, { after, ties: ['resident'] })).toEqual(['RETIRED West']);
    expect(await told(names, { after, ties: ['registered'] })).toEqual(['CREATED West']);
    const second = await cursor();
    await putRecords(api.database, [row(4, 'governance', { name: '李秀英', idNumber: XIU })]);
    await link(api.database);
    expect(await told(names, { after: second })).toEqual(['CHANGED Xiu', 'MERGED Door → Xiu']);
    expect(await told(names, { after: second, ties: ['resident'] })).toEqual(['CREATED Xiu', 'MERGED Door → Xiu']);
    expect(await told(names, { after: second, ties: ['registered'] })).toEqual([]);
    const third = await cursor();
    await putRecords(api.database, [row(2, 'governance', { name: '赵六' }, { tie: 'registered' })]);
    await link(api.database);
    names.set((await persons(2))[0]!, 'Zhao');
    expect(await told(names, { after: third })).toEqual(['CHANGED Wei', 'CREATED Zhao', 'SPLIT Wei → Zhao']);
    // Where it went, or came from, only who sees both ends is told.
    expect(await told(names, { after: third, ties: ['resident'] })).toEqual(['RETIRED Wei']);
    expect(await told(names, { after: third, ties: ['registered'] })).toEqual(['CREATED Zhao']);
  });

  it('tells what does not say its tie, as before it was kept, to nobody who is granted one of the two', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [row(2, 'governance', { name: '张伟', idNumber: WEI, phone: '13900000001' })]);
    await link(api.database);
    await api.database.query(`update entity_change set tie = 'both'`);
    expect(await told(names, { after })).toEqual(['CHANGED Wei']);
    expect(await told(names, { after, division: [EAST_1, WEST] })).toEqual(['CHANGED Wei']);
    for (const tie of ['resident', 'registered'] as const)
      expect(await told(names, { after, ties: [tie] })).toEqual([]);
  });

  it('tells whoever sees where a record was that it is gone, and not where it went', async () => {
    const { names, after } = await firstLoad();
    await putRecords(api.database, [row(5, 'civil-affairs', { name: '欧阳无双' }, { village: EAST_2 })]);
    await link(api.database);
    expect(await told(names, { after })).toEqual(['CHANGED West']);
    expect(await told(names, { after, division: WEST })).toEqual(['RETIRED West']);
    expect(await told(names, { after, division: EAST_2 })).toEqual(['CREATED West']);
  });
});
