import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const signed = async (head: object, payload: object) => {
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
    ['a megabyte', () => signed(header(), { ...good(), pad: 'x'.repeat(1_000_000) })],
  ];
  it.each(cases)('is refused: %s', async (_, make) => {
    await expect(verifyToken(keys, await make())).rejects.toThrow(TokenRefused);
  });

  it('has no key fetched from where its header points', async () => {
    const asked = vi.fn();
    const server = createServer((_, response) => {
      asked();
      response.end('{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const jku = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    await expect(verifyToken(keys, await signed({ ...header(), jku }, good()))).rejects.toThrow(TokenRefused);
    expect(asked).not.toHaveBeenCalled();
    await new Promise((closed) => server.close(closed));
  });

  it('is forgiven a clock that is less than a minute off', async () => {
    await expect(verifyToken(keys, await signed(header(), { ...good(), iat: now() + 30 }))).resolves.toBeDefined();
    await expect(
      verifyToken(keys, await signed(header(), { ...good(), iat: now() - 600, exp: now() - 30 })),
    ).resolves.toBeDefined();
  });
});
