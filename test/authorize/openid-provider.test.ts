import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProvider } from '../../src/authorize/openid-provider.js';
import { isReachedSafely, readOpenIdSettings } from '../../src/authorize/openid-settings.js';
import { TokenRefused, TokensUnavailable, type OpenIdProvider } from '../../src/authorize/index.js';
import { AUDIENCE, startProvider } from './start-provider.js';

let there: Awaited<ReturnType<typeof startProvider>>;
let provider: OpenIdProvider;
const told: string[] = [];
const open = (more: Record<string, string> = {}) =>
  openProvider(readOpenIdSettings({ HUB_OIDC_ISSUER: there.issuer, HUB_OIDC_AUDIENCE: AUDIENCE, ...more })!, (why) =>
    told.push(why),
  );
beforeAll(async () => {
  // It says of itself that it is for trying only.
  for (const way of ['info', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => {});
  there = await startProvider();
});
afterAll(() => there.goAway());
beforeEach(() => {
  provider = open();
  there.asked.length = 0;
  told.length = 0;
});
afterEach(() => void vi.useRealTimers());

/** The clock stands until it is moved. */
const stopClock = () => vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const now = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Signed with a key of the provider, whatever it says. */
const signed = (head: object, payload: object, key: KeyObject = there.keyOf('first')) => {
  const body = `${part({ alg: 'RS256', kid: 'first', typ: 'at+jwt', ...head })}.${part(payload)}`;
  return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
};
const good = () => ({
  iss: there.issuer,
  aud: AUDIENCE,
  sub: 'clinic-app',
  client_id: 'clinic-app',
  jti: 'one',
  iat: now(),
  exp: now() + 600,
});

describe('a token of a provider', () => {
  it('names the client and the officer, until it expires', async () => {
    const holder = await provider.verify(await there.token({ claims: { act: 'A1024' }, seconds: 900 }));
    expect(holder).toMatchObject({
      client: 'clinic-app',
      person: 'A1024',
      token: expect.stringMatching(/^[\w-]{20,}$/),
    });
    expect((holder.expires.getTime() - holder.issued.getTime()) / 1000).toBe(900);
  });

  it('names nobody where the program asks for itself', async () => {
    await expect(provider.verify(await there.token())).resolves.toMatchObject({ person: null });
    const bySubject = open({ HUB_OIDC_PERSON_CLAIM: 'sub' });
    await expect(bySubject.verify(await there.token())).resolves.toMatchObject({ person: null });
    await expect(bySubject.verify(signed({}, { ...good(), sub: 'A7' }))).resolves.toMatchObject({ person: 'A7' });
  });

  it('names the officer by an actor’s subject, and either by the claims that the settings say', async () => {
    await expect(provider.verify(await there.token({ claims: { act: { sub: 'A7' } } }))).resolves.toMatchObject({
      person: 'A7',
    });
    const otherwise = open({ HUB_OIDC_CLIENT_CLAIM: 'https://county/app', HUB_OIDC_PERSON_CLAIM: 'staff' });
    const text = await there.token({ claims: { 'https://county/app': 'grid-app', staff: '0042', act: 'nobody' } });
    await expect(otherwise.verify(text)).resolves.toMatchObject({ client: 'grid-app', person: '0042' });
  });

  it('has everything else that it says about anybody passed over, also where it is refused', async () => {
    const claims = {
      email: 'wang@county.example',
      name: '王小明',
      preferred_username: 'wangxm',
      phone_number: '13800000000',
    };
    const holder = await provider.verify(await there.token({ claims }));
    expect(inspect(holder)).not.toMatch(/wang|王|138/);
    const refused = await provider
      .verify(await there.token({ claims, audience: 'urn:other' }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TokenRefused);
    expect(inspect(refused, { depth: 10, showHidden: true })).not.toMatch(/wang|王|138/);
  });

  it('is looked up by what it is itself where the provider gives no id', async () => {
    const { jti: _jti, ...rest } = good();
    const text = signed({}, rest);
    const { token } = await provider.verify(text);
    expect(token).toMatch(/^[\w-]{43}$/);
    await expect(provider.verify(text)).resolves.toMatchObject({ token });
  });
});

describe('what is no access token of the provider', () => {
  const hours = 3600;
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const cases: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['one for another audience', () => there.token({ audience: 'urn:county:tax' })],
    ['one of thirteen hours', () => there.token({ seconds: 13 * hours })],
    ['what tells the client who logged in', () => there.idToken({ nonce: 'n' })],
    ['an expired one', () => signed({}, { ...good(), iat: now() - 700, exp: now() - 100 })],
    ['one issued in the future', () => signed({}, { ...good(), iat: now() + 300, exp: now() + 900 })],
    ['another issuer’s', () => signed({}, { ...good(), iss: 'https://elsewhere.example' })],
    ['no expiry', () => signed({}, { ...good(), exp: undefined })],
    ['no time of issue', () => signed({}, { ...good(), iat: undefined })],
    ['no client', () => signed({}, { ...good(), client_id: undefined })],
    ['a client that is no name', () => signed({}, { ...good(), client_id: "x' or true --" })],
    ['an officer by e-mail', () => signed({}, { ...good(), act: 'wang@county.example' })],
    ['an officer by identity number', () => signed({}, { ...good(), act: '99010219900101001X' })],
    ['an officer by telephone', () => signed({}, { ...good(), act: '13800000000' })],
    ['a list of officers', () => signed({}, { ...good(), act: ['A1', 'A2'] })],
    ['one bound to its holder’s key', () => signed({}, { ...good(), cnf: { jkt: 'x' } })],
    ['a logout notice', () => signed({ typ: 'logout+jwt' }, good())],
    ['another key under the same kid', () => signed({}, good(), foreign.privateKey)],
    ['an unknown kid', () => signed({ kid: 'nobody' }, good())],
    ['a kid that is a path', () => signed({ kid: '../../dev/null' }, good())],
    [
      'another algorithm of the same key',
      () => {
        const body = `${part({ alg: 'PS256', kid: 'first', typ: 'at+jwt' })}.${part(good())}`;
        const key = { key: there.keyOf('first'), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
        return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
      },
    ],
    ['a shared secret', () => signed({ alg: 'HS256' }, good())],
    ['alg none', () => `${part({ alg: 'none', typ: 'at+jwt' })}.${part(good())}.`],
    [
      'a key in the header',
      () => signed({ jwk: foreign.publicKey.export({ format: 'jwk' }) }, good(), foreign.privateKey),
    ],
    ['an unknown extension', () => signed({ crit: ['x'], x: 1 }, good())],
    ['half of one', () => signed({}, good()).slice(0, -40)],
  ];
  it.each(cases)('is refused: %s', async (_, make) => {
    await expect(provider.verify(await make())).rejects.toThrow(TokenRefused);
  });

  it('is told from one that is, made the same way', async () => {
    await expect(provider.verify(signed({}, good()))).resolves.toMatchObject({ client: 'clinic-app', person: null });
  });

  it('is refused as what tells of a login also where the provider calls every token JWT, and the hub by the client’s name', async () => {
    const lax = open({ HUB_OIDC_TOKEN_TYPE: 'JWT', HUB_OIDC_AUDIENCE: 'clinic-app', HUB_OIDC_CLIENT_CLAIM: 'aud' });
    await expect(lax.verify(signed({ typ: 'JWT' }, { ...good(), aud: 'clinic-app' }))).resolves.toBeDefined();
    for (const claims of [{ nonce: 'n' }, { at_hash: 'h' }, { typ: 'ID' }]) {
      await expect(lax.verify(await there.idToken(claims))).rejects.toThrow(TokenRefused);
    }
  });

  it.each(['jku', 'x5u'])('has nothing fetched from where its %s points', async (name) => {
    const knocked = vi.fn();
    const elsewhere = createServer((_, response) => {
      knocked();
      response.end('{}');
    });
    elsewhere.on('connection', knocked);
    await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/keys`;
    await expect(provider.verify(signed({ [name]: url }, good(), foreign.privateKey))).rejects.toThrow(TokenRefused);
    expect(knocked).not.toHaveBeenCalled();
    expect(there.asked).toEqual([]);
    await new Promise((closed) => elsewhere.close(closed));
  });
});

describe('the provider’s keys', () => {
  const DISCOVERY = '/.well-known/openid-configuration';

  it('are read once for many tokens', async () => {
    const tokens = await Promise.all([there.token(), there.token(), there.token()]);
    there.asked.length = 0;
    await Promise.all(tokens.map((text) => provider.verify(text)));
    for (const text of tokens) await provider.verify(text);
    expect(there.asked).toEqual([DISCOVERY, '/jwks']);
  });

  it('are read anew for a key that is new, and one that was taken out verifies nothing a minute later', async () => {
    stopClock();
    const old = await there.token();
    await provider.verify(old);
    wait(15);
    there.addKey('second');
    await expect(provider.verify(await there.token())).resolves.toBeDefined();
    await expect(provider.verify(old)).resolves.toBeDefined();
    there.removeKey('first');
    wait(40);
    await expect(provider.verify(old)).rejects.toThrow(TokenRefused);
    await expect(provider.verify(await there.token())).resolves.toBeDefined();
    there.removeKey('second');
    there.addKey('first');
  });

  it('are not read anew for every kid that somebody makes up', async () => {
    await provider.verify(await there.token());
    there.asked.length = 0;
    for (let n = 0; n < 20; n += 1) {
      await expect(provider.verify(signed({ kid: `made-up-${n}` }, good()))).rejects.toThrow(TokenRefused);
    }
    expect(there.asked).toEqual([]);
  });

  it('cannot be had while the provider is away: nothing is allowed, nobody knocks all the time, and it goes on afterwards', async () => {
    stopClock();
    const text = await there.token();
    await provider.verify(text);
    await there.goAway();
    // What was read a moment ago still holds, whatever kid somebody makes up meanwhile.
    wait(15);
    await expect(provider.verify(signed({ kid: 'made-up' }, good()))).rejects.toThrow(TokensUnavailable);
    await expect(provider.verify(text)).resolves.toBeDefined();
    wait(25);
    await expect(provider.verify(text)).rejects.toThrow(TokensUnavailable);
    await there.comeBack();
    await expect(provider.verify(text)).rejects.toThrow(TokensUnavailable);
    expect(there.asked.filter((path) => path !== '/token')).toEqual([DISCOVERY, '/jwks']);
    wait(4);
    await expect(provider.verify(text)).resolves.toBeDefined();
  });

  it.each([
    [
      'answers 500',
      'The provider answered 500.',
      (_: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(500).end(),
    ],
    ['answers a page', 'SyntaxError', (_: unknown, response: { end(text: string): void }) => response.end('<html>')],
    [
      'is another’s',
      'The provider’s description is another issuer’s.',
      (_: unknown, response: { end(text: string): void }) =>
        response.end(JSON.stringify({ issuer: 'https://elsewhere.example', jwks_uri: `${there.issuer}/jwks` })),
    ],
    [
      'has its keys at an address that is not safe',
      'The provider’s keys are not where they can be had safely.',
      (_: unknown, response: { end(text: string): void }) =>
        response.end(
          JSON.stringify({
            issuer: there.issuer,
            jwks_uri: `data:application/json,${encodeURIComponent(JSON.stringify(there.jwks()))}`,
          }),
        ),
    ],
    [
      'sends one elsewhere',
      'TypeError',
      (_: unknown, response: { writeHead(status: number, headers: object): { end(): void } }) =>
        response.writeHead(302, { location: `${there.issuer}/other` }).end(),
    ],
    [
      'is long',
      'The provider’s answer is too large.',
      (_: unknown, response: { end(text: string): void }) =>
        response.end(
          JSON.stringify({ issuer: there.issuer, jwks_uri: `${there.issuer}/jwks`, x: 'x'.repeat(300_000) }),
        ),
    ],
  ])('are not had from a provider whose description %s', async (_, why, spoiled) => {
    const text = await there.token();
    there.spoil(spoiled as never);
    await expect(provider.verify(text)).rejects.toThrow(TokensUnavailable);
    expect(there.asked).toEqual(['/token', DISCOVERY]);
    there.mend();
    expect(told).toEqual([why]);
  });

  it('that cannot be had are told of once a minute, with nothing of what was sent', async () => {
    stopClock();
    const text = await there.token({ claims: { act: 'A1024' } });
    await there.goAway();
    for (let seconds = 0; seconds < 118; seconds += 4) {
      await expect(provider.verify(text)).rejects.toThrow(TokensUnavailable);
      wait(4);
    }
    await there.comeBack();
    expect(told).toEqual([
      expect.stringMatching(/^TypeError (ECONNREFUSED|UND_ERR_SOCKET)$/),
      'TypeError ECONNREFUSED',
    ]);
    await expect(provider.verify(text)).resolves.toBeDefined();
  });

  it('are not waited for longer than a few seconds', async () => {
    const text = await there.token();
    there.spoil(() => {});
    const began = Date.now();
    await expect(provider.verify(text)).rejects.toThrow(TokensUnavailable);
    expect(Date.now() - began).toBeLessThan(6000);
    there.mend();
  });
});

describe('the settings', () => {
  const set = (more: Record<string, string>) => () =>
    readOpenIdSettings({ HUB_OIDC_ISSUER: 'https://id.county.example/realms/hub', HUB_OIDC_AUDIENCE: 'hub', ...more });

  it('are none where no provider is named', () => {
    expect(readOpenIdSettings({})).toBeNull();
    expect(readOpenIdSettings({ HUB_OIDC_ISSUER: '' })).toBeNull();
  });

  it('have a default for all but the issuer and the audience', () => {
    expect(set({})()).toEqual({
      issuer: 'https://id.county.example/realms/hub',
      audience: 'hub',
      algorithm: 'RS256',
      tokenType: 'at+jwt',
      clientClaim: 'client_id',
      personClaim: 'act',
    });
  });

  it.each([
    [{ HUB_OIDC_ISSUER: 'http://id.county.example' }, 'HUB_OIDC_ISSUER'],
    [{ HUB_OIDC_ISSUER: 'http://127.0.0.1.county.example' }, 'HUB_OIDC_ISSUER'],
    [{ HUB_OIDC_ISSUER: 'https://user:word@id.county.example' }, 'HUB_OIDC_ISSUER'],
    [{ HUB_OIDC_ISSUER: 'id.county.example' }, 'HUB_OIDC_ISSUER'],
    [{ HUB_OIDC_ISSUER: 'file:///etc/passwd' }, 'HUB_OIDC_ISSUER'],
    [{ HUB_OIDC_AUDIENCE: '' }, 'HUB_OIDC_AUDIENCE'],
    [{ HUB_OIDC_ALGORITHM: 'none' }, 'HUB_OIDC_ALGORITHM'],
    [{ HUB_OIDC_ALGORITHM: 'HS256' }, 'HUB_OIDC_ALGORITHM'],
    [{ HUB_OIDC_TOKEN_TYPE: 'any' }, 'HUB_OIDC_TOKEN_TYPE'],
    [{ HUB_OIDC_PERSON_CLAIM: 'email' }, 'HUB_OIDC_PERSON_CLAIM'],
    [{ HUB_OIDC_PERSON_CLAIM: 'preferred_username' }, 'HUB_OIDC_PERSON_CLAIM'],
    [{ HUB_OIDC_PERSON_CLAIM: 'phone_number' }, 'HUB_OIDC_PERSON_CLAIM'],
  ])('are refused by name: %j', (more, name) => {
    expect(set(more as Record<string, string>)).toThrow(name);
  });

  it.each([
    ['https://keys.elsewhere.example/jwks?v=1', true],
    ['http://127.0.0.1:8080/jwks', false],
    ['http://id.county.example/jwks', false],
    ['data:application/json,{}', false],
    ['file:///etc/passwd', false],
    ['keys', false],
  ])('let an outside provider have its keys at %s: %s', (address, expected) => {
    expect(isReachedSafely(address, 'https://id.county.example')).toBe(expected);
  });

  it('take plain http within this machine', () => {
    for (const host of ['127.0.0.1:9000', '[::1]:9000', 'localhost:9000']) {
      expect(set({ HUB_OIDC_ISSUER: `http://${host}/x` })()?.issuer).toBe(`http://${host}/x`);
    }
  });
});
