import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { revokeClient, revokeToken, tokenIdOf } from '../../src/authorize/index.js';
import { readOpenIdSettings } from '../../src/authorize/openid-settings.js';
import { AUDIENCE, startProvider } from '../authorize/start-provider.js';
import { openApi } from './open-api.js';
import { EAST } from './small-county.js';

let provider: Awaited<ReturnType<typeof startProvider>>;
let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  // The provider says of itself that it is for trying only.
  for (const way of ['info', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => {});
  provider = await startProvider();
  const openId = readOpenIdSettings({ HUB_OIDC_ISSUER: provider.issuer, HUB_OIDC_AUDIENCE: AUDIENCE })!;
  api = await openApi(null, 5000, { openId });
});
afterAll(async () => {
  await api.close();
  await provider.goAway();
});

const BODY = JSON.stringify({ query: '{ people(first: 1) { totalCount } }' });
/** As it goes over the wire, so that a header can stand there twice. */
const post = (headers: readonly string[], path = '/graphql', body = BODY) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((answered, failed) => {
    const sent = request(
      api.url.replace('/graphql', path),
      {
        method: 'POST',
        headers: [
          ['host', new URL(api.url).host],
          ['content-length', String(body.length)],
          ['content-type', 'application/json'],
          ['purpose', 'test'],
          headers,
        ].flat(),
      },
      (response) => {
        let text = '';
        response.on('data', (part) => (text += String(part)));
        response.on('end', () => answered({ status: response.statusCode!, headers: response.headers, text }));
      },
    );
    // A server that has answered need not read the rest.
    sent.on('error', failed);
    sent.end(body);
  });
const bearer = (token: string) => ['authorization', `Bearer ${token}`];

describe('a token on the wire', () => {
  it('is one header of the form that is asked for', async () => {
    const token = await api.tokenFor([EAST]);
    expect((await post(bearer(token))).status).toBe(200);
    for (const headers of [
      [],
      [...bearer(token), ...bearer(token)],
      [...bearer(token), 'Authorization', 'Basic eDp5'],
      ['authorization', `Bearer ${token}, Bearer ${token}`],
      ['authorization', token],
      ['authorization', `Basic ${token}`],
      ['authorization', 'Bearer '],
      ['x-authorization', `Bearer ${token}`],
      ['cookie', `token=${token}; access_token=${token}`],
      ['proxy-authorization', `Bearer ${token}`],
    ]) {
      const answer = await post(headers);
      expect([answer.status, JSON.parse(answer.text).errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="grid-hub"');
    }
  });

  it.each(['access_token', 'token', 'authorization'])('is no part of an address: ?%s=', async (name) => {
    const token = await api.tokenFor([EAST]);
    expect((await post([], `/graphql?${name}=${token}`)).status).toBe(401);
  });

  it('is refused at a megabyte, and at what still fits into the headers; the next is answered', async () => {
    const token = await api.tokenFor([EAST]);
    const { hostname, port, host } = new URL(api.url);
    const said = await new Promise<string>((closed) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${'x'.repeat(1_000_000)}\r\n\r\n`,
        ),
      );
      socket.on('data', (part) => (text += String(part)));
      // A server that has answered does not read the rest.
      socket.on('error', () => {});
      socket.on('close', () => closed(text));
    });
    expect(said).toMatch(/^(HTTP\/1\.1 431 |$)/);
    // What still fits into the headers is measured before it is looked at.
    expect((await post(bearer(`${token.slice(0, 100)}${'x'.repeat(9000)}.x.x`))).status).toBe(401);
    expect((await post(bearer(token))).status).toBe(200);
  });

  it('is answered the same whatever is wrong with it', async () => {
    const token = await api.tokenFor([EAST]);
    const [head, payload, signature] = token.split('.');
    const said = new Set<string>();
    for (const wrong of [
      `${head}.${payload}.${'A'.repeat(86)}`,
      `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.x`,
      'a.b.c',
    ]) {
      const { status, text } = await post(bearer(wrong));
      said.add(`${status} ${text.replace(/"requestId":"[^"]*"/, '')}`);
    }
    expect(said.size).toBe(1);
    expect(JSON.stringify(api.log)).not.toContain(token.slice(0, 40));
  });
});

describe('a purpose and a grant on the wire', () => {
  it('stand there once: of two neither is meant', async () => {
    const token = await api.tokenFor([EAST]);
    const [held] = await api.database.query<{ id: number }>('select max(id) as id from access_grant');
    const grant = ['grant', String(held!.id)];
    expect((await post([...bearer(token), ...grant])).status).toBe(200);
    for (const [headers, code] of [
      [['purpose', 'test'], 'PURPOSE_REQUIRED'],
      [[...grant, ...grant], 'PURPOSE_NOT_GRANTED'],
      [[...grant, 'Grant', '999999'], 'PURPOSE_NOT_GRANTED'],
      [['grant', `${held!.id}, ${held!.id}`], 'PURPOSE_NOT_GRANTED'],
      [['grant', ''], 'PURPOSE_NOT_GRANTED'],
    ] as const) {
      const { status, text } = await post([...bearer(token), ...headers]);
      expect([status, JSON.parse(text).errors[0].extensions.code], headers.join(' ')).toEqual([403, code]);
    }
  });
});

describe('a token that is revoked', () => {
  it('ends with the next request, by its id', async () => {
    const token = await api.tokenOf({ divisions: [EAST], reveals: 1 });
    expect((await post(bearer(token))).status).toBe(200);
    await revokeToken(api.database, tokenIdOf(token)!);
    expect((await post(bearer(token))).status).toBe(401);
    expect((await post(bearer(token))).status).toBe(401);
    expect((await post(bearer(await api.tokenFor([EAST])))).status).toBe(200);
  });

  it('ends also for who asks for nothing of anybody', async () => {
    const nothing = '{"query":"{ __typename }"}';
    const token = await api.tokenOf({ divisions: [EAST], reveals: 4 });
    expect((await post(bearer(token), '/graphql', nothing)).status).toBe(200);
    await revokeToken(api.database, tokenIdOf(token)!);
    expect((await post(bearer(token), '/graphql', nothing)).status).toBe(401);
  });

  it('ends with the next request, by its client', async () => {
    const token = await api.tokenOf({ divisions: [EAST], reveals: 2 });
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string };
    expect((await post(bearer(token))).status).toBe(200);
    await revokeClient(api.database, sub, new Date(Date.now() - 3_600_000));
    expect((await post(bearer(token))).status).toBe(200);
    await revokeClient(api.database, sub, null);
    expect((await post(bearer(token))).status).toBe(401);
  });
});

describe('a token of an OpenID Connect provider', () => {
  const granted = async () => {
    await api.tokenOf({ divisions: [EAST], reveals: 3 });
    // The same grant, for the provider's client.
    await api.database.query(
      `insert into client (county, name, organ, kind, registered_by) values ('530502', 'clinic-app', '卫健', 'program', 'one') on conflict do nothing`,
    );
    await api.database.query(
      `insert into access_grant (county, client, purpose, divisions, registers, fields, sharing, valid_until, proposed_by, confirmed_by, confirmed_at)
       select county, 'clinic-app', purpose, divisions, registers, fields, sharing, valid_until, proposed_by, confirmed_by, confirmed_at
       from access_grant where reveals = 3 and not exists (select from access_grant where client = 'clinic-app')`,
    );
  };

  it('shows what the client’s grants allow, and nothing by what it says of itself', async () => {
    await granted();
    const own = await post(bearer(await api.tokenOf({ divisions: [EAST], reveals: 3 })));
    const claims = { divisions: ['530502'], registers: ['police'], scope: 'admin', act: 'A1024', email: 'w@x.example' };
    const token = await provider.token({ claims });
    const answer = await post(bearer(token));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).data).toEqual(JSON.parse(own.text).data);
    const logged = await api.database.query(`select * from access_log where client = 'clinic-app'`);
    expect(JSON.stringify(logged)).toContain('A1024');
    expect(JSON.stringify(logged)).not.toContain('w@x.example');
  });

  it('ends with the next request where it is revoked here, also one without an id', async () => {
    await granted();
    const token = await provider.token();
    expect((await post(bearer(token))).status).toBe(200);
    await revokeToken(api.database, tokenIdOf(token)!);
    expect((await post(bearer(token))).status).toBe(401);
    const nameless = `${token.split('.')[0]}.e30.x`;
    expect(tokenIdOf(nameless)).toBe(createHash('sha256').update(nameless).digest('base64url'));
  });

  it('is not allowed while the provider is away: 503, and when to come again', async () => {
    await granted();
    const { issuer } = provider;
    const openId = readOpenIdSettings({ HUB_OIDC_ISSUER: issuer, HUB_OIDC_AUDIENCE: AUDIENCE })!;
    const token = await provider.token();
    const fresh = await openApi(null, 5000, { openId });
    try {
      await provider.goAway();
      const answer = await fetch(fresh.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', purpose: 'test' },
        body: BODY,
      });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
      expect(text).not.toContain(issuer);
      // The hub's own are answered meanwhile.
      expect((await fresh.ask([EAST], '{ people(first: 1) { totalCount } }')).status).toBe(200);
    } finally {
      await provider.comeBack();
      await fresh.close();
    }
  });
});
