import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/serve/errors.js';
import { openApi } from './open-api.js';
import { COUNTY } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
let bearer: Record<string, string>;
beforeAll(async () => {
  api = await openApi();
  bearer = { authorization: `Bearer ${await api.tokenFor([COUNTY])}` };
});
afterAll(() => api.close());

const PEOPLE = 'nodes { id }';

describe('a mistake is told by what was wrong', () => {
  it.each<[string, string, Record<string, unknown> | undefined, RegExp]>([
    [
      'syntax',
      '{ people(first: 1 { nodes { id } } }',
      undefined,
      /line 1, column 19: Name is expected.*第 1 行第 19 列/,
    ],
    ['a query without its end', '{ people', undefined, /line 1, column 9: Name is expected/],
    [
      'a text without its end',
      '{ division(code: "530) { name } }',
      undefined,
      /line 1, column 34: a text in quotes has no end/,
    ],
    ['spaces alone', '  ', undefined, /it ends before it is complete/],
    [
      'two operations, none named',
      'query A { __typename } query B { __typename }',
      undefined,
      /^operationName names one/,
    ],
    ['no selection', '{ people { nodes { name } } }', undefined, /^Field "name" of type "\w+" must have a selection/],
    ['a field that is none', '{ people { nodes { nam } } }', undefined, /^Cannot query field "nam" on type "Person"/],
    [
      'an argument that is none',
      '{ people(frst: 1) { nodes { id } } }',
      undefined,
      /^Unknown argument "frst" on field "Query.people"/,
    ],
    [
      'a filter that is none',
      `{ people(filter: { nope: 1 }) { ${PEOPLE} } }`,
      undefined,
      /^Field "nope" is not defined by type "PeopleFilter"/,
    ],
    ['two meanings of one name', '{ people { nodes { x: id x: name { value } } } }', undefined, /^"x" stands for two/],
    [
      'a variable of a type that is none of input',
      'query ($p: Person) { __typename }',
      undefined,
      /^Variable "\$p" cannot be non-input/,
    ],
    [
      'what is never there',
      '{ node(id: "x") { ... on Viewer { client } } }',
      undefined,
      /^Fragment cannot be spread here/,
    ],
    ['a directive without its argument', '{ __typename @skip }', undefined, /^Directive "@skip" argument "if"/],
    [
      'a directive twice',
      '{ __typename @skip(if: true) @skip(if: true) }',
      undefined,
      /^The directive "@skip" can only/,
    ],
    ['a schema', 'type X { a: Int }', undefined, /^The "X" definition is not executable/],
    ['an enum', '{ peopleAggregate(groupBy: [NOPE]) { total } }', undefined, /PeopleGroup/],
    ['a fraction', `{ people(first: 1.5) { ${PEOPLE} } }`, undefined, /^"first" takes Int/],
    ['a number in quotes', `{ people(first: "1") { ${PEOPLE} } }`, undefined, /^"first" takes Int/],
    ['an object', `{ people(filter: "x") { ${PEOPLE} } }`, undefined, /^"filter" takes PeopleFilter/],
    [
      'a day for a time',
      `{ person(id: "x") { records(asOf: "2026-11-24") { ref } } }`,
      undefined,
      /^"asOf" takes DateTimeISO \(2026/,
    ],
    [
      'a variable that is missing',
      'query ($c: String!) { division(code: $c) { name } }',
      {},
      /^Variable "\$c" of type String! is needed.*缺少变量 \$c/,
    ],
    [
      'a variable of another type',
      `query ($n: Int) { people(first: $n) { ${PEOPLE} } }`,
      { n: 'abc' },
      /^Variable "\$n" takes Int\. 变量 \$n 须为 Int$/,
    ],
    [
      'a field of a variable',
      `query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`,
      { f: { name: 7 } },
      /^Variable "\$f\.name" takes String\./,
    ],
    [
      'a field that a variable’s type does not have',
      `query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`,
      { f: { nope: 1 } },
      /^Variable "\$f" holds a field that PeopleFilter does not have/,
    ],
    [
      'an enum in a variable',
      'query ($g: [PeopleGroup!]!) { peopleAggregate(groupBy: $g) { total } }',
      { g: ['SEX', 'NOPE'] },
      /^Variable "\$g\.1" takes PeopleGroup!/,
    ],
  ])('%s', async (_, query, variables, expected) => {
    // The third time the document is compiled; then it is another program that judges the variables.
    for (let times = 0; times < 3; times += 1) {
      const answer = await api.send({ query, variables }, bearer);
      expect(answer.status).toBe(400);
      expect(answer.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      expect(answer.errors![0]!.message).toMatch(expected);
      // What graphql-js says in names alone stays as it says it.
      if (!/^(Cannot|Unknown|Variable "\$\w+" cannot|Fragment|Directive|The )/.test(answer.errors![0]!.message)) {
        expect(answer.errors![0]!.message).toMatch(/[一-鿿]/);
      }
    }
  });

  it.each<[string, string, RegExp]>([
    ['no query', '{}', /^The body is one JSON object/],
    ['an empty query', '{"query":""}', /^The body is one JSON object/],
    ['several in a list', '[{"query":"{ __typename }"}]', /^The body is one JSON object, no list/],
    ['variables that are a text', '{"query":"{ __typename }","variables":"x"}', /variables \(an object\)/],
    ['broken JSON', '{"query": ', /no JSON/],
    ['nothing', '', /no JSON/],
  ])('%s', async (_, body, expected) => {
    const { status, errors } = await api.send(body, bearer);
    expect(status).toBe(400);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(expected),
        extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
      },
    ]);
  });

  it('a path that is none is told the one that is', async () => {
    const answer = await fetch(new URL('/graphq', api.url), { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('POST /graphql');
  });
});

describe('a filter that can match nothing', () => {
  const { people, findings, deliveries } = {
    people: 'query ($f: PeopleFilter) { people(filter: $f) { totalCount nodes { id } } }',
    findings: 'query ($f: FindingsFilter) { findings(filter: $f) { totalCount } }',
    deliveries: 'query ($f: DeliveriesFilter) { deliveries(filter: $f) { totalCount } }',
  };
  const total = 'query ($f: PeopleFilter) { peopleAggregate(groupBy: [SEX], filter: $f) { total } }';
  const homes = 'query ($f: AreaFilter) { householdsAggregate(groupBy: [VILLAGE], filter: $f) { total } }';

  it.each<[string, string, string]>([
    [people, 'register', 'nope'],
    [total, 'register', 'nope'],
    [homes, 'register', 'nope'],
    [findings, 'register', 'nope'],
    [deliveries, 'register', 'police/residents'],
    [deliveries, 'dataset', 'zzz'],
    [deliveries, 'dataset', 'police'],
    [findings, 'code', 'NOPE'],
    [findings, 'code', 'toString'],
    [people, 'birthDate', 'foo'],
    [people, 'birthDate', '1990'],
    [people, 'birthDate', '1990-02-30'],
    [people, 'birthDate', '19900101'],
    [people, 'idNumber', '9905021'],
    [people, 'phone', 'abcdefgh'],
    [total, 'phone', '139０0000009'],
  ])('is refused, and nothing of it repeated: %s %s', async (query, field, value) => {
    const beside = field === 'birthDate' ? { name: '张三' } : {};
    // The third time it is compiled, or planned.
    for (let times = 0; times < 3; times += 1) {
      const answer = await api.send({ query, variables: { f: { ...beside, [field]: value } } }, bearer);
      expect(answer.status, answer.text).toBe(400);
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors![0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
      expect(answer.errors![0]!.message).toMatch(new RegExp(`^${field} .*[一-鿿]`));
      if (value !== 'toString' && value !== 'police') expect(answer.errors![0]!.message).not.toContain(value);
    }
  });

  it.each<[string, Record<string, string>]>([
    [people, { idNumber: '990502199001010018' }],
    [people, { idNumber: '99050219900101001x' }],
    [people, { idNumber: 'E12345678' }],
    [people, { phone: '0875-2123456' }],
    [people, { phone: '+8613900000009' }],
    [people, { birthDate: '2000-02-29', name: '张三' }],
    [findings, { code: 'PHONE_FORM' }],
    [deliveries, { dataset: 'police/residents' }],
  ])('is answered where it may: %s %j', async (query, f) => {
    expect((await api.send({ query, variables: { f } }, bearer)).errors).toBeUndefined();
  });

  it('by a register that the viewer does not see has nothing, as before', async () => {
    for (const query of [people, findings, deliveries]) {
      const answer = await api.ask<Record<string, { totalCount: number }>>(
        COUNTY,
        query,
        { f: { register: 'police' } },
        ['governance'],
      );
      expect(Object.values(answer.data).map(({ totalCount }) => totalCount)).toEqual([0]);
    }
  });
});

describe('HTTP’s own words', () => {
  it('415 for a body of another type', async () => {
    const answer = await api.send('{"query":"{__typename}"}', { ...bearer, 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
    expect(answer.errors![0]).toMatchObject({
      message: expect.stringContaining('application/json') as string,
      extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) as string },
    });
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])('405 for %s, and what is allowed', async (method) => {
    const answer = await fetch(api.url, { method, ...(method === 'PUT' && { body: 'x' }) });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    if (method !== 'HEAD') expect(await answer.text()).toContain('METHOD_NOT_ALLOWED');
  });

  it.each(['text/html', 'application/json;q=0', 'text/plain, image/*', 'application/jsonp'])(
    '406 for who takes %s alone, with a number to ask for, before anything is run',
    async (accept) => {
      const before = api.statements.length;
      const answer = await api.send({ query: `{ people { ${PEOPLE} } }` }, { ...bearer, accept });
      expect(answer.status).toBe(406);
      expect(answer.errors![0]!.extensions).toEqual({
        code: 'BAD_USER_INPUT',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      });
      expect(api.statements.slice(before).filter((text) => text.includes('from link'))).toEqual([]);
    },
  );

  it.each([
    '*/*',
    'application/json',
    'text/html, application/*;q=0.5',
    'application/graphql-response+json; charset=utf-8',
  ])('200 for who takes %s', async (accept) => {
    expect((await api.send({ query: '{ __typename }' }, { ...bearer, accept })).status).toBe(200);
  });
});

it('every code stands in the README, with its status', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const table = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (\d{3})\b/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(table).toEqual(Object.entries(ERRORS).map(([code, { status }]) => [code, status]));
});

describe('no value out of a request', () => {
  /** Places in which a client may have put somebody's number or name, by mistake or not. */
  const PLACES: readonly ((value: string) => readonly [query: string, variables?: unknown])[] = [
    (value) => [`{ people(first: ${quote(value)}) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: ${quote(value)}) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: { name: [${quote(value)}] }) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: { name: { value: ${quote(value)} } }) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: { name: ${quote(value)} ) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: { name: ${quote(value).slice(0, -1)} ) { ${PEOPLE} } }`],
    (value) => [`{ people(filter: { name: ${value} }) { ${PEOPLE} } }`],
    (value) => [`{ people ${quote(value)} { ${PEOPLE} } }`],
    (value) => [`${value} { people { ${PEOPLE} } }`],
    (value) => [`{ peopleAggregate(groupBy: [${quote(value)}]) { total } }`],
    (value) => [`{ person(id: "x") { records(asOf: ${quote(value)}) { ref } } }`],
    (value) => [`query ($f: PeopleFilter = ${quote(value)}) { people(filter: $f) { ${PEOPLE} } }`],
    (value) => [`query ($n: Int) { people(first: $n) { ${PEOPLE} } }`, { n: value }],
    (value) => [`query ($n: Int) { people(first: $n) { ${PEOPLE} } }`, { n: { [value]: value } }],
    (value) => [`query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`, { f: value }],
    (value) => [`query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`, { f: { [value]: 1 } }],
    (value) => [`query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`, { f: { name: { at: value } } }],
    (value) => [`query ($f: PeopleFilter) { people(filter: $f) { ${PEOPLE} } }`, { f: [{ name: value }, value] }],
    (value) => ['query ($g: [PeopleGroup!]!) { peopleAggregate(groupBy: $g) { total } }', { g: [value] }],
    (value) => ['query ($t: DateTimeISO) { person(id: "x") { records(asOf: $t) { ref } } }', { t: value }],
    (value) => [`query A { __typename } query B { __typename }`, value],
  ];
  const quote = (value: string) => JSON.stringify(value);
  /** Whatever it is, it can be told from our own words. */
  const VALUE = fc
    .tuple(
      fc.constantFrom(
        '990000199001010017',
        '张程天',
        '13900001111',
        'x" at "$n.990',
        '" does not exist in "',
        'Int cannot represent ',
      ),
      fc.string({ minLength: 0, maxLength: 12, unit: 'binary-ascii' }),
    )
    .map(([known, more]) => `${known}#${more}`.replace(/[\0\n\r]/g, ''));

  it('stands in an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PLACES), VALUE, async (place, value) => {
        const [query, variables] = place(value);
        for (let times = 0; times < 3; times += 1) {
          const body = typeof variables === 'string' ? { query, operationName: variables } : { query, variables };
          const answer = await api.send(body, bearer);
          expect(answer.errors?.[0]?.extensions.code, answer.text).toMatch(/^(BAD_USER_INPUT|QUERY_TOO_COMPLEX)$/);
          for (const { message } of answer.errors!) {
            const mark = value.slice(0, value.indexOf('#'));
            expect(message).not.toContain(mark.length > 12 && / /.test(mark) ? value : mark);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
