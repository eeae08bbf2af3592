import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReviewing } from '../../src/commands/open-reviewing.js';
import { planUndo } from '../../src/decide/plan-undo.js';
import { undoChange } from '../../src/decide/undo-change.js';
import { listChanges, pruneChanges } from '../../src/link/list-changes.js';
import { FollowChangesDocument, UndoChangeDocument } from '../generated/graphql.js';
import { COUNTY, forget, idNumber, link, linksOf, putRecords, type TestRecord } from '../link/county-records.js';
import { openApi } from '../serve/open-api.js';
import { ALL_REGISTERS, EAST, EAST_1, WEST_1 } from '../serve/small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
const close: (() => Promise<void>)[] = [];
beforeAll(async () => {
  api = await openApi(null, 5000, {
    fill: async () => {},
    openReviewing: (hub) => {
      const reviewing = openReviewing(hub);
      close.push(() => reviewing.close());
      return reviewing;
    },
  });
});
afterAll(async () => {
  for (const each of close) await each();
  await api.close();
});

const XIU = idNumber('19650601', 28);
const row = (
  id: number,
  register: 'police' | 'governance',
  stated: object,
  more: Partial<TestRecord> = {},
): TestRecord => ({
  id,
  dataset: `${register}/residents`,
  stated: { ...stated },
  village: EAST_1,
  delivery: 1,
  ...more,
});
const WORD = { by: '王主任', reason: '母女同号', through: 'command-line' };

beforeEach(async () => {
  await forget(api.database);
  await api.database.query(
    'truncate entity_log, entity_change, entity_change_beside, entity_movement, identity_restore, identity_undo, decision, setting',
  );
  await api.database.query(`insert into setting values ('county', $1)`, [COUNTY]);
  await api.database.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, state)
     values ($1, 1, 'police', 'police/residents', 'residents.csv', repeat('a', 64), 1, 'csv', 'utf-8', 'full', 'taken')`,
    [COUNTY],
  );
});

const personsOf = async (...records: number[]) => {
  const links = await linksOf(api.database);
  return records.map((record) => links.get(record)!.person!);
};
const all = () => listChanges(api.database, COUNTY, { since: null, run: null, kind: 'person', limit: null });
const redirectOf = async (id: number) =>
  (
    await api.database.query<{ status: string; into: number | null }>(
      'select status, merged_into as "into" from entity where id = $1',
      [id],
    )
  )[0]!;
/** Writes an undo and does not run the linkage yet. */
const write = async (change: number) => {
  const plan = (await planUndo(api.database.pool, COUNTY, change))!;
  return await api.database.transaction((client) => undoChange(client, COUNTY, plan, WORD));
};

/** The door's two rows are taken for the mother, whose number they got. */
async function merge() {
  await putRecords(api.database, [
    row(1, 'police', { name: '李秀英', idNumber: XIU }),
    ...[5, 6].map((id) => row(id, 'governance', { name: '李秀英', idNumber: XIU })),
    row(2, 'governance', { name: '李秀英', idNumber: idNumber('19900101', 23) }),
    row(3, 'governance', { name: '李秀英', idNumber: idNumber('19900101', 23) }),
  ]);
  await link(api.database);
  const [mother, daughter] = await personsOf(1, 2);
  await putRecords(api.database, [
    row(2, 'governance', { name: '李秀英', idNumber: XIU }),
    row(3, 'governance', { name: '李秀英', idNumber: XIU }),
  ]);
  await link(api.database);
  const merged = (await all()).find((change) => change.type === 'merged')!;
  expect(merged).toMatchObject({ entity: daughter, into: mother, records: 2 });
  return { mother: mother!, daughter: daughter!, merged: merged.id };
}

describe('undoing a merge', () => {
  it('plans the sides as they were, and writes nothing', async () => {
    const { mother, daughter, merged } = await merge();
    expect(await planUndo(api.database.pool, COUNTY, merged)).toEqual({
      event: merged,
      kind: 'person',
      sides: [
        { entity: mother, records: [1, 5, 6] },
        { entity: daughter, records: [2, 3] },
      ].toSorted((one, other) => one.entity - other.entity),
      words: expect.toSatisfy((words: unknown[]) => words.length === 9) as unknown,
      revokes: [],
    });
    expect(await api.database.query('select from decision')).toEqual([]);
  });

  it('makes decisions of its own origin, and gives the id back to the part that had it', async () => {
    const { mother, daughter, merged } = await merge();
    const { decisions } = await write(merged);
    const pairs = [1, 5, 6].flatMap((mothers) => [2, 3].map((hers) => [mothers, hers].toSorted((a, b) => a - b)));
    expect(decisions.map(({ one, other }) => [one, other])).toEqual(expect.arrayContaining(pairs));
    expect(decisions.filter((each) => each.verdict === 'different')).toHaveLength(pairs.length);
    expect(decisions.filter((each) => each.verdict === 'same').map(({ one, other }) => [one, other])).toEqual(
      expect.arrayContaining([
        [1, 5],
        [1, 6],
        [2, 3],
      ]),
    );
    for (const each of decisions) expect(each).toMatchObject({ state: 'effective', origin: 'undo' });
    await link(api.database);
    expect(await personsOf(1, 2, 3)).toEqual([mother, daughter, daughter]);
    expect(await redirectOf(daughter)).toEqual({ status: 'active', into: null });
    expect(await api.database.query('select from identity_restore')).toEqual([]);
    const changes = (await all()).slice(2);
    expect(changes.map(({ type, entity, into, undoneBy }) => [type, entity, into, undoneBy])).toEqual(
      expect.arrayContaining([
        ['split', mother, daughter, WORD.by],
        ['created', daughter, null, null],
        ['changed', mother, null, null],
      ]),
    );
    await expect(planUndo(api.database.pool, COUNTY, merged)).rejects.toMatchObject({ refusal: 'UNDONE' });
  });

  it('takes ids that were merged before along, to the part that has their records', async () => {
    const { mother, daughter, merged } = await merge();
    await api.database.query(
      `insert into entity (county, id, kind, status, merged_into) values ($1, 999999, 'person', 'merged', $2)`,
      [COUNTY, mother],
    );
    await api.database.query(
      `insert into entity_movement (county, event, kind, from_entity, to_entity, records) values ($1, 0, 'person', 999999, $2, '{3}')`,
      [COUNTY, daughter],
    );
    await write(merged);
    await link(api.database);
    expect(await redirectOf(999_999)).toEqual({ status: 'merged', into: daughter });
    expect(await personsOf(1)).toEqual([mother]);
  });

  it('can itself be undone: its decisions are revoked, and the ids are as after the merge', async () => {
    const { mother, daughter, merged } = await merge();
    await write(merged);
    await link(api.database);
    const split = (await all()).find((change) => change.type === 'split')!;
    const plan = (await planUndo(api.database.pool, COUNTY, split.id))!;
    expect(plan).toMatchObject({ words: [], revokes: { length: 9 } });
    const { decisions } = await write(split.id);
    expect(new Set(decisions.map((each) => each.state))).toEqual(new Set(['revoked']));
    await putRecords(api.database, [
      row(2, 'governance', { name: '李秀英', idNumber: XIU }),
      row(3, 'governance', { name: '李秀英', idNumber: XIU }),
    ]);
    await link(api.database);
    expect(await personsOf(1, 2, 3)).toEqual([mother, mother, mother]);
    expect(await redirectOf(daughter)).toEqual({ status: 'merged', into: mother });
  });

  it('is refused where the records have gone on since, naming what has to be undone first', async () => {
    const { merged } = await merge();
    await putRecords(api.database, [row(2, 'governance', { name: '赵六' })]);
    await link(api.database);
    const later = (await all()).find((change) => change.type === 'split')!;
    await expect(planUndo(api.database.pool, COUNTY, merged)).rejects.toMatchObject({
      refusal: 'OVERTAKEN_BY',
      message: expect.stringContaining(`#${later.id}`) as string,
    });
  });

  it('is gone with the log that was pruned', async () => {
    const { merged } = await merge();
    expect(await pruneChanges(api.database, COUNTY, new Date(Date.now() + 1000))).toBe(2);
    expect(await planUndo(api.database.pool, COUNTY, merged)).toBeNull();
    expect(await all()).toEqual([]);
  });
});

describe('undoing a split', () => {
  it('waits for a second person where it merges more than three records, and gives the id back when that one has confirmed', async () => {
    await putRecords(api.database, [
      row(1, 'police', { name: '李秀英', idNumber: XIU }),
      ...[2, 3, 4].map((id) => row(id, 'governance', { name: '李秀英', idNumber: XIU })),
    ]);
    await link(api.database);
    const [whole] = await personsOf(1);
    const moved = [2, 3, 4].map((id) => row(id, 'governance', { name: '李秀英', idNumber: idNumber('19900101', 23) }));
    await putRecords(api.database, moved);
    await link(api.database);
    const split = (await all()).find((change) => change.type === 'split')!;
    const { decisions } = await write(split.id);
    expect(decisions).toMatchObject([{ verdict: 'same', state: 'proposed' }]);
    const joined = [2, 3, 4].map((id) => row(id, 'governance', { name: '李秀英', idNumber: XIU }));
    await putRecords(api.database, moved);
    await link(api.database);
    expect(await api.database.query('select from identity_restore')).toHaveLength(3);
    await api.database.query(
      `update decision set state = 'effective', confirmed_by = '李副主任', confirmed_at = now()`,
    );
    await putRecords(api.database, joined);
    await link(api.database);
    expect(await personsOf(1, 2, 3, 4)).toEqual([whole, whole, whole, whole]);
    expect(await redirectOf(split.into!)).toEqual({ status: 'merged', into: whole });
  });
});

describe('undoing over HTTP', () => {
  const changeId = async () => {
    const { data } = await api.ask(COUNTY, FollowChangesDocument, { first: 50 });
    return data.entityChanges.edges.find(({ node }) => node.type === 'MERGED')!.node.id;
  };
  const undo = (
    division: string,
    variables: { change: string; preview: boolean },
    registers = ALL_REGISTERS,
    may = ['review'] as const,
  ) => api.ask(division, UndoChangeDocument, { ...variables, by: '王主任', reason: '母女同号' }, registers, may);

  it('previews, then writes, what a reviewer who sees all of it asks for', async () => {
    const { merged } = await merge();
    const change = await changeId();
    const preview = await undo(EAST, { change, preview: true });
    expect(preview.data.undoChange).toMatchObject({ decisions: [], settled: false });
    expect(preview.data.undoChange!.sides.map((side) => side.records).toSorted()).toEqual([2, 3]);
    expect(await api.database.query('select from decision')).toEqual([]);
    const done = await undo(EAST, { change, preview: false });
    expect(done.data.undoChange).toMatchObject({
      settled: true,
      decisions: Array.from({ length: 9 }, () => ({ state: 'EFFECTIVE' })),
    });
    expect(await api.database.query('select event, undone_by from identity_undo')).toEqual([
      { event: merged, undone_by: '王主任' },
    ]);
  });

  it('is refused without the right to review, and looks absent to whoever does not see all of it', async () => {
    await merge();
    const change = await changeId();
    const without = await undo(EAST, { change, preview: false }, ALL_REGISTERS, [] as never);
    expect(without.errors![0]!.extensions.code).toBe('FORBIDDEN');
    expect((await undo(WEST_1, { change, preview: false })).data).toEqual({ undoChange: null });
    expect((await undo(EAST, { change: 'A'.repeat(22), preview: false })).data).toEqual({ undoChange: null });
    await putRecords(api.database, [row(3, 'governance', { name: '李秀英', idNumber: XIU }, { village: WEST_1 })]);
    await link(api.database);
    expect((await undo(EAST, { change, preview: false })).data).toEqual({ undoChange: null });
    expect(await api.database.query('select from decision')).toEqual([]);
  });
});
