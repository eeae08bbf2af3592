import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTokenKeys, signToken, TokenRefused, verifyToken, type TokenKeys } from '../../src/authorize/index.js';

const CLAIMS = { client: 'clinic-app', person: 'N-204' };
const home = mkdtempSync(join(tmpdir(), 'hub-keys-'));
let keys: TokenKeys;
beforeAll(async () => {
  keys = await openTokenKeys(home);
});
afterAll(() => rmSync(home, { recursive: true }));

const now = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = () => ({ alg: 'EdDSA', kid: keys.signing.kid, typ: 'JWT' });
const secret = () => JSON.parse(readFileSync(join(home, 'token-keys.json'), 'utf8')).keys[0];
describe('a token', () => {
  it('names its client and the officer, until it expires', async () => {
    const viewer = await verifyToken(keys, await signToken(keys, CLAIMS, 3600));
    expect(viewer).toMatchObject(CLAIMS);
    expect(viewer.expires.getTime() / 1000 - Date.now() / 1000).toBeCloseTo(3600, -1);
  });

  it('says who asks and nothing else: neither what for, nor how much, nor anything about a person', async () => {
    const [, payload] = (await signToken(keys, CLAIMS, 3600)).split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
    expect(Object.keys(claims).toSorted()).toEqual(['act', 'aud', 'exp', 'iat', 'iss', 'jti', 'sub']);
    expect(claims).toMatchObject({ sub: 'clinic-app', act: 'N-204', aud: 'grid-hub-api', iss: 'grid-hub' });
  });

  it('has an id of its own', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await verifyToken(keys, await signToken(keys, CLAIMS, 60))).token),
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{24}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('is verified by the keys that another start of the program reads from the same file, readable by its owner alone', async () => {
    const again = await openTokenKeys(home);
    await expect(verifyToken(again, await signToken(keys, CLAIMS, 60))).resolves.toMatchObject(CLAIMS);
    expect(statSync(join(home, 'token-keys.json')).mode & 0o777).toBe(0o600);
  });

  it('is no longer one a moment after it expires, however often it was shown before', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
    const text = await signToken(keys, CLAIMS, 10);
    await expect(verifyToken(keys, text)).resolves.toMatchObject(CLAIMS);
    vi.setSystemTime(Date.now() + 75_000);
    await expect(verifyToken(keys, text)).rejects.toThrow(TokenRefused);
    vi.useRealTimers();
  });

  it('ends with one key when two programs start at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'));
    const both = await Promise.all([openTokenKeys(folder), openTokenKeys(folder), openTokenKeys(folder)]);
    expect(new Set(both.map((each) => each.signing.kid)).size).toBe(1);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ client: '' }, 60],
    [{ client: 'Clinic App' }, 60],
    [{ client: "x'--" }, 60],
    [{ ...CLAIMS, person: '张三' }, 60],
    [{ ...CLAIMS, person: '' }, 60],
    [{ ...CLAIMS, person: '990102199001010018' }, 60],
    [{ ...CLAIMS, person: '13800000000' }, 60],
    [{ ...CLAIMS, person: 'wang@county.example' }, 60],
    [CLAIMS, 0],
    [CLAIMS, 12 * 3600 + 1],
    [CLAIMS, Number.NaN],
  ])('is not signed for %j, %d seconds', async (claims, lifetime) => {
    await expect(signToken(keys, claims, lifetime)).rejects.toThrow(RangeError);
  });
});

describe('what is no token', () => {
  const good = () => ({
    iss: 'grid-hub',
    aud: 'grid-hub-api',
    sub: 'x',
    iat: now(),
    exp: now() + 600,
    jti: 'a-token',
  });
  /** Signed with the hub's own key, whatever it says. */
  const signed = async (head: object, payload: unknown) => {
    const { createPrivateKey } = await import('node:crypto');
    const body = `${part(head)}.${part(payload)}`;
    return `${body}.${sign(null, Buffer.from(body), createPrivateKey({ key: secret(), format: 'jwk' })).toString('base64url')}`;
  };
  const without = (name: string) => Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name));
  const foreign = generateKeyPairSync('ed25519');

  it('is told from one that is, made the same way', async () => {
    await expect(verifyToken(keys, await signed(header(), good()))).resolves.toMatchObject({ client: 'x' });
  });

  const cases: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['nothing', () => ''],
    ['words', () => 'not a token'],
    ['alg none', () => `${part({ alg: 'none' })}.${part(good())}.`],
    ['alg nOnE', () => `${part({ ...header(), alg: 'nOnE' })}.${part(good())}.`],
    ['an empty signature', async () => `${(await signed(header(), good())).split('.').slice(0, 2).join('.')}.`],
    [
      'a signature of zeros',
      async () =>
        `${(await signed(header(), good())).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    [
      'a swapped payload',
      async () => {
        const [head, , signature] = (await signed(header(), good())).split('.');
        return `${head}.${part({ ...good(), sub: 'another' })}.${signature}`;
      },
    ],
    ['the algorithm by another name', () => signed({ ...header(), alg: 'Ed25519' }, good())],
    [
      'HS256 with the public key',
      () => {
        const body = `${part({ ...header(), alg: 'HS256' })}.${part(good())}`;
        return `${body}.${createHmac('sha256', secret().x as string)
          .update(body)
          .digest('base64url')}`;
      },
    ],
    [
      'another key under the same kid',
      () => {
        const body = `${part(header())}.${part(good())}`;
        return `${body}.${sign(null, Buffer.from(body), foreign.privateKey).toString('base64url')}`;
      },
    ],
    ['an unknown kid', () => signed({ ...header(), kid: 'nobody' }, good())],
    ['a kid that is a path', () => signed({ ...header(), kid: '../../dev/null' }, good())],
    ['a kid that is SQL', () => signed({ ...header(), kid: "' or 1=1 --" }, good())],
    ['no kid', () => signed({ alg: 'EdDSA', typ: 'JWT' }, good())],
    ['a key in the header', () => signed({ ...header(), jwk: foreign.publicKey.export({ format: 'jwk' }) }, good())],
    ['a chain in the header', () => signed({ ...header(), x5c: [] }, good())],
    ['an unknown extension', () => signed({ ...header(), crit: ['exp'], exp: 1 }, good())],
    ['another type', () => signed({ ...header(), typ: 'id+jwt' }, good())],
    ['an expired one', () => signed(header(), { ...good(), iat: now() - 700, exp: now() - 100 })],
    ['one for later', () => signed(header(), { ...good(), nbf: now() + 300 })],
    ['one issued in the future', () => signed(header(), { ...good(), iat: now() + 300, exp: now() + 900 })],
    ['another issuer’s', () => signed(header(), { ...good(), iss: 'somebody' })],
    ['another audience’s', () => signed(header(), { ...good(), aud: 'somebody' })],
    ['no audience', () => signed(header(), without('aud'))],
    ['no expiry', () => signed(header(), without('exp'))],
    ['no time of issue', () => signed(header(), without('iat'))],
    ['no subject', () => signed(header(), without('sub'))],
    ['a hundred years', () => signed(header(), { ...good(), exp: now() + 100 * 31_536_000 })],
    ['thirteen hours', () => signed(header(), { ...good(), exp: now() + 13 * 3600 })],
    ['no id of its own', () => signed(header(), without('jti'))],
    ['a subject that is no client', () => signed(header(), { ...good(), sub: "x' or true" })],
    ['an officer by name', () => signed(header(), { ...good(), act: '张三' })],
    ['an officer by identity number', () => signed(header(), { ...good(), act: '99010219900101001X' })],
    ['an officer by telephone', () => signed(header(), { ...good(), act: '13800000000' })],
    ['an officer in an object', () => signed(header(), { ...good(), act: { sub: 'N-204' } })],
    ['an id that is no text', () => signed(header(), { ...good(), jti: 7 })],
    ['an id of any length', () => signed(header(), { ...good(), jti: 'x'.repeat(201) })],
    ['times that are no numbers', () => signed(header(), { ...good(), exp: 'never' })],
    ['times without an end', () => signed(header(), { ...good(), exp: 1e300 })],
    ['a payload that is a list', () => signed(header(), [good()])],
    ['a token within a token', async () => signed({ ...header(), cty: 'JWT' }, await signed(header(), good()))],
    ['a megabyte', () => signed(header(), { ...good(), pad: 'x'.repeat(1_000_000) })],
  ];
  it.each(cases)('is refused: %s', async (_, make) => {
    await expect(verifyToken(keys, await make())).rejects.toThrow(TokenRefused);
  });

  it.each(['jku', 'x5u'])('has no key fetched from where its %s points', async (name) => {
    const knocked = vi.fn();
    const server = createServer((_, response) => response.end('{}')).on('connection', knocked);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    await expect(verifyToken(keys, await signed({ ...header(), [name]: url }, good()))).rejects.toThrow(TokenRefused);
    await new Promise((later) => setTimeout(later, 50));
    expect(knocked).not.toHaveBeenCalled();
    await new Promise((closed) => server.close(closed));
  });

  it('is refused without a word of what it says', async () => {
    const claims = { ...good(), aud: 'somebody', email: 'wang@county.example', name: '王小明' };
    const refused = await verifyToken(keys, await signed(header(), claims)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TokenRefused);
    expect(inspect(refused, { depth: 10, showHidden: true })).not.toMatch(/wang|王|somebody/);
  });

  it('is forgiven a clock that is a minute off, and no more', async () => {
    vi.useFakeTimers({ now: Math.floor(Date.now() / 1000) * 1000, toFake: ['Date'] });
    const told = async (claims: object) =>
      await verifyToken(keys, await signed(header(), { ...good(), ...claims })).then(
        () => 'taken',
        (error: unknown) => (error instanceof TokenRefused ? 'refused' : error),
      );
    expect([await told({ iat: now() + 60 }), await told({ iat: now() + 61 })]).toEqual(['taken', 'refused']);
    expect([await told({ nbf: now() + 60 }), await told({ nbf: now() + 61 })]).toEqual(['taken', 'refused']);
    const iat = now() - 600;
    expect([await told({ iat, exp: now() - 59 }), await told({ iat, exp: now() - 60 })]).toEqual(['taken', 'refused']);
    vi.useRealTimers();
  });
});
