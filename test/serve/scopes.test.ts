import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCursor } from '../../src/serve/connection.js';
import { writeGlobalId, type NodeKind } from '../../src/serve/global-id.js';
import { openApi } from './open-api.js';
import { COUNTY, EAST, EAST_1, EAST_2, GRID, ID, WEST, WEST_1 } from './small-county.js';

const id = (kind: NodeKind, key: number | string) => writeGlobalId(kind, COUNTY, key);
const NAMES = `{ people(first: 50) { totalCount nodes { name { value } } } }`;
const NODE = `query ($id: ID!) { node(id: $id) { __typename id } }`;

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface People {
  people: { totalCount: number; nodes: { name: { value: string } | null }[] };
}
const names = async (divisions: string | string[], registers?: string[]) => {
  const { people } = (await api.ask<People>(divisions, NAMES, undefined, registers)).data;
  expect(people.totalCount).toBe(people.nodes.length);
  return people.nodes.map((each) => each.name?.value);
};

describe('who asks', () => {
  it('gets the people of its own divisions, in lists and in counts', async () => {
    expect(await names(COUNTY)).toEqual(['张三', '李四', '张小', '王五', '赵六']);
    expect(await names(EAST)).toEqual(['张三', '李四', '张小', '王五']);
    expect(await names(EAST_2)).toEqual(['王五']);
    expect(await names(GRID)).toEqual(['张叁', '李四']);
    expect(await names([WEST, EAST_2])).toEqual(['王五', '赵六']);
    await api.database.query(
      `insert into division (code, name, kind, county, level) values ('530112', '西山区', '市辖区', '530112', 1)`,
    );
    expect(await names('530112')).toEqual([]);
  });

  it('gets the values of its own registers: one that only a hidden register knows is not there, and another is chosen', async () => {
    const QUERY = `query ($id: ID!) { person(id: $id) {
      name { value others { value } } phone { value source { register } others { value } agreeing { ref } }
      benefits { programme { value } } education { value } records { register } links { reason } findings { code } } }`;
    const ask = async (registers: string[]) =>
      (await api.ask<{ person: Record<string, unknown> }>(EAST, QUERY, { id: id('Person', ID.zhang) }, registers)).data
        .person;
    const all = await ask(['police', 'governance', 'civil-affairs', 'party-building']);
    expect(all).toMatchObject({
      name: { value: '张三', others: [{ value: '张叁' }] },
      phone: { value: '13900000009', source: { register: 'governance' }, others: [{ value: '13800000001' }] },
      benefits: [{ programme: { value: '城乡低保' } }],
      education: { value: '21' },
    });
    const police = await ask(['police']);
    expect(police).toMatchObject({
      name: { value: '张三', others: [] },
      phone: { value: '13800000001', source: { register: 'police' }, others: [], agreeing: [] },
      benefits: [],
      education: null,
      records: [{ register: 'police' }],
      // That somebody else knows the number is told by what is not visible.
      links: [{ reason: null }],
      findings: [{ code: 'PHONE_FORM' }],
    });
    expect(await ask(['governance'])).toMatchObject({ name: { value: '张叁', others: [] } });
  });

  it('gets the reason of a link as far as its own records bear it out, and whoever sees all of it as it is stored', async () => {
    await api.database.query(
      `update link set person_reason = 'NUMBER_SET_ASIDE' where record = 16;
       update link set person_reason = 'AGREEMENT' where record = 15;
       update link set household_reason = 'HOUSEHOLD_NUMBER' where record = 11;
       update link set household_reason = 'OWN_RECORDS' where record = 12`,
    );
    const reasonsOf = async (where: string, person: number, registers?: string[]) => {
      const { data } = await api.ask<{ person: { records: { links: { kind: string; reason: string | null }[] }[] } }>(
        where,
        `query ($id: ID!) { person(id: $id) { links { sentence(language: EN) } records { links { kind reason } } } }`,
        { id: id('Person', person) },
        registers,
      );
      const links = data.person.records.flatMap((record) => record.links);
      return links.filter(({ kind }) => kind === 'Person' || kind === 'Household').map(({ reason }) => reason);
    };
    const NUMBER = 'ID_NUMBER_AND_NAME';
    expect(await reasonsOf(COUNTY, ID.zhang)).toEqual([
      NUMBER,
      'HOUSEHOLD_NUMBER',
      NUMBER,
      'AGREEMENT',
      'NUMBER_SET_ASIDE',
    ]);
    expect(await reasonsOf(COUNTY, ID.li)).toEqual(['ALONE', 'OWN_RECORDS', NUMBER]);
    // All registers, of a part of the county: whose the number is may lie elsewhere.
    expect(await reasonsOf(EAST, ID.zhang)).toEqual([NUMBER, 'HOUSEHOLD_NUMBER', NUMBER, 'AGREEMENT', null]);
    // Who else lives there was looked at, and not shown.
    expect(await api.database.query('select persons::text from access_log order by number desc limit 1')).toEqual([
      { persons: `{${ID.zhang}}` },
    ]);
    expect(await reasonsOf(EAST, ID.second)).toEqual([null]);
    expect(await reasonsOf(EAST, ID.li)).toEqual([null, null, null]);
    expect(await reasonsOf(COUNTY, ID.zhang, ['civil-affairs'])).toEqual([null]);
    expect(await reasonsOf(COUNTY, ID.zhang, ['police', 'civil-affairs'])).toEqual([
      null,
      'HOUSEHOLD_NUMBER',
      'AGREEMENT',
    ]);
    expect(await reasonsOf(COUNTY, ID.li, ['police'])).toEqual([null, null]);
    const { text } = await api.ask(EAST, `query ($id: ID!) { person(id: $id) { links { sentence(language: EN) } } }`, {
      id: id('Person', ID.second),
    });
    expect(text).toContain('the visible records do not tell');
    expect(text).not.toContain('no other record');
  });

  it('finds nobody by what only a hidden register knows', async () => {
    const find = async (registers: string[]) =>
      (
        await api.ask<People>(
          EAST,
          `{ people(filter: { phone: "13900000009" }) { totalCount nodes { name { value } } } }`,
          undefined,
          registers,
        )
      ).data.people;
    expect((await find(['police', 'governance'])).totalCount).toBe(1);
    expect(await find(['police'])).toEqual({ totalCount: 0, nodes: [] });
  });

  it('finds no edge whose only evidence is hidden', async () => {
    const QUERY = `query ($id: ID!) { person(id: $id) { serviceGrid { id } residences { tie } households { household { id } }
      organisations { organisation { id } } staffPosts { record { ref } } mentions { pointer } } }`;
    const ask = async (registers: string[]) =>
      (await api.ask<{ person: Record<string, unknown> }>(EAST, QUERY, { id: id('Person', ID.li) }, registers)).data
        .person;
    expect(await ask(['police', 'governance'])).toMatchObject({
      staffPosts: [{ record: { ref: 'residents/s1'.replace('residents', 'staff') } }],
      mentions: [{ pointer: '房主姓名' }, { pointer: 'people/0' }],
    });
    expect(await ask(['police'])).toMatchObject({
      serviceGrid: null,
      residences: [],
      staffPosts: [],
      mentions: [{ pointer: '房主姓名' }],
    });
  });

  it('is told of its own divisions, registers and time', async () => {
    const { data } = await api.ask(
      EAST,
      `{ viewer { client divisionCodes registers divisions { name } } hub { people } }`,
      undefined,
      ['police'],
    );
    expect(data).toEqual({
      viewer: {
        client: expect.stringMatching(/^test-\d+$/),
        divisionCodes: [EAST],
        registers: ['police'],
        divisions: [{ name: '东街道' }],
      },
      hub: null,
    });
    expect((await api.ask(COUNTY, `{ hub { people households deliveries openFindings } }`)).data).toEqual({
      hub: { people: 5, households: 2, deliveries: 7, openFindings: 3 },
    });
  });
});

describe('what is out of scope', () => {
  it('looks exactly like what never was, by its id', async () => {
    const nobody = await api.ask(EAST, NODE, { id: id('Person', 999_999) });
    expect(nobody.data).toEqual({ node: null });
    for (const hidden of [
      id('Person', ID.western),
      id('Household', ID.westHousehold),
      id('SourceRecord', 32),
      id('Finding', 3),
      writeGlobalId('Person', '530112', ID.zhang),
      'nonsense',
      '',
      id('Person', -1),
      'UGVyc29uOjUzMDUwMjoxMDA1IA',
    ]) {
      const answer = await api.ask(EAST, NODE, { id: hidden });
      expect({ ...answer, text: answer.text }).toEqual(nobody);
    }
    const one = await api.ask(EAST, `query ($id: ID!) { person(id: $id) { id } }`, { id: id('Person', ID.western) });
    expect(one).toMatchObject({ status: 200, text: '{"data":{"person":null}}\n' });
  });

  it('is absent through every relation', async () => {
    const QUERY = `query ($id: ID!) { node(id: $id) { ... on Household { members { totalCount nodes { person { id } } } } } }`;
    const { text } = await api.ask(EAST, QUERY, { id: id('Household', ID.household) });
    expect(text).not.toContain(id('Person', ID.western));
    expect(text).toContain('"totalCount":3');
    const west = await api.ask(WEST, QUERY, { id: id('Household', ID.household) });
    expect(west.data).toEqual({
      node: { members: { totalCount: 1, nodes: [{ person: { id: id('Person', ID.western) } }] } },
    });
  });

  it('is absent from the lists of a division that the viewer may name but not see into', async () => {
    const { data } = await api.ask(EAST, `{ division(code: "${WEST_1}") { name people { totalCount nodes { id } } } }`);
    expect(data).toEqual({ division: { name: '西村', people: { totalCount: 0, nodes: [] } } });
  });

  it('is not met by the cursor of another viewer, nor by one between hidden rows', async () => {
    const page = (divisions: string, after: string) =>
      api.ask<{ people: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean } } }>(
        divisions,
        `query ($after: String) { people(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage } } }`,
        { after },
      );
    expect((await page(EAST, writeCursor('Person', ID.second))).data.people).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false },
    });
    expect((await page(WEST, writeCursor('Person', ID.zhang))).data.people.nodes).toEqual([
      { id: id('Person', ID.western) },
    ]);
    for (const wrong of ['x', '', writeCursor('Household', 1), 'UGVyc29uPjE7ZHJvcA']) {
      expect(await page(EAST, wrong)).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
  });

  it('never comes out of what another request has read, however they are mixed', async () => {
    const viewers = [COUNTY, EAST, WEST, EAST_1, EAST_2, GRID];
    const QUERY = `query ($id: ID!) { person(id: $id) { name { value } households { household { members { nodes { person { id } } } } } } }`;
    const alone = await Promise.all(
      viewers.map((who) => api.ask(who, QUERY, { id: id('Person', ID.western) }).then((each) => each.text)),
    );
    const mixed = await Promise.all(
      Array.from({ length: 120 }, (_, at) =>
        api.ask(viewers[at % viewers.length]!, QUERY, { id: id('Person', ID.western) }).then((each) => each.text),
      ),
    );
    for (const [at, text] of mixed.entries()) expect(text).toBe(alone[at % viewers.length]);
    expect(new Set(alone).size).toBeGreaterThan(1);
  });
});

describe('reading', () => {
  it('takes one statement a level, however many there are on it', async () => {
    const QUERY = `query ($first: Int!) { people(first: $first) { nodes { name { value source { column delivery { file } } } phone { value }
      households { household { number { value } members { nodes { relation { label } person { name { value } } } } dwelling { code { value } building { name { value } grid { name { value } village { name } } } } } }
      serviceGrid { code { value } } divisionChain { name } mentions { about { id } } findings { code } } } }`;
    const count = async (first: number) => {
      api.statements.length = 0;
      const { errors } = await api.ask(COUNTY, QUERY, { first });
      expect(errors).toBeUndefined();
      return api.statements.length;
    };
    const one = await count(1);
    const all = await count(50);
    expect(one).toBeGreaterThan(5);
    expect(all).toBeLessThanOrEqual(one + 6);
    expect(all).toBeLessThanOrEqual(24);
  });

  it('gives the same answer the first time, walked, and from then on, compiled', async () => {
    const QUERY = `query Same($id: ID!, $withPhone: Boolean!) { person(id: $id) { id ...Values phone @include(if: $withPhone) { value }
      links { entity { __typename id ... on Person { name { value } } } } } } fragment Values on Person { name { label(language: EN) source { ref } } deceased status }`;
    const ask = (withPhone: boolean) =>
      api.ask(EAST, QUERY, { id: id('Person', ID.zhang), withPhone }).then((each) => each.text);
    const [walked, ...compiled] = [await ask(true), await ask(true), await ask(true)];
    expect(new Set([walked, ...compiled]).size).toBe(1);
    expect(walked).toContain('13900000009');
    expect(await ask(false)).not.toContain('13900000009');
  });
});
