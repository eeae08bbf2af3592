import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailedAttempts } from '../../src/authorize/index.js';
import { openTarget, type Target } from './open-target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${target.url}${path}`, { method, headers: { ...target.developer, purpose: 'test', ...headers } });

describe('C1, C2: by GET', () => {
  it.each([
    ['without a header', {}],
    ['with the header that asks for no preflight', { 'apollo-require-preflight': '1' }],
    ['as JSON', { 'content-type': 'application/json' }],
    ['as POST in a header', { 'x-http-method-override': 'POST' }],
  ])('nothing is answered %s', async (_, headers) => {
    for (const query of ['{__typename}', 'mutation{revokeDecision(input:{id:"1",reason:"x"}){id}}']) {
      const answer = await get(`?query=${encodeURIComponent(query)}`, headers);
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(await answer.text()).not.toContain('"data"');
    }
  });

  it('nor by a method of another name', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      const answer = await get('?query={__typename}', { 'x-http-method-override': 'POST' }, method);
      expect(answer.status, method).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
    }
    const traced = await target.write(
      `TRACE /graphql HTTP/1.1\r\nhost: localhost\r\nx-secret: mirrored\r\nconnection: close\r\n\r\n`,
    );
    expect(traced).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(traced).not.toContain('mirrored');
  });
});

describe('C3, C4: from another site', () => {
  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/json5',
  ])('a body of the type %s is refused', async (type) => {
    const answer = await target.send('{"query":"{__typename}"}', { ...target.developer, 'content-type': type });
    await target.refuses(answer, 'BAD_USER_INPUT', { status: 415, errors: 1 });
  });

  it.each(['http://evil.example', 'null', 'http://localhost.evil.example', 'https://127.0.0.1.evil.example'])(
    'the origin %s gets no leave to read',
    async (origin) => {
      const answer = await fetch(target.url, {
        method: 'POST',
        headers: { ...target.honest, purpose: 'test', origin, 'content-type': 'application/json' },
        body: JSON.stringify({ documentId: target.documentId }),
      });
      const asked = await get('', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
      for (const each of [answer, asked]) {
        for (const name of ['origin', 'credentials', 'headers', 'methods']) {
          expect(each.headers.get(`access-control-allow-${name}`)).toBeNull();
        }
      }
    },
  );
});

describe('C5: two requests in one', () => {
  const body = '{"query":"{__typename}"}';
  it('a length beside chunks, and two lengths, are refused and the socket is closed', async () => {
    for (const lengths of [
      `content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n`,
      `content-length: ${body.length}\r\ncontent-length: 5\r\n`,
      'transfer-encoding: chunked, identity\r\n',
      `content-length: +${body.length}\r\n`,
    ]) {
      const head = `POST /graphql HTTP/1.1\r\n${target.headersOf(target.developer)}${lengths}\r\n`;
      const heard = await target.write(`${head}${body}GET /graphql HTTP/1.1\r\nhost: smuggled\r\n\r\n`);
      expect(heard, lengths).toMatch(/^HTTP\/1\.1 4\d\d/);
      expect(heard).not.toContain('"data"');
      expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1);
      await target.stillAnswers();
    }
  });
});

describe('C6: an address that somebody makes up', () => {
  const wrong = (server: Target, address: string) =>
    server.send({ documentId: server.documentId }, { authorization: 'Bearer a.b.c', 'x-forwarded-for': address });

  it('does not help who tries one token after another', async () => {
    const watched = await openTarget({ attempts: new FailedAttempts({ free: 3 }) });
    try {
      await watched.stillAnswers();
      const statuses = [];
      for (let at = 0; at < 6; at += 1) statuses.push((await wrong(watched, `10.0.0.${at}`)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
      // A token that was good before goes on.
      await watched.stillAnswers();
    } finally {
      await watched.close();
    }
  });

  it('is believed of a proxy that the operator named', async () => {
    const behind = await openTarget({ attempts: new FailedAttempts({ free: 3 }), proxies: ['127.0.0.1'] });
    try {
      const statuses = [];
      for (let at = 0; at < 6; at += 1) statuses.push((await wrong(behind, `10.0.0.${at}`)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
      for (let at = 0; at < 6; at += 1) statuses.push((await wrong(behind, '10.9.9.9')).status);
      expect(statuses.at(-1)).toBe(429);
    } finally {
      await behind.close();
    }
  });
});
