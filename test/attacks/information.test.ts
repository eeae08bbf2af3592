import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, PLANTED, type Target } from './open-target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

describe('I1, I2: what there is', () => {
  it.each([
    ['plain', '{ __schema { types { name } } }'],
    ['a type by its name', '{ __type(name: "Person") { fields { name } } }'],
    ['through a fragment', '{ ...A } fragment A on Query { __schema { queryType { name } } }'],
    ['between commas and line ends', '{\n,,\n__schema\n,{,types\n{,name,},},}'],
    ['behind another name', '{ viewer { client } innocent: __schema { types { name } } }'],
  ])('is not told to who does not develop: %s', async (_, query) => {
    await target.refuses(await target.send({ query }, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
    const byGet = await fetch(`${target.url}?query=${encodeURIComponent(query)}`, { headers: target.honest });
    expect(byGet.status).toBe(405);
  });

  it('is told to who develops, and __typename to everybody', async () => {
    expect((await target.attack('{ __schema { queryType { name } } }')).errors).toBeUndefined();
    expect((await target.attack('{ __typename }')).errors).toBeUndefined();
  });

  it.each([
    '{ persn { name } }',
    '{ person(idd: "1") { id } }',
    '{ people(filter: { nam: "x" }) { nodes { id } } }',
    '{ people(filter: { namePrefx: "x" }) { nodes { id } } }',
    '{ people(first: 1) { nodes { idd } } }',
    '{ people(first: 1) { nodes { ... on Persn { id } } } }',
    '{ people @skp(if: true) { nodes { id } } }',
  ])('is not suggested by %s', async (query) => {
    const answer = await target.attack(query);
    await target.refuses(answer, 'BAD_USER_INPUT');
    expect(answer.text).not.toMatch(/mean|suggest/i);
  });
});

describe('I3: what fails inside', () => {
  it('is INTERNAL or UNAVAILABLE, with a number to ask for and nothing else', async () => {
    const { database } = target;
    await database.query('alter table link rename column person to person_behind');
    // As often as it takes to be compiled: that is another program with errors of its own.
    let broken = await target.send({ documentId: target.documentId }, target.honest);
    for (let times = 0; times < 3; times += 1) {
      expect(broken.status).toBe(500);
      broken = await target.send({ documentId: target.documentId }, target.honest);
    }
    await database.query('alter table link rename column person_behind to person');
    await target.refuses(broken, 'INTERNAL', { status: 500, errors: 1 });
    expect(target.log.at(-1)).toMatchObject({ requestId: broken.errors![0]!.extensions.requestId });
  });

  it('a database that goes away is 503 with Retry-After, and back when it is', async () => {
    const { database } = target;
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'hub_api'`,
    );
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => target.send({ documentId: target.documentId }, target.honest)),
    );
    for (const { status } of answers) expect([200, 503]).toContain(status);
    await target.stillAnswers();
  });
});

describe('I4: a number that came in the wrong place', () => {
  it.each([
    ['a page', 'query ($v: Int) { people(first: $v) { nodes { id } } }', { v: { idNumber: PLANTED } }],
    ['a page as a text', 'query ($v: Int) { people(first: $v) { nodes { id } } }', { v: PLANTED }],
    ['a filter', 'query ($v: PeopleFilter) { people(filter: $v) { nodes { id } } }', { v: { idNumer: PLANTED } }],
    [
      'a filter as a list',
      'query ($v: PeopleFilter) { people(filter: $v) { nodes { id } } }',
      { v: [PLANTED, PLANTED] },
    ],
    ['the text itself', `{ people(filter: { birthDate: "${PLANTED}" }) { nodes { id } } }`, undefined],
    ['the name of a field', `{ f${PLANTED} }`, undefined],
    ['an enum', `{ people(filter: x${PLANTED}) { nodes { id } } }`, undefined],
    ['a syntax error', `{ people(filter: { idNumber: "${PLANTED} }`, undefined],
  ])('is neither answered nor logged: %s', async (_, query, variables) => {
    // The third time the document is compiled; then it is another program that judges the variables.
    for (let times = 0; times < 3; times += 1) {
      const answer = await target.attack(query, variables as Record<string, unknown> | undefined);
      if (query.includes(`f${PLANTED}`)) {
        expect(answer.status).toBe(400);
        continue;
      }
      await target.refuses(answer, 'BAD_USER_INPUT');
    }
  });
});

describe('I5–I8', () => {
  it('no page, no figures and no version on the port of the API', async () => {
    for (const path of [
      '/',
      '/health',
      '/ready',
      '/metrics',
      '/graphiql',
      '/.well-known/apollo/server-health',
      '/.env',
    ]) {
      const answer = await fetch(new URL(path, target.url), { headers: { accept: 'text/html,application/json' } });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('server') ?? answer.headers.get('x-powered-by')).toBeNull();
      expect(await answer.text()).not.toMatch(/version|node|fastify|apollo/i);
    }
  });

  it('headers and extensions that other servers listen to are not listened to', async () => {
    const answer = await target.send(
      { documentId: target.documentId, extensions: { tracing: { version: 1 }, explain: true } },
      {
        ...target.honest,
        'x-apollo-operation-name': 'x',
        'apollo-query-plan': 'full',
        'x-hasura-role': 'admin',
        'x-debug': '1',
      },
    );
    expect(Object.keys(JSON.parse(answer.text) as object)).toEqual(['data']);
  });

  it('a hash that nobody registered is DOCUMENT_UNKNOWN, in each way to say it, and 500 of them leave nothing behind', async () => {
    const hash = createHash('sha256').update('{ __typename }').digest('hex');
    for (const body of [
      { documentId: hash },
      { documentId: `sha256:${hash}` },
      { documentId: 'Page' },
      { documentId: 7 },
      { documentId: { $ne: null } },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      { extensions: { persistedQuery: { version: 1 } } },
    ]) {
      await target.refuses(await target.send(body, target.honest), 'DOCUMENT_UNKNOWN', { errors: 1 });
    }
    const many = await Promise.all(
      Array.from({ length: 500 }, () =>
        target.send({ documentId: randomBytes(32).toString('hex') }, target.honest).then(({ status }) => status),
      ),
    );
    expect(new Set(many)).toEqual(new Set([400]));
  });

  it('a text beside a hash registers nothing', async () => {
    const query = '{ viewer { client } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const body = { query, extensions: { persistedQuery: { version: 1, sha256Hash } } };
    await target.refuses(await target.send(body, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
    await target.refuses(await target.send(body, target.developer), 'BAD_USER_INPUT', { errors: 1 });
    await target.refuses(await target.send({ documentId: sha256Hash }, target.honest), 'DOCUMENT_UNKNOWN', {
      errors: 1,
    });
  });

  it('what is no JSON, or of another alphabet, is answered in JSON', async () => {
    for (const body of [
      '{"query": ',
      '',
      'null',
      '"x"',
      '7',
      '[]',
      '{"query":1}',
      '{"query":"{__typename}","variables":"x"}',
    ]) {
      const answer = await target.send(body, target.developer);
      await target.refuses(answer, 'BAD_USER_INPUT', { errors: 1 });
    }
    const other = await target.send('{"query":"{__typename}"}', {
      ...target.developer,
      'content-type': 'application/json; charset=utf-7',
    });
    expect([200, 400, 415]).toContain(other.status);
  });
});
