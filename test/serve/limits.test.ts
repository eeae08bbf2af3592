import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type Answer } from './open-api.js';
import { COUNTY, EAST } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
let closed: Awaited<ReturnType<typeof openApi>>;
let bearer: Record<string, string>;
const EXPLORER = { query: '{ viewer { client } }', headers: { authorization: 'Bearer demo' } };
beforeAll(async () => {
  api = await openApi(EXPLORER, 500);
  closed = await openApi(null);
  bearer = { authorization: `Bearer ${await closed.tokenFor([COUNTY])}` };
});
afterAll(async () => {
  await api.close();
  await closed.close();
});

const codeOf = (answer: Answer<unknown>) => answer.errors?.[0]?.extensions.code;
const ask = (query: string, variables?: Record<string, unknown>) => closed.ask(COUNTY, query, variables);
/** Nothing of the inside, whatever went wrong. */
const INSIDE = /select |from link|stack|node_modules|\.ts\b|\.js\b|Did you mean|postgres|hub_|statement/i;

describe('without a token', () => {
  it.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic dTpw' }],
    ['one that is not signed', { authorization: 'Bearer e30.e30.' }],
  ])('with %s, the answer is 401 and says why in one code', async (_, headers) => {
    const answer = await closed.send({ query: '{ __typename }' }, headers as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(answer.errors).toEqual([
      {
        message: expect.stringContaining('Bearer'),
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      },
    ]);
  });

  it('takes no token out of the URL, and not one of two headers', async () => {
    const token = await closed.tokenFor([COUNTY]);
    const inUrl = await fetch(`${closed.url}?token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{__typename}"}',
    });
    expect(inUrl.status).toBe(401);
    const two = await new Promise<number>((done, failed) => {
      const asking = request(
        closed.url,
        {
          method: 'POST',
          headers: [
            'authorization',
            `Bearer ${token}`,
            'Authorization',
            `Bearer ${token}`,
            'content-type',
            'application/json',
            'host',
            'localhost',
            'content-length',
            '23',
          ] as never,
        },
        (response) => {
          response.resume();
          done(response.statusCode!);
        },
      );
      asking.on('error', failed);
      asking.end('{"query":"{__typename}"}'.slice(0, 23));
    });
    expect([400, 401]).toContain(two);
  });
});

const deep = (levels: number) => {
  const inner = Array.from({ length: levels }).reduce<string>((text) => `parent { ${text} }`, 'name');
  return `{ division(code: "${EAST}") { ${inner} } }`;
};

describe('too much at once', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['101 aliases', `{ ${Array.from({ length: 101 }, (_, at) => `a${at}: __typename`).join(' ')} }`],
    [
      '31 aliased people',
      `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: person(id: "${at}") { id }`).join(' ')} }`,
    ],
    [
      'aliases in a fragment that is spread twice',
      `query { ...A ...B } fragment A on Query { ...C } fragment B on Query { ...C } fragment C on Query { ${Array.from({ length: 16 }, (_, at) => `a${at}: viewer { client }`).join(' ')} }`,
    ],
    ['200 directives', `{ ${'viewer @skip(if: false) { client } '.repeat(200)} }`],
    ['50 levels', deep(50)],
    ['14 levels', deep(14)],
    [
      'pages of pages',
      `{ people(first: 200) { nodes { households { household { members(first: 200) { nodes { person { records { ref } } } } } } } } }`,
    ],
    ['5,000 fields', `{ ${'__typename '.repeat(5000)} }`],
    ['5,000 levels', deep(5000)],
  ];
  it.each(cases)('%s is refused', async (_, query) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('QUERY_TOO_COMPLEX');
    expect(answer.data).toBeUndefined();
    expect(answer.errors![0]!.message).not.toMatch(/\d/);
  });

  it('counts a `first` that comes in a variable', async () => {
    const query = `query ($n: Int) { people(first: $n) { nodes { mentions { about { ... on Household { members(first: $n) { nodes { person { id } } } } } } } } }`;
    expect(codeOf(await ask(query, { n: 200 }))).toBe('QUERY_TOO_COMPLEX');
    expect(codeOf(await ask(query, { n: 5 }))).toBeUndefined();
  });

  it('lets through a person with everything down to the division of the grid of the building', async () => {
    const query = `{ people(first: 50) { nodes { households { household { members { nodes { person { residences { dwelling { building { grid { village { parent { name } } } } } } } } } } } } } }`;
    expect(codeOf(await ask(query))).toBeUndefined();
  });

  it.each(['99999999', '-1', '0', '201', '2147483648', '1e9', '"10"'])('first: %s is refused', async (first) => {
    const answer = await ask(`{ people(first: ${first}) { nodes { id } } }`);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });

  it('fragments that go in circles are refused', async () => {
    expect(codeOf(await ask('query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }'))).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('has ten errors at most', async () => {
    const answer = await ask(`{ ${Array.from({ length: 40 }, (_, at) => `nothing${at}`).join(' ')} }`);
    expect(answer.status).toBe(400);
    expect(answer.errors!.length).toBeLessThanOrEqual(10);
    expect(answer.text.length).toBeLessThan(5000);
  });

  it('takes no body above 256 KB, no list of operations, and no other kind of body', async () => {
    expect(
      await closed.send({ query: '{ __typename }', variables: { pad: 'x'.repeat(300_000) } }, bearer),
    ).toMatchObject({ status: 413, errors: [{ extensions: { code: 'TOO_LARGE' } }] });
    expect(await closed.send([{ query: '{ __typename }' }, { query: '{ __typename }' }], bearer)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await closed.send('{"query":"{__typename}"}', { ...bearer, 'content-type': type })).status).toBe(415);
    }
    expect(await closed.send('{"query": ', bearer)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect((await closed.send({ nothing: 1 }, bearer)).status).toBe(400);
    expect((await closed.send('{"query":"{__typename}","__proto__":{"x":1}}', bearer)).status).toBe(400);
  });
});

describe('what goes wrong', () => {
  it('is said without what is inside, and without the values that came', async () => {
    const wrong = [
      await ask('{ persn { name } }'),
      await ask('{ person(idd: "1") { name } }'),
      await ask('{ people(filter: { nam: "x" }) { nodes { id } } }'),
      await ask('query ($i: Int) { people(first: $i) { nodes { id } } }', { i: { idNumber: '990000199001010017' } }),
      await ask('{ people(first: "990000199001010017") { nodes { id } } }'),
      await ask('{ people(filter: { division: "x\' or 1=1" }) { nodes { id } } }'),
      await ask('{ people(filter: { name: "\\u0000" }) { nodes { id } } }'),
      await ask('query ($n: String) { people(filter: { name: $n }) { nodes { id } } }', { n: '\ud800' }),
      await ask('{ people(filter: { birthDate: "1990-01-01" }) { nodes { id } } }'),
      await ask('{ person(id: 1) '),
      await ask('mutation { drop }'),
      await ask('subscription { all }'),
    ];
    for (const answer of wrong) {
      expect(answer.status, answer.text).toBe(400);
      expect(codeOf(answer), answer.text).toBe('BAD_USER_INPUT');
      expect(answer.errors![0]!.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.text).not.toMatch(INSIDE);
      expect(answer.text).not.toContain('990000199001010017');
    }
  });

  it('keeps hostile text what it is: text', async () => {
    for (const text of ["' or 1=1 --", '%', '_', '\\', '<script>', '${7*7}', '{{1}}', '../../etc/passwd']) {
      for (const field of ['name', 'namePrefix', 'idNumber', 'phone', 'addressPrefix']) {
        const { data, errors } = await closed.ask<{ people: { nodes: unknown[] } }>(
          COUNTY,
          `query ($f: PeopleFilter) { people(filter: $f) { nodes { id } } }`,
          { f: { [field]: text } },
        );
        // What no number can look like may be refused before anything is asked.
        if (errors && ['idNumber', 'phone'].includes(field)) {
          expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
          continue;
        }
        expect(errors).toBeUndefined();
        expect(data.people.nodes).toEqual([]);
      }
    }
  });

  it('is a TIMEOUT when a statement takes too long, and the next request is answered', async () => {
    await api.database.query('alter table link rename to link_behind');
    await api.database.query(
      `create view link with (security_invoker) as select l.* from link_behind l, lateral (select pg_sleep(2)) as late`,
    );
    await api.database.query('grant select on link to hub_county');
    const answer = await api.ask(COUNTY, '{ people(first: 1) { nodes { id } } }');
    expect(answer).toMatchObject({ status: 504, errors: [{ extensions: { code: 'TIMEOUT' } }] });
    expect(answer.text).not.toMatch(INSIDE);
    await api.database.query('drop view link');
    const broken = await api.ask(COUNTY, '{ people(first: 1) { nodes { id } } }');
    expect(broken).toMatchObject({ status: 500, errors: [{ extensions: { code: 'INTERNAL' } }] });
    expect(broken.text).not.toMatch(INSIDE);
    expect(api.log.at(-1)).toMatchObject({ code: 'INTERNAL', sqlstate: '42P01', path: 'people' });
    expect(JSON.stringify(api.log)).not.toMatch(/select/i);
    await api.database.query('alter table link_behind rename to link');
    expect((await api.ask(COUNTY, '{ people(first: 1) { nodes { id } } }')).errors).toBeUndefined();
  });
});

describe('the explorer', () => {
  it('is one page that asks nothing of anybody else, with a query and a token ready in it', async () => {
    const page = await fetch(api.url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('{ viewer { client } }');
    expect(html).toContain('Bearer demo');
    // What stands as text inside its program is no tag of the page; the policy above stops whatever that might load.
    expect(
      html.match(/<(?:script|link|iframe)[^>]+(?:src|href)="(?!data:)[^"]*"|<img[^>]+src="http[^"]*"/gi),
    ).toBeNull();
  });

  it('has the schema told to who has a token, and is not there at all where it is off', async () => {
    const INTROSPECTION = '{ __schema { queryType { name } } }';
    expect((await api.ask(COUNTY, INTROSPECTION)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect((await api.send({ query: INTROSPECTION })).status).toBe(401);
    expect(codeOf(await ask(INTROSPECTION))).toBe('BAD_USER_INPUT');
    expect(codeOf(await ask('{ __type(name: "Person") { name } }'))).toBe('BAD_USER_INPUT');
    const page = await fetch(closed.url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(405);
    expect(page.headers.get('content-type')).toContain('json');
  });

  it('does not open a way to ask by GET', async () => {
    for (const server of [api, closed]) {
      for (const path of ['?query={__typename}', '']) {
        const answer = await fetch(`${server.url}${path}`, { headers: { ...bearer, 'apollo-require-preflight': '1' } });
        expect(answer.status).toBe(405);
      }
      for (const path of ['/', '/graphiql', '/playground', '/metrics', '/.well-known/x']) {
        expect((await fetch(new URL(path, server.url))).status).toBe(404);
      }
    }
  });

  it('lets no other site ask', async () => {
    const answer = await fetch(closed.url, {
      method: 'POST',
      headers: { ...bearer, origin: 'http://evil.example', 'content-type': 'application/json' },
      body: '{"query":"{__typename}"}',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
