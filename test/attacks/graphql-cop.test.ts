import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, repeat, type Target } from './open-target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

/** What graphql-cop looks for, each by a payload of our own; who sends them may send any text, or nothing would be looked at. */
describe('graphql-cop finds', () => {
  it('no overloading by aliases', async () => {
    await target.refuses(
      await target.attack(`{ ${repeat(101, (at) => `alias${at}: __typename`)} }`),
      'QUERY_TOO_COMPLEX',
      {
        errors: 1,
      },
    );
  });

  it('no lists of operations', async () => {
    const list = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));
    for (const client of [target.honest, target.developer]) {
      await target.refuses(await target.send(list, client), 'BAD_USER_INPUT', { errors: 1 });
    }
  });

  it('no overloading by directives', async () => {
    for (const each of ['@aa', '@skip(if: false)']) {
      const answer = await target.attack(`{ __typename ${repeat(10, () => each)} }`);
      await target.refuses(answer, 'BAD_USER_INPUT');
    }
    const many = await target.attack(`{ ${repeat(200, () => 'viewer @include(if: true) { client }')} }`);
    await target.refuses(many, 'QUERY_TOO_COMPLEX', { errors: 1 });
  });

  it('no overloading by fields', async () => {
    const answer = await target.attack(`{ ${repeat(5000, () => '__typename')} }`);
    await target.refuses(answer, 'QUERY_TOO_COMPLEX', { errors: 1 });
  });

  it('no circles through introspection', async () => {
    const query =
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
    await target.refuses(await target.send({ query }, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
    await target.refuses(await target.attack(query), 'BAD_USER_INPUT');
  });

  it('no introspection', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Person") { name } }']) {
      await target.refuses(await target.send({ query }, target.honest), 'DOCUMENT_REQUIRED', { errors: 1 });
    }
  });

  it('no suggestions of fields', async () => {
    const answer = await target.attack('{ persn { name } }');
    await target.refuses(answer, 'BAD_USER_INPUT');
    expect(answer.text).not.toMatch(/mean|suggest|person"/i);
  });

  it('no explorer', async () => {
    for (const path of ['/', '/graphql', '/graphiql', '/playground', '/console', '/graphql/console', '/altair']) {
      const answer = await fetch(new URL(path, target.url), { headers: { accept: 'text/html' } });
      expect([404, 405]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toContain('application/json');
    }
  });

  it('no queries by GET', async () => {
    for (const query of ['{__typename}', 'mutation{__typename}']) {
      const answer = await fetch(`${target.url}?query=${encodeURIComponent(query)}`, { headers: target.developer });
      expect(answer.status).toBe(405);
      expect(await answer.text()).not.toContain('"data"');
    }
  });

  it('no POST that a form of another site could send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=b']) {
      const answer = await target.send('query=%7B__typename%7D', { ...target.developer, 'content-type': type });
      await target.refuses(answer, 'BAD_USER_INPUT', { status: 415, errors: 1 });
    }
  });

  it('no tracing in the answer', async () => {
    const answer = await target.send(
      { documentId: target.documentId, extensions: { tracing: true } },
      { ...target.honest, 'x-apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1' },
    );
    expect(answer.status).toBe(200);
    expect(Object.keys(JSON.parse(answer.text) as object)).toEqual(['data']);
  });

  it('no errors with what is inside', async () => {
    const answer = await target.attack('query cop { __typename }}}');
    await target.refuses(answer, 'BAD_USER_INPUT', { errors: 1 });
    expect(answer.text).not.toMatch(/exception|stacktrace|debug/i);
  });
});
