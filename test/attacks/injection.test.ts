import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, PLANTED, repeat, type Target } from './open-target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

const PEOPLE = 'query ($f: PeopleFilter) { people(filter: $f) { totalCount nodes { id } } }';
/** Texts that mean something to a database, a shell, a page, a template, a path or a terminal. */
const HOSTILE = [
  "aaa' or 1=1--",
  "'; drop table link; --",
  "\\'",
  '%',
  '_',
  '\\',
  '%%%',
  '$$; select pg_sleep(9); $$',
  '" or ""="',
  "admin'/*",
  '$(id)',
  '`id`',
  '| cat /etc/passwd',
  '; ls',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '${7*7}',
  '{{7*7}}',
  '=1+1',
  '@SUM(1)',
  '../../../../etc/passwd',
  'C:\\windows\\win.ini',
  'http://127.0.0.1:5432/',
  'file:///etc/passwd',
  '\u202etxt.exe',
  '\u001b[31mred',
  'a\nINFO fake line',
  'a\r\nx-injected: 1',
  'ﷺ'.repeat(20),
  '👩‍👩‍👧‍👦',
  'İıſK',
];

describe('J1: a text is a text', () => {
  const REFUSED: Readonly<Record<string, (text: string) => boolean>> = {
    idNumber: (text) => text.length < 8,
    phone: () => true,
  };
  it.each(['name', 'namePrefix', 'idNumber', 'phone', 'addressPrefix'])('in %s', async (field) => {
    for (const text of HOSTILE) {
      const answer = await target.attack(PEOPLE, { f: { [field]: text } });
      if (REFUSED[field]?.(text)) {
        await target.refuses(answer, 'BAD_USER_INPUT', { errors: 1 });
        expect(answer.errors![0]!.message).not.toContain(text.length > 4 ? text : 'injected');
        continue;
      }
      expect(answer.errors, `${field} ${text}: ${answer.text}`).toBeUndefined();
      expect((answer.data as { people: unknown }).people).toEqual({ totalCount: 0, nodes: [] });
    }
    await target.stillAnswers();
  });

  it('and one that the database cannot hold is the client’s mistake', async () => {
    for (const text of ['\u0000', 'a\u0000b', '\ud800', 'a\udfff']) {
      for (const field of ['name', 'namePrefix', 'idNumber', 'phone', 'addressPrefix', 'division', 'register']) {
        await target.refuses(await target.attack(PEOPLE, { f: { [field]: text } }), 'BAD_USER_INPUT');
      }
    }
  });

  it('ids, cursors and codes too', async () => {
    for (const text of [...HOSTILE, '\u0000', '-1', '1e3', '0x10', '9'.repeat(40), '__proto__', 'constructor']) {
      for (const query of [
        'query ($v: ID!) { person(id: $v) { id } }',
        'query ($v: ID!) { node(id: $v) { id } }',
        'query ($v: String) { people(after: $v) { nodes { id } } }',
        'query ($v: String!) { division(code: $v) { name } }',
      ]) {
        const answer = await target.attack(query, { v: text });
        expect([200, 400], `${query} ${text}: ${answer.text}`).toContain(answer.status);
        if (answer.status === 200 && !answer.errors) expect(Object.values(answer.data)[0]).toBeNull();
        else expect(answer.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      }
    }
    await target.stillAnswers();
  });
});

describe('J2, J3: nothing is smuggled in', () => {
  it.each<Record<string, unknown>>([
    { $or: [{ name: 'x' }] },
    { name: { $ne: null } },
    { idNumber: { $gt: 0 } },
    { name: ['x'] },
    { 'name" or 1=1 --': 'x' },
    { constructor: { prototype: { x: 1 } } },
    { county: '440904' },
    { may: 'grant' },
    { name: 7 },
    { name: { toString: PLANTED } },
  ])('by a filter of another shape: %j', async (f) => {
    for (let times = 0; times < 3; times += 1) {
      const answer = await target.attack(PEOPLE, { f });
      expect(answer.status).toBe(400);
      expect(answer.data ?? null).toBeNull();
    }
  });

  it('by the prototype of anything', async () => {
    for (const body of [
      '{"query":"{__typename}","__proto__":{"admin":true}}',
      `{"query":"${PEOPLE}","variables":{"f":{"__proto__":{"name":"x"}}}}`,
      '{"query":"{__typename}","constructor":{"prototype":{"admin":true}}}',
    ]) {
      await target.refuses(await target.send(body, target.developer), 'BAD_USER_INPUT', { errors: 1 });
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('by an order or a column', async () => {
    for (const order of ['orderBy: "name; drop table link"', 'orderBy: [NAME]', 'where: "1=1"', 'filter: "1=1"']) {
      await target.refuses(await target.attack(`{ people(${order}) { nodes { id } } }`), 'BAD_USER_INPUT');
    }
  });
});

describe('J4, J5: no address and no path comes from a client', () => {
  it('no field takes one', async () => {
    for (const field of [
      'importPaste(host: "127.0.0.1", port: 5432, path: "/", scheme: "http")',
      'upload(path: "../x")',
      'readFile(name: "/etc/passwd")',
    ]) {
      await target.refuses(await target.attack(`mutation { ${field} { id } }`), 'BAD_USER_INPUT');
    }
  });
});

describe('J6, J7: names', () => {
  it('of an operation, of any content, are not what is logged', async () => {
    const forged = 'x\n2026-01-01 INFO fake \u001b[2J';
    await target.send({ query: 'query good { __typename }', operationName: forged }, target.developer);
    await target.send({ query: `query fake${PLANTED} { __typename }` }, target.developer);
    await target.send({ documentId: target.documentId, operationName: forged }, target.honest);
    const last = () => target.requests.at(-1);
    await expect.poll(last).toMatchObject({ operation: 'Page', code: 'BAD_USER_INPUT' });
    await target.stillAnswers();
    await expect.poll(last).toMatchObject({ operation: 'Page', code: 'OK', rows: expect.any(Number) as number });
    for (const line of target.requests) expect(JSON.stringify(line)).not.toMatch(/fake|INFO/);
  });

  it('of a registered operation do not make another text one', async () => {
    const query = 'query Page($first: Int) { divisions { code } people(first: $first) { nodes { id } } }';
    for (const body of [
      { query, operationName: 'Page' },
      { query, id: target.documentId },
      { query, documentId: target.documentId },
      { query, extensions: { persistedQuery: { version: 1, sha256Hash: target.documentId } } },
    ]) {
      await target.refuses(await target.send(body, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
    }
  });

  it('of another client’s operation neither', async () => {
    const other = await openTarget({
      documents: async (client) => new Map(client === 'somebody else' ? [['0'.repeat(64), '{ __typename }']] : []),
    });
    try {
      const answer = await other.send({ documentId: '0'.repeat(64) }, other.honest);
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'DOCUMENT_UNKNOWN' } }] });
    } finally {
      await other.close();
    }
  });
});

describe('J8: what is stored', () => {
  it('is answered as it stands, in JSON and never as a page', async () => {
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: { ...target.honest, purpose: 'test', 'content-type': 'application/json', accept: 'text/html' },
      body: JSON.stringify({ documentId: target.documentId, variables: { first: 1 } }),
    });
    expect(answer.headers.get('content-type') ?? '').not.toContain('html');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

/** What the Damn Vulnerable GraphQL Application is made to have; the rest of its list stands in the files beside this one. */
describe('DVGA’s list', () => {
  it.each([
    ['OS command in a diagnosis', '{ systemDiagnostics(username: "admin", password: "changeme", cmd: "id") }'],
    [
      'OS command in an import',
      'mutation { importPaste(host: "localhost", port: 80, path: "/; id", scheme: "http") { result } }',
    ],
    ['SQL in a filter', `{ pastes(filter: "aaa' or 1=1--") { content } }`],
    ['a file written by its name', 'mutation { uploadPaste(filename: "../../x", content: "x") { result } }'],
    ['a debug answer', '{ systemDebug(arg: "aux") }'],
    ['users by a password', '{ systemHealth users { username password } }'],
    ['a list that sleeps', '{ systemUpdate }'],
    ['a token of one’s own making', '{ me(token: "eyJhbGciOiJub25lIn0.e30.") { username } }'],
    ['everything deleted', 'mutation { deleteAllPastes { result } }'],
  ])('%s: there is nothing of the kind', async (_, query) => {
    await target.refuses(await target.attack(query), 'BAD_USER_INPUT');
    await target.refuses(await target.send({ query }, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
  });

  it('a token without a signature, or signed with something else, is none', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ sub: 'test-0', exp: 4_000_000_000, iat: 1, iss: 'grid-hub', aud: 'grid-hub-api' });
    for (const head of [
      { alg: 'none' },
      { alg: 'HS256', typ: 'JWT' },
      { alg: 'EdDSA', typ: 'JWT', kid: '../../dev/null' },
    ]) {
      const answer = await target.send(
        { documentId: target.documentId },
        { authorization: `Bearer ${part(head)}.${claims}.${part({})}` },
      );
      await target.refuses(answer, 'UNAUTHENTICATED', { status: 401, errors: 1 });
    }
  });

  it('a query that is denied by its name is denied by any other', async () => {
    for (const name of ['getPastes', 'Page', 'IntrospectionQuery', '']) {
      const query = `query ${name} { __schema { types { name } } }`;
      await target.refuses(
        await target.send({ query, operationName: name || null }, target.honest),
        'DOCUMENT_REQUIRED',
      );
    }
  });

  it('circles of fragments, the same field again and again, aliases and deep questions are refused', async () => {
    for (const [query, code] of [
      ['{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }', 'BAD_USER_INPUT'],
      [`{ ${repeat(1500, () => 'viewer { client }')} }`, 'QUERY_TOO_COMPLEX'],
      [`{ ${repeat(50, (at) => `q${at}: people(first: 200) { nodes { id } }`)} }`, 'QUERY_TOO_COMPLEX'],
    ] as const) {
      await target.refuses(await target.attack(query), code);
    }
  });
});
