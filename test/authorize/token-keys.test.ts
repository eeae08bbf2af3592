import { hkdfSync } from 'node:crypto';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  KeyRefused,
  listTokenKeys,
  openNumber,
  openPlace,
  openTokenKeys,
  retireTokenKey,
  rotateTokenKey,
  sealNumber,
  sealPlace,
  signToken,
  TokenRefused,
  TokensUnavailable,
  verifyToken,
  wasVerified,
} from '../../src/authorize/index.js';

const CLAIMS = { client: 'clinic-app', divisions: ['530502001'], registers: ['police'] };
const HOUR = 3600;

let home: string;
const file = () => join(home, 'token-keys.json');
const stored = () => JSON.parse(readFileSync(file(), 'utf8')) as { keys: Record<string, string>[]; sealing: string[] };
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hub-keys-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true });
});

/** The clock stands until it is moved. */
const stopClock = () => vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

it('signs with a new key at once, and a hub that runs takes what another program signed with it', async () => {
  const running = await openTokenKeys(home);
  const before = running.signing.kid;
  await verifyToken(running, await signToken(running, CLAIMS, 60));
  const kid = await rotateTokenKey(home, 12 * HOUR);
  const elsewhere = await openTokenKeys(home);
  expect(elsewhere.signing.kid).toBe(kid);
  await expect(verifyToken(running, await signToken(elsewhere, CLAIMS, 60))).resolves.toMatchObject({
    client: 'clinic-app',
  });
  await signToken(running, CLAIMS, 60);
  expect(running.signing.kid).toBe(kid);
  expect(kid).not.toBe(before);
});

it('takes what the key before signed while its overlap lasts, and not a moment longer, however often it was shown', async () => {
  stopClock();
  const running = await openTokenKeys(home);
  const text = await signToken(running, CLAIMS, 12 * HOUR);
  await rotateTokenKey(home, HOUR);
  wait(HOUR - 1);
  await expect(verifyToken(running, text)).resolves.toBeDefined();
  wait(1);
  await expect(verifyToken(running, text)).rejects.toThrow(TokenRefused);
});

it('ends every token that is out by an overlap of nothing', async () => {
  stopClock();
  const running = await openTokenKeys(home);
  const text = await signToken(running, CLAIMS, 12 * HOUR);
  await verifyToken(running, text);
  await rotateTokenKey(home, 0);
  wait(3);
  await expect(verifyToken(running, text)).rejects.toThrow(TokenRefused);
  expect(stored().keys).toHaveLength(1);
});

it.each([-1, 12 * HOUR + 1, Number.NaN])('is not rotated with an overlap of %d seconds', async (overlap) => {
  await expect(rotateTokenKey(home, overlap)).rejects.toThrow(RangeError);
});

it('tells a token that was found good before, also when it has expired, from one that never was', async () => {
  stopClock();
  const running = await openTokenKeys(home);
  const text = await signToken(running, CLAIMS, 60);
  expect(wasVerified(running, text)).toBe(false);
  await verifyToken(running, text);
  wait(3600);
  await expect(verifyToken(running, text)).rejects.toThrow(TokenRefused);
  expect(wasVerified(running, text)).toBe(true);
  expect(wasVerified(running, `${text.slice(0, -4)}AAAA`)).toBe(false);
});

it('does not lengthen the life of a key by another rotation', async () => {
  const running = await openTokenKeys(home);
  const { kid } = running.signing;
  await rotateTokenKey(home, HOUR);
  const until = (await listTokenKeys(home)).find((key) => key.kid === kid)!.until;
  await rotateTokenKey(home, 12 * HOUR);
  expect((await listTokenKeys(home)).find((key) => key.kid === kid)!.until).toBe(until);
  expect(await listTokenKeys(home)).toHaveLength(3);
});

it('refuses what a retired key signed within a minute, in a hub that runs', async () => {
  stopClock();
  const running = await openTokenKeys(home);
  const { kid } = running.signing;
  const text = await signToken(running, CLAIMS, 12 * HOUR);
  await rotateTokenKey(home, 12 * HOUR);
  await expect(verifyToken(running, text)).resolves.toBeDefined();
  await retireTokenKey(home, kid);
  wait(3);
  await expect(verifyToken(running, text)).rejects.toThrow(TokenRefused);
  expect((await listTokenKeys(home)).map((key) => key.kid)).not.toContain(kid);
});

it.each([
  ['written over', (text: string) => writeFileSync(file(), text)],
  [
    'another file under its name',
    (text: string) => {
      writeFileSync(`${file()}.new`, text);
      renameSync(`${file()}.new`, file());
    },
  ],
])('follows a file that is %s by somebody else', async (_, replace) => {
  stopClock();
  const running = await openTokenKeys(home);
  const text = await signToken(running, CLAIMS, 12 * HOUR);
  await verifyToken(running, text);
  const elsewhere = mkdtempSync(join(tmpdir(), 'hub-keys-'));
  const others = await openTokenKeys(elsewhere);
  replace(readFileSync(join(elsewhere, 'token-keys.json'), 'utf8'));
  wait(3);
  await expect(verifyToken(running, text)).rejects.toThrow(TokenRefused);
  await expect(verifyToken(running, await signToken(others, CLAIMS, 60))).resolves.toBeDefined();
  rmSync(elsewhere, { recursive: true });
});

it('keeps to what it knows while the file is half a file, says after a minute that it cannot tell, and goes on once it is whole', async () => {
  stopClock();
  const running = await openTokenKeys(home);
  const text = await signToken(running, CLAIMS, 12 * HOUR);
  const whole = readFileSync(file(), 'utf8');
  writeFileSync(file(), whole.slice(0, 80));
  wait(3);
  await expect(verifyToken(running, text)).resolves.toBeDefined();
  wait(56);
  await expect(verifyToken(running, text)).rejects.toThrow(TokensUnavailable);
  await expect(verifyToken(running, text)).rejects.toThrow(TokensUnavailable);
  writeFileSync(file(), whole);
  await expect(verifyToken(running, text)).resolves.toBeDefined();
});

it('keeps no secret of a key that no longer signs, in a file that its owner alone reads', async () => {
  await openTokenKeys(home);
  await rotateTokenKey(home, HOUR);
  const [first, second] = stored().keys;
  expect(first!['d']).toBeTypeOf('string');
  expect(second!['d']).toBeUndefined();
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(['token-keys.json']);
});

it('makes two changes at once take turns', async () => {
  const { signing } = await openTokenKeys(home);
  const made = await Promise.all([rotateTokenKey(home, HOUR), rotateTokenKey(home, HOUR), rotateTokenKey(home, HOUR)]);
  const kept = (await listTokenKeys(home)).map((key) => key.kid);
  expect(kept.toSorted()).toEqual([...made, signing.kid].toSorted());
});

it('waits while another program changes the file, and does not wait for one that died over it', async () => {
  const { signing } = await openTokenKeys(home);
  const lock = `${file()}.lock`;
  writeFileSync(lock, '');
  const rotation = rotateTokenKey(home, HOUR);
  await new Promise((later) => setTimeout(later, 150));
  expect(stored().keys.map((key) => key['kid'])).toEqual([signing.kid]);
  rmSync(lock);
  await rotation;
  writeFileSync(lock, '');
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(lock, longAgo, longAgo);
  await rotateTokenKey(home, HOUR);
  expect(stored().keys).toHaveLength(3);
});

it('does not retire the key that signs, nor one that it does not have', async () => {
  const { signing } = await openTokenKeys(home);
  await expect(retireTokenKey(home, signing.kid)).rejects.toEqual(new KeyRefused('SIGNS'));
  await expect(retireTokenKey(home, 'nobody')).rejects.toEqual(new KeyRefused('UNKNOWN'));
});

it('opens what was sealed before the keys were changed: a client keeps its place in a log for months', async () => {
  const running = await openTokenKeys(home);
  const { kid } = running.signing;
  const sealed = sealNumber(running, 'change', '530502', 12_345);
  const place = sealPlace(running, 'ReviewPair', '530502', [1.5, 4503599627370495]);
  await rotateTokenKey(home, HOUR);
  await retireTokenKey(home, kid);
  await running.refresh(0);
  expect(openNumber(running, 'change', '530502', sealed)).toBe(12_345);
  expect(sealNumber(running, 'change', '530502', 12_345)).toBe(sealed);
  expect(openPlace(running, 'ReviewPair', '530502', place)).toEqual([1.5, 4503599627370495]);
  expect(openPlace(running, 'Decision', '530502', place)).toBeNull();
  expect(openPlace(running, 'ReviewPair', '530503', place)).toBeNull();
});

it('reads a file of the hub’s first version, and seals as that did', async () => {
  await openTokenKeys(home);
  const { made: _made, until: _until, ...key } = stored().keys[0]!;
  writeFileSync(file(), JSON.stringify({ keys: [key] }));
  const keys = await openTokenKeys(home);
  expect(keys.sealing).toEqual([Buffer.from(hkdfSync('sha256', key['d']!, '', 'hub sealed numbers', 32))]);
  await rotateTokenKey(home, HOUR);
  await keys.refresh(0);
  expect(keys.sealing).toEqual([Buffer.from(hkdfSync('sha256', key['d']!, '', 'hub sealed numbers', 32))]);
  expect(await listTokenKeys(home)).toMatchObject([{ until: null }, { kid: key['kid'], made: null }]);
});
