import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHubSchema } from '../../src/serve/index.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import {
  BuildingAndDwellingsDocument,
  ChangesOfDeliveriesDocument,
  DivisionTreeDocument,
  FindingsDocument,
  FindPeopleDocument,
  HouseholdMembersDocument,
  NodeDocument,
  PeopleOfVillageDocument,
  type PeopleOfVillageQuery,
  PersonAsOfDocument,
  PersonWithSourcesDocument,
  WhySameDocument,
} from '../generated/graphql.js';
import { openApi } from './open-api.js';
import { COUNTY, EAST, EAST_1, GRID, ID, WEST } from './small-county.js';

const FOLDER = join(import.meta.dirname, '../../schema/operations');
const id = (kind: Parameters<typeof writeGlobalId>[0], key: number) => writeGlobalId(kind, COUNTY, key);

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** The generated text has no comments, and blanks of its own. */
const plain = (source: string) => source.replace(/#.*$/gm, '').replace(/\s+/g, '');
const recordsAsOf = async (asOf: string) =>
  (await api.ask(COUNTY, PersonAsOfDocument, { id: id('Person', ID.zhang), asOf })).data.person!.records;

describe('schema/operations', () => {
  it.each(readdirSync(FOLDER))(
    '%s is one that the schema answers, and its types are made from it as it stands',
    (file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const document = parse(text);
      expect(validate(buildHubSchema(), document)).toEqual([]);
      const generated = plain(
        readFileSync(join(import.meta.dirname, '../generated/gql.ts'), 'utf8')
          .replaceAll('\\n', ' ')
          .replaceAll('\\"', '"'),
      );
      expect(generated).toContain(plain(text));
    },
  );
});

describe('a person', () => {
  it('has every value with its source, and what other registers say instead', async () => {
    const { data, errors } = await api.ask(COUNTY, PersonWithSourcesDocument, { id: id('Person', ID.zhang) });
    expect(errors).toBeUndefined();
    const person = data.person!;
    expect(
      person
        .name!.others.concat([{ value: person.name!.value, source: person.name!.source }])
        .map((each) => each.value),
    ).toContain('张叁');
    expect(person.idNumber!.value).toBe('990000199001010017');
    expect(person.sex).toMatchObject({ value: '1', label: '男性', labelInEnglish: 'male' });
    expect(person.sex!.source).toEqual({
      register: 'police',
      file: 'police/常住人口_全量_20260930.csv',
      sheet: null,
      row: 12,
      item: null,
      column: '性别',
      ref: 'police/常住人口_全量_20260930.csv#12',
      statedAt: '2026-09-30T00:00:00+08:00',
    });
    expect(person.benefits).toEqual([{ programme: { value: '城乡低保' }, monthlyAmount: { value: '480' } }]);
  });

  it('leads to the household, the dwelling, the building, both grids, the divisions and the organisation', async () => {
    const { data } = await api.ask(COUNTY, PersonWithSourcesDocument, { id: id('Person', ID.zhang) });
    const person = data.person!;
    expect(person.residences[0]!.dwelling).toMatchObject({
      code: { value: 'F001' },
      building: { grid: { name: { value: '一社区第一网格' } } },
    });
    expect(person.residences.flatMap((each) => each.records.map((record) => record.ref)).toSorted()).toEqual([
      'civil-affairs/民政保障对象_202609.xlsx#城乡低保!57',
      'residents/r1',
    ]);
    expect(person.serviceGrid!.id).toBe(id('Grid', ID.grid));
    expect(person.registrationGrid!.id).toBe(id('Grid', ID.grid));
    expect(person.divisionChain.map((each) => each.name)).toEqual(['一社区', '东街道', '隆阳区']);
    const [membership] = person.households;
    expect(membership).toMatchObject({
      isHead: true,
      relation: { label: '户主' },
      household: { kind: 'REGISTERED', number: { value: '530502000001' } },
    });
    expect(membership!.household.members.nodes.map((member) => member.person.name!.value)).toHaveLength(4);
    expect(person.organisations).toEqual([
      {
        organisation: { name: { value: '一社区党支部' }, parent: { name: { value: '东街道党委' } } },
        memberStatus: { value: '正式党员' },
      },
    ]);
  });

  it('says why its records are held to be one person', async () => {
    const { data } = await api.ask(COUNTY, WhySameDocument, { id: id('Person', ID.zhang) });
    expect(data.person!.links).toHaveLength(4);
    expect(data.person!.links[0]).toMatchObject({
      reason: 'ID_NUMBER_AND_NAME',
      sentence: '身份号码相同，姓名不矛盾',
      sentenceInEnglish: 'equal valid identity number, and the name does not contradict',
    });
  });

  it('shows what was known at a moment in the past', async () => {
    expect(await recordsAsOf('2026-07-01T00:00:00Z')).toEqual([]);
    const [then, ...more] = await recordsAsOf('2026-09-01T00:00:00Z');
    expect(more).toEqual([]);
    expect(then!.fields).toContainEqual({
      field: 'phone',
      fieldLabel: '联系电话',
      value: '13700000000',
      source: { column: '联系电话' },
    });
    expect(await recordsAsOf('2026-10-05T00:00:00Z')).toHaveLength(4);
  });
});

describe('lists', () => {
  it('go page by page, each person once, and count only when asked', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: { data: PeopleOfVillageQuery } = await api.ask(EAST, PeopleOfVillageDocument, {
        village: EAST_1,
        first: 2,
        after,
      });
      expect(data.people.totalCount).toBe(3);
      seen.push(...data.people.nodes.map((each) => each.name!.value));
      after = data.people.pageInfo.hasNextPage ? data.people.pageInfo.endCursor! : null;
    } while (after);
    expect(seen).toHaveLength(3);
    api.statements.length = 0;
    await api.ask(EAST, `{ people(first: 2) { nodes { id } } }`);
    expect(api.statements.filter((text) => text.includes('count('))).toEqual([]);
  });

  it('are looked up by name, its beginning, identity number, telephone and date of birth', async () => {
    const find = async (filter: object, divisions: string = COUNTY) =>
      (await api.ask(divisions, FindPeopleDocument, { filter })).data.people.nodes.map((each) => each.id);
    expect(await find({ name: '李四' })).toEqual([id('Person', ID.li)]);
    expect(await find({ namePrefix: '张' })).toEqual([id('Person', ID.zhang), id('Person', ID.child)]);
    expect(await find({ idNumber: '990000199001010017' })).toEqual([id('Person', ID.zhang)]);
    expect(await find({ phone: '13900000009' })).toEqual([id('Person', ID.zhang)]);
    expect(await find({ birthDate: '1990-01-01', division: EAST_1 })).toEqual([id('Person', ID.zhang)]);
    expect(await find({ division: GRID })).toEqual([id('Person', ID.zhang), id('Person', ID.li)]);
    expect(await find({ register: 'civil-affairs' })).toEqual([id('Person', ID.zhang)]);
    expect(await find({ division: WEST }, EAST)).toEqual([]);
    expect(await find({ name: "x' or 1=1 --" })).toEqual([]);
    expect(await find({ namePrefix: '%' })).toEqual([]);
  });

  it('tell the members of a household with their relation, those of another township only to who may see them', async () => {
    const ask = (divisions: string) =>
      api.ask(divisions, HouseholdMembersDocument, { id: id('Household', ID.household) });
    const { data } = await ask(EAST);
    expect(data.household!.head!.person.id).toBe(id('Person', ID.zhang));
    expect(
      data.household!.members.nodes.map((each) => [each.person.name!.value, each.isHead, each.relation?.label]),
    ).toEqual([
      ['张三', true, '户主'],
      ['李四', false, '配偶'],
      ['张小', false, '子'],
    ]);
    expect(data.household!.members.totalCount).toBe(3);
    expect((await ask(COUNTY)).data.household!.members.totalCount).toBe(4);
  });

  it('show a building, its dwellings, its grid and who works there', async () => {
    const { data } = await api.ask(EAST, BuildingAndDwellingsDocument, { id: id('Building', ID.building) });
    expect(data.building).toMatchObject({
      name: { value: '一号楼' },
      units: { value: '2' },
      division: { name: '一社区', parent: { name: '东街道' } },
      grid: {
        code: { value: GRID },
        boundary: { type: 'Polygon' },
        staff: [{ role: { value: '网格长' }, person: { name: { value: '李四' } } }],
      },
      dwellings: [
        {
          code: { value: 'F001' },
          mentions: [{ pointer: '房主姓名', name: '李四', person: { id: id('Person', ID.li) } }],
        },
      ],
    });
  });

  it('show findings with their sentences, and none that rests on a hidden record', async () => {
    const ask = async (registers?: string[]) => (await api.ask(EAST, FindingsDocument, {}, registers)).data.findings;
    const all = await ask();
    expect(all.totalCount).toBe(2);
    expect(all.nodes[1]).toMatchObject({
      code: 'ID_NUMBER_SHARED',
      severity: 'WARNING',
      otherRecord: { ref: 'residents/r1' },
    });
    expect(all.nodes[0]!.record!.ref).toBe('police/常住人口_全量_20260930.csv#12');
    expect((await ask(['police'])).nodes.map((each) => each.code)).toEqual(['PHONE_FORM']);
    const bySeverity = await api.ask(COUNTY, FindingsDocument, {
      filter: { code: 'PHONE_FORM', open: true, division: WEST },
    });
    expect(bySeverity.data.findings.totalCount).toBe(1);
  });

  it('show deliveries newest first, with counts for the county alone', async () => {
    const first = (await api.ask(COUNTY, ChangesOfDeliveriesDocument, { first: 3 })).data.deliveries;
    expect(first.totalCount).toBe(7);
    expect(first.nodes[0]!.count).toMatchObject({ rows: 10 });
    const next = (await api.ask(COUNTY, ChangesOfDeliveriesDocument, { first: 10, after: first.pageInfo.endCursor }))
      .data.deliveries;
    expect(next.nodes.map((each) => each.id)).toEqual([4, 3, 2, 1].map((each) => id('Delivery', each)));
    const below = (await api.ask(EAST, ChangesOfDeliveriesDocument, { filter: { register: 'police' } }, ['police']))
      .data.deliveries;
    expect(below.nodes.map((each) => each.count)).toEqual([null, null, null]);
    expect((await api.ask(EAST, ChangesOfDeliveriesDocument, {}, ['governance'])).data.deliveries.totalCount).toBe(2);
  });

  it('count the people of every township in one statement', async () => {
    api.statements.length = 0;
    const { data } = await api.ask(COUNTY, DivisionTreeDocument, {});
    expect(data.divisions[0]!.children.map((each) => [each.name, each.people.totalCount])).toEqual([
      ['东街道', 4],
      ['西乡', 1],
    ]);
    expect(api.statements.length).toBeLessThanOrEqual(10);
  });

  it('open the explorer: people with every value cited', async () => {
    const file = join(FOLDER, 'people-with-sources.graphql');
    const { data, errors } = await api.ask<{ people: { nodes: unknown[] } }>(EAST, readFileSync(file, 'utf8'));
    expect(errors).toBeUndefined();
    expect(data.people.nodes).toMatchObject([
      {
        name: { source: { file: expect.any(String), column: '姓名' } },
        links: expect.arrayContaining([expect.objectContaining({ reason: 'ID_NUMBER_AND_NAME' })]),
      },
    ]);
  });

  it('answer the id of anything', async () => {
    const ask = async (kind: Parameters<typeof id>[0], key: number) =>
      (await api.ask(COUNTY, NodeDocument, { id: id(kind, key) })).data.node;
    expect(await ask('Event', ID.event)).toMatchObject({
      __typename: 'Event',
      title: { value: '路灯不亮' },
      people: [{ name: '李四', person: { id: id('Person', ID.li) } }],
    });
    for (const [kind, key] of [
      ['Place', ID.place],
      ['Grid', ID.grid],
      ['Organisation', ID.organisation],
      ['Delivery', 1],
      ['Finding', 1],
      ['SourceRecord', 11],
    ] as const) {
      expect(await ask(kind, key)).toEqual({ __typename: kind, id: id(kind, key) });
    }
    expect(
      (await api.ask(COUNTY, NodeDocument, { id: writeGlobalId('Division', COUNTY, EAST) })).data.node,
    ).toMatchObject({ __typename: 'Division' });
  });

  it('answer the id of a merged person with the surviving one', async () => {
    expect((await api.ask(EAST, NodeDocument, { id: id('Person', ID.merged) })).data.node!.id).toBe(
      id('Person', ID.zhang),
    );
    expect((await api.ask(WEST, NodeDocument, { id: id('Person', ID.merged) })).data.node).toBeNull();
  });
});
