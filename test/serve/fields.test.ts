import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIELD_CLASSES, type FieldClass } from '../../src/model/field.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { addRecord, COUNTY, EAST, EAST_1, GRID, ID, WEST_1 } from './small-county.js';
import { openApi, PURPOSE, type Answer } from './open-api.js';

let api: Awaited<ReturnType<typeof openApi>>;
const id = (key: number) => writeGlobalId('Person', COUNTY, key);
const CHILD = 1500;
const YOUTH = 1501;
const year = new Date().getFullYear();
const [CHILD_NUMBER, YOUTH_NUMBER] = [`990000${year - 8}0101005X`, `990000${year - 16}01010067`];
beforeAll(async () => {
  api = await openApi();
  const row = { register: 'police', dataset: 'police/residents', delivery: 1, village: EAST_1, tie: 'registered' };
  const young = (person: number, name: string, birthDate: string, idNumber: string) => ({
    ...row,
    row: person,
    person,
    person_reason: 'ALONE',
    stated: { name, birthDate, idNumber, phone: '13800000077', address: '一社区3组3号', sex: '1' },
  });
  await addRecord(api.database, 51, young(CHILD, '孙小一', `${year - 8}-01-01`, CHILD_NUMBER));
  await addRecord(api.database, 52, young(YOUTH, '孙小二', `${year - 16}-01-01`, YOUTH_NUMBER));
});
afterAll(() => api.close());

type Terms = Parameters<Awaited<ReturnType<typeof openApi>>['tokenOf']>[0];
async function asked<T>(terms: Terms, query: string, variables: object = {}): Promise<Answer<T>> {
  const token = await api.tokenOf({ divisions: [EAST], ...terms });
  return (await api.send({ query, variables }, { authorization: `Bearer ${token}` })) as Answer<T>;
}

const EVERYTHING = `query ($id: ID!) { person(id: $id) {
  name { value raw masked others { value } agreeing { ref } } idNumber { value masked } phone { value masked label others { value } }
  birthDate { value masked } sex { value } address { value masked } education { value }
  benefits { programme { value } category { value } monthlyAmount { value } since { value } } organisations { organisation { id } memberStatus { value } }
  registrations { address { value } } residences { address { value } } staffPosts { role { value } }
  records { fields { field value values label raw source { column } } } mentions { name } findings { code found }
  households { household { head { isHead } members { nodes { person { name { value } phone { value } } } } } } } }`;

describe('a value outside of the granted classes', () => {
  it('is masked where half of it can be shown, absent where it cannot, and says so', async () => {
    const { data } = await asked<{ person: Record<string, unknown> }>({ fields: ['basic'] }, EVERYTHING, {
      id: id(ID.zhang),
    });
    expect(data.person).toMatchObject({
      name: { value: '张三', masked: false },
      idNumber: { value: '990***********0017', masked: true },
      phone: { value: '139****0009', masked: true, label: '139****0009' },
      address: { masked: true },
      benefits: [],
      organisations: [],
    });
    const bare = await asked<{ person: Record<string, unknown> }>({ fields: [] }, EVERYTHING, { id: id(ID.zhang) });
    expect(bare.data.person).toMatchObject({
      name: { value: '张*', masked: true },
      birthDate: { value: '1990-**-**', masked: true },
      sex: null,
      education: null,
    });
  });

  it('is nowhere in the answer, whatever the classes and the registers', async () => {
    /** What no answer may hold where the class is missing; by class. */
    const secrets: Readonly<Record<FieldClass, readonly string[]>> = {
      basic: ['张三', '张叁', '1990-01-01', '李四', '王五'],
      contact: ['13800000001', '13900000009', '13800000002'],
      identity: ['990000199001010017', '990000199202020024'],
      benefit: ['城乡低保', '一般困难户', '480', '2021-03'],
      party: ['正式党员', '2015-07-01', '一社区党支部'],
      location: ['一社区1组1号', '1组1号'],
    };
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...FIELD_CLASSES]),
        fc.subarray(['police', 'governance', 'civil-affairs', 'party-building'], { minLength: 1 }),
        fc.constantFrom(ID.zhang, ID.li),
        async (fields, registers, who) => {
          const { text, errors } = await asked({ fields, registers }, EVERYTHING, { id: id(who) });
          expect(errors).toBeUndefined();
          for (const missing of FIELD_CLASSES.filter((each) => !fields.includes(each)))
            for (const secret of secrets[missing]) expect(text, missing).not.toContain(secret);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds nobody: a list is not narrowed by it', async () => {
    await api.database.query(
      `update record set stated = stated || '{"addressElements": {"road": "人民路", "number": "12"}}' where name = '李四'`,
    );
    const find = (terms: Terms, filter: string) =>
      asked<{ people: { totalCount: number } }>(terms, `{ people(filter: { ${filter} }) { totalCount } }`);
    for (const [filter, needs] of [
      ['idNumber: "990000199001010017"', 'identity'],
      ['phone: "13900000009"', 'contact'],
      ['name: "张三"', 'basic'],
      ['namePrefix: "张"', 'basic'],
      ['addressPrefix: "人民路"', 'location'],
    ] as const) {
      const without = FIELD_CLASSES.filter((each) => each !== needs);
      expect(await find({ fields: without }, filter)).toMatchObject({
        status: 403,
        errors: [{ extensions: { code: 'FIELD_NOT_GRANTED' } }],
      });
      expect((await find({ fields: [needs, 'basic'] }, filter)).data.people.totalCount).toBeGreaterThan(0);
    }
  });

  it('is revealed one by one, with a reason, as often a day as was granted, and written down', async () => {
    const QUERY = `query ($id: ID!, $reason: String!) { person(id: $id) { idNumber { value } reveal(field: ID_NUMBER, reason: $reason) } }`;
    const reveal = (reveals: number, reason: string) =>
      asked<{ person: { reveal: string | null; idNumber: { value: string } } }>(
        { fields: ['basic', 'party'], reveals },
        QUERY,
        { id: id(ID.zhang), reason },
      );
    expect((await reveal(0, '核对低保')).errors).toMatchObject([{ extensions: { code: 'QUOTA_EXCEEDED' } }]);
    for (const none of ['', 'x', '核对', '核 对 低', '　　　　', '\u200B\u2060\u3164\u2800核对'])
      expect((await reveal(2, none)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await reveal(2, '核对低保')).data.person).toEqual({
      idNumber: { value: '990***********0017' },
      reveal: '990000199001010017',
    });
    expect((await reveal(2, '再核对低保')).data.person.reveal).toBe('990000199001010017');
    expect((await reveal(2, '又核对低保')).errors).toMatchObject([{ extensions: { code: 'QUOTA_EXCEEDED' } }]);
    const rows = await api.database.query<{ revealed: string[]; reasons: string[] }>(
      `select revealed, reveal_reasons as reasons from access_log where revealed <> '{}' order by number`,
    );
    expect(rows.map((row) => row.revealed)).toEqual([['identity'], ['identity']]);
    expect(rows.flatMap((row) => row.reasons)).toEqual(['核对低保', '再核对低保']);
  });
});

describe('who sees totals only', () => {
  it('is told of nobody, by no list, node, relation, count, change or preview', async () => {
    for (const query of [
      '{ people { totalCount } }',
      '{ people { nodes { id } } }',
      `{ person(id: "${id(ID.zhang)}") { id } }`,
      `{ node(id: "${id(ID.zhang)}") { id } }`,
      '{ households { totalCount } }',
      '{ findings { totalCount } }',
      '{ entityChanges { latestCursor } }',
      `{ divisions { children { name } } division(code: "${EAST_1}") { people { totalCount } } }`,
      '{ matchPreview(input: { name: "张三" }) { probability } }',
    ]) {
      const answer = await asked({ records: false }, query);
      expect([query, answer.errors?.[0]?.extensions.code]).toEqual([query, 'TOTALS_ONLY']);
      expect(answer.text).not.toMatch(/张三|Count":\d/);
    }
  });
});

describe('verifyPersons', () => {
  const VERIFY = `query ($input: [VerifyPersonInput!]!) { verifyPersons(input: $input) { outcome responsibleGrid responsibleVillage } }`;
  const input = [
    { idNumber: '990000199001010017', name: '张三' },
    { idNumber: '990000199001010017', name: '李四' },
    { idNumber: '990000198506060046', name: '赵六' },
    { idNumber: '990000199001010025', name: '张三' },
    { idNumber: '990000199202020024', name: ' 李四 ' },
  ];
  it('says match or no match and who is responsible, to a client that sees nothing else', async () => {
    const { data, text } = await asked<{ verifyPersons: { outcome: string; responsibleGrid: string }[] }>(
      { fields: [], records: false, may: ['verify'] },
      VERIFY,
      { input },
    );
    expect(data.verifyPersons.map((each) => each.outcome)).toEqual([
      'MATCH',
      'NO_MATCH',
      'NO_MATCH',
      'NO_MATCH',
      'MATCH',
    ]);
    expect(data.verifyPersons[0]!.responsibleGrid).toBe('530502001001001');
    expect(text).not.toMatch(/张三|9900001/);
    const rows = await api.database.query<{ persons: string[] }>(
      `select persons from access_log where 'verifyPersons' = any (asked) order by number desc limit 1`,
    );
    expect(rows[0]!.persons.map(Number)).toEqual([ID.zhang, ID.li]);
  });

  const guessing = (reveals: number): Terms => ({ fields: [], records: false, may: ['verify'], reveals });
  const [match, miss] = [input[0]!, input[3]!];
  const times = (n: number, each: object) => Array.from({ length: n }, () => each);
  const code = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions.code;
  const missed = async (given: Terms) => {
    const [row] = await api.database.query<{ missed: number }>(
      'select m.missed from verification_miss m join access_grant g using (county, client) where g.reveals = $1',
      [given!.reveals],
    );
    return row?.missed ?? 0;
  };

  it('counts a thousand over all aliases, fragments and defaults together, before any is looked for', async () => {
    const given = guessing(11);
    const ALIASES = `query ($a: [VerifyPersonInput!]!, $b: [VerifyPersonInput!]! = [{ idNumber: "990000199001010025", name: "张三" }]) {
      a: verifyPersons(input: $a) { outcome } ...More }
      fragment More on Query { b: verifyPersons(input: $b) { outcome } verifyPersons(input: { idNumber: "1", name: "张三" }) { outcome } }`;
    expect(code(await asked(given, ALIASES, { a: times(500, miss), b: times(500, miss) }))).toBe('BAD_USER_INPUT');
    expect(code(await asked(given, ALIASES, { a: times(999, miss) }))).toBe('BAD_USER_INPUT');
    // Nor does what another operation asks under the same name stand for it.
    const OTHER = `query Other { a: verifyPersons(input: []) { outcome } }`;
    const all = { query: `${ALIASES.replace('query', 'query All')} ${OTHER}`, operationName: 'All' };
    const headers = { authorization: `Bearer ${await api.tokenOf({ divisions: [EAST], ...given })}` };
    expect(code(await api.send({ ...all, variables: { a: times(999, miss) } }, headers))).toBe('BAD_USER_INPUT');
    expect(await missed(given)).toBe(0);
    // What stands there twice is asked once.
    const TWICE = `query ($a: [VerifyPersonInput!]!) { verifyPersons(input: $a) { outcome } verifyPersons(input: $a) { responsibleGrid } }`;
    expect(code(await asked(given, TWICE, { a: times(1000, match) }))).toBeUndefined();
    expect(code(await asked(given, ALIASES, { a: times(998, match) }))).toBeUndefined();
    expect(await missed(given)).toBe(2);
  });

  it('ends for the day where too much did not match, whatever is asked then', async () => {
    const given = guessing(12);
    const verify = (...many: object[][]) => asked(given, VERIFY, { input: many.flat() });
    for (let n = 0; n < 2; n += 1) expect(code(await verify(times(1000, miss)))).toBeUndefined();
    expect(code(await verify(times(999, miss), [match]))).toBeUndefined();
    expect(code(await verify(times(999, match)))).toBeUndefined();
    // Refused as a whole, and counted: or whoever is refused learns for nothing that there was a miss.
    expect(await verify([match, miss, miss])).toMatchObject({
      status: 429,
      errors: [{ extensions: { code: 'QUOTA_EXCEEDED' } }],
    });
    expect(await missed(given)).toBe(3001);
    expect(await verify([match])).toMatchObject({ status: 429, errors: [{ extensions: { code: 'QUOTA_EXCEEDED' } }] });
    // Others go on.
    expect(code(await asked(guessing(13), VERIFY, { input: [match, miss] }))).toBeUndefined();
    await api.database.query('update verification_miss set day = day - 1');
    expect(code(await verify([match, miss]))).toBeUndefined();
  });

  it('leaves a row that says how many were asked about and how many not matched', async () => {
    const given = guessing(14);
    const last = async () => {
      const [row] = await api.database.query(
        `select outcome, code, revealed, reveal_reasons as reasons from access_log where 'verifyPersons' = any (asked) order by number desc limit 1`,
      );
      return row;
    };
    await asked(given, VERIFY, { input: [miss, miss] });
    expect(await last()).toEqual({
      outcome: 'none',
      code: null,
      revealed: ['identity'],
      reasons: ['verified 2, not matched 2'],
    });
    const TWO = `query ($a: [VerifyPersonInput!]!) { a: verifyPersons(input: $a) { outcome } b: verifyPersons(input: $a) { outcome } }`;
    await asked(given, TWO, { a: [match, miss] });
    expect(await last()).toMatchObject({ outcome: 'ok', reasons: ['verified 4, not matched 2'] });
  });

  it('is for who may, and a thousand at a time', async () => {
    expect((await asked({ fields: [] }, VERIFY, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const many = (n: number) => Array.from({ length: n }, (_, i) => input[i % input.length]);
    const terms: Terms = { fields: [], may: ['verify'] };
    expect((await asked(terms, VERIFY, { input: many(1001) })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const { data } = await asked<{ verifyPersons: unknown[] }>(terms, VERIFY, { input: many(1000) });
    expect(data.verifyPersons).toHaveLength(1000);
  });
});

describe('people under age', () => {
  const QUERY = `query ($id: ID!) { person(id: $id) { name { value } phone { value } idNumber { value } address { value } records { fields { field value } } } }`;
  const far = async (code: string, forMinors: boolean, person: number) => {
    const token = await api.tokenOf({ divisions: [code] });
    await api.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
    const { text, errors } = await api.send(
      { query: QUERY, variables: { id: id(person) } },
      { authorization: `Bearer ${token}` },
    );
    expect(errors).toBeUndefined();
    return text;
  };
  const SECRETS = ['孙小一', CHILD_NUMBER, '13800000077', '一社区3组3号'];

  it('are not told so that a child could be found, but to who is assigned and to the protection of children', async () => {
    const [seenFar, seenNear, protecting] = [
      await far(EAST, false, CHILD),
      await far(EAST_1, false, CHILD),
      await far(EAST, true, CHILD),
    ];
    for (const secret of SECRETS) {
      expect(seenFar).not.toContain(secret);
      expect(seenNear).toContain(secret);
      expect(protecting).toContain(secret);
    }
    expect(await far(EAST, false, YOUTH)).toContain('孙小二');
  });

  it('have no home that they could be found in, by plan or by the way, nor by any of their records', async () => {
    await api.database.query(
      `update link set household = ${ID.household}, dwelling = ${ID.dwelling}, building = ${ID.building}, grid = '${GRID}' where record = 51`,
    );
    const PLACE =
      '{ dwelling { id longitude address { value } } building { id } household { id } division { code } GRID }';
    const HOMES = `households { household { id } } registrations ${PLACE}`;
    const LINKS = 'links { kind entity { id } }';
    const ask = async (code: string, forMinors: boolean, query: string) => {
      const token = await api.tokenOf({ divisions: [code] });
      await api.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
      const answer = await api.send({ query }, { authorization: `Bearer ${token}` });
      expect(answer.errors).toBeUndefined();
      return answer.text;
    };
    const homes = (['Dwelling', 'Building', 'Household', 'Grid'] as const).map((kind) =>
      writeGlobalId(
        kind,
        COUNTY,
        { Dwelling: ID.dwelling, Building: ID.building, Household: ID.household, Grid: ID.grid }[kind],
      ),
    );
    const person = `person(id: "${id(CHILD)}")`;
    const questions = [
      `{ ${person} { ${HOMES.replace('longitude', '').replace('division { code } GRID', '')} } }`,
      `{ ${person} { ${HOMES.replace('GRID', 'grid { id }')} registrationGrid { id } serviceGrid { id } } }`,
      `{ ${person} { records { ${LINKS} } } }`,
      `{ node(id: "${writeGlobalId('SourceRecord', COUNTY, 51)}") { ... on SourceRecord { ${LINKS} } } }`,
    ];
    for (const question of questions) {
      const [seenFar, seenNear, protecting] = [
        await ask(EAST, false, question),
        await ask(EAST_1, false, question),
        await ask(EAST, true, question),
      ];
      for (const home of homes) expect(seenFar).not.toContain(home);
      for (const home of homes.slice(0, 3)) expect(seenNear).toContain(home);
      expect(protecting).toBe(seenNear);
    }
    expect(await ask(EAST, false, questions[1]!)).toContain(`"${EAST_1}"`);
    // The home itself is there, as that of those who are of age.
    expect(await ask(EAST, false, `{ dwelling(id: "${homes[0]}") { address { value } households { id } } }`)).toContain(
      homes[2],
    );
  });

  it('are found by name by these alone', async () => {
    const find = async (code: string, forMinors: boolean) => {
      const token = await api.tokenOf({ divisions: [code] });
      await api.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
      const { data } = (await api.send(
        { query: '{ people(filter: { namePrefix: "孙小" }) { totalCount nodes { id } } }' },
        { authorization: `Bearer ${token}` },
      )) as unknown as { data: { people: { totalCount: number; nodes: unknown[] } } };
      expect(data.people.nodes.length).toBe(data.people.totalCount);
      return data.people.totalCount;
    };
    expect([await find(EAST, false), await find(EAST_1, false), await find(EAST, true)]).toEqual([0, 2, 2]);
    // Nor where the number alone tells the age.
    const [kept] = await api.database.query<{ stated: object }>(`select stated from record where id = 51`);
    await api.database.query(`update record set birth_date = null, stated = stated - 'birthDate' where id = 51`);
    expect([await find(EAST, false), await find(EAST_1, false), await find(EAST, true)]).toEqual([0, 2, 2]);
    await api.database.query(`update link set person_reason = 'NUMBER_SET_ASIDE' where record = 51`);
    expect(await find(EAST, false)).toBe(1);
    await api.database.query(
      `with back as (update link set person_reason = 'ALONE' where record = 51)
       update record set birth_date = $1::jsonb ->> 'birthDate', stated = $1 where id = 51`,
      [JSON.stringify(kept!.stated)],
    );
  });
});

it('tells the registration that somebody lives elsewhere, and nothing of where', async () => {
  const QUERY = `query ($id: ID!) { person(id: $id) { livesElsewhere residences { tie } records { register } } }`;
  const seen = async (divisions: string[], registers?: string[]) =>
    (
      await asked<{ person: { livesElsewhere: boolean; residences: unknown[] } }>(
        { divisions, ...(registers && { registers }) },
        QUERY,
        { id: id(ID.western) },
      )
    ).data.person;
  expect(await seen([WEST_1])).toMatchObject({ livesElsewhere: false, residences: [{}] });
  await api.database.query(`update link set village = $1, township = $2 where record = 33`, [EAST_1, EAST]);
  await api.database.query(`update record set village = $1, township = $2 where id = 33`, [EAST_1, EAST]);
  expect(await seen([WEST_1])).toMatchObject({ livesElsewhere: true, residences: [] });
  expect(await seen([WEST_1], ['police'])).toMatchObject({ livesElsewhere: false });
});
