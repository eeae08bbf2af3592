import { createCipheriv, createHash, hash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  indexOf,
  isSealed,
  maskedValue,
  openValue,
  SealBroken,
  UNSEALED,
  type SealedValue,
} from '../../src/model/sealing.js';
import { CIPHERS, createNonces, openAesGcm, openSm4, type CipherName } from '../../src/seal/ciphers.js';
import { maskNumbers } from '../../src/seal/mask-numbers.js';
import { openSeal, type Seal } from '../../src/seal/open-seal.js';
import { addDataKey, openSealKeys, type SealSettings } from '../../src/seal/seal-keys.js';
import { IMPORTERS } from '../../importers/index.js';

const NUMBER = '99050219900101002X';
const PHONE = '13812345678';
let home: string;
const settings = (more: Partial<SealSettings> = {}): SealSettings => ({
  home,
  suite: 'aes',
  masterKey: null,
  masterCommand: null,
  ...more,
});
const open = (more: Partial<SealSettings> = {}): Seal => openSeal(() => openSealKeys(settings(more), true));

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hub-seal-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the algorithms', () => {
  it('are the standards’ own: AES-256-GCM by the test case 14 of its specification', () => {
    const sealed = openAesGcm(Buffer.alloc(32), () => Buffer.alloc(12)).seal(Buffer.alloc(16), '');
    expect(sealed.subarray(12).toString('hex')).toBe(
      'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
    );
  });

  it('SM4 by the example of GB/T 32907, and in counter mode as it has to be', () => {
    const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    const block = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    expect(block.update(key).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
    const [master, nonce] = [randomBytes(32), randomBytes(12)];
    const text = Buffer.from(NUMBER.repeat(3));
    const sealed = openSm4(master, () => nonce).seal(text, 'name');
    const own = Buffer.from(hkdfSync('sm3', master, '', 'hub seal sm4', 16));
    const stream = Buffer.concat(
      [0, 1, 2, 3].map((count) => {
        const counter = Buffer.concat([nonce, Buffer.from([0, 0, 0, count])]);
        return createCipheriv('sm4-ecb', own, null).setAutoPadding(false).update(counter);
      }),
    );
    expect(sealed.subarray(12, -16)).toEqual(text.map((byte, i) => byte ^ stream[i]!));
    expect(sealed.subarray(-16)).toEqual(
      macOf(master, Buffer.concat([Buffer.from('name\0'), nonce, sealed.subarray(12, -16)])),
    );
  });

  it('SM3 by the example of GB/T 32905, HMAC-SHA-256 by RFC 4231', () => {
    expect(hash('sm3', 'abc', 'hex')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    const key = new Uint8Array(20).fill(0x0b);
    const secret = { algorithm: 'HMAC-SHA-256', keys: { number: key, phone: key, text: key } } as const;
    const expected = Buffer.from('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7', 'hex');
    expect(indexOf(secret, 'number', 'Hi There')).toBe(`HMAC-SHA-256:${expected.toString('base64url').slice(0, 22)}`);
  });

  it.each(Object.keys(CIPHERS) as CipherName[])('%s opens what it sealed, and nothing that was touched', (name) => {
    const cipher = CIPHERS[name](randomBytes(32));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
        const sealed = cipher.seal(Buffer.from(bytes), 'name');
        expect(cipher.open(sealed, 'name')).toEqual(Buffer.from(bytes));
        expect(() => cipher.open(sealed, 'other')).toThrow(SealBroken);
        expect(() => cipher.open(sealed.subarray(0, at % sealed.length), 'name')).toThrow(SealBroken);
        sealed[at % sealed.length]! ^= flip;
        expect(() => cipher.open(sealed, 'name')).toThrow(SealBroken);
      }),
    );
  });

  it('never take a nonce twice', () => {
    const [one, other] = [createNonces(), createNonces()];
    const seen = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? one : other)().toString('hex'));
    expect(new Set(seen).size).toBe(seen.length);
  });
});

/** HMAC by its definition, over the standard’s hash. @see RFC 2104 */
function macOf(master: Buffer, bytes: Buffer): Buffer {
  const key = Buffer.alloc(64);
  Buffer.from(hkdfSync('sm3', master, '', 'hub seal hmac-sm3', 32)).copy(key);
  const pad = (byte: number): Buffer => Buffer.from(key.map((each) => each ^ byte));
  const inner = createHash('sm3').update(pad(0x36)).update(bytes).digest();
  return createHash('sm3').update(pad(0x5c)).update(inner).digest().subarray(0, 16);
}

describe('a sealed value', () => {
  it.each([
    ['aes', 'AES-256-GCM:k1:', 'HMAC-SHA-256:'],
    ['sm', 'SM4-CTR+HMAC-SM3:k1:', 'HMAC-SM3:'],
  ] as const)('of %s names its algorithm and key, and is found by its index', (suite, cipher, index) => {
    const seal = open({ suite });
    const [one, again] = [seal.seal('number', NUMBER, ''), seal.seal('number', NUMBER, '')];
    expect(one.sealed.startsWith(cipher)).toBe(true);
    expect(one.index.startsWith(index)).toBe(true);
    expect(again.index).toBe(one.index);
    expect(again.sealed).not.toBe(one.sealed);
    expect(seal.open(one.sealed)).toBe(NUMBER);
    expect(seal.seal('phone', NUMBER, '').index).not.toBe(one.index);
    expect(open({ suite }).open(one.sealed)).toBe(NUMBER);
  });

  it('is refused by other keys, cut off or changed, and the error tells neither value nor key', () => {
    const { sealed } = open().seal('number', NUMBER, '');
    const other = mkdtempSync(join(home, 'other-'));
    const foreign = openSeal(() => openSealKeys(settings({ home: other }), true));
    const bad = [sealed.slice(0, -3), sealed.slice(0, 30), sealed.replace(/.$/u, (end) => (end === 'A' ? 'Q' : 'A'))];
    const errors = [
      errorOf(() => foreign.open(sealed)),
      ...bad.map((text) => errorOf(() => open().open(text))),
      errorOf(() => open().open(sealed.replace(':k1:', ':k9:'))),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(SealBroken);
      expect(error.message).toMatch(/AES-256-GCM:k\d/);
      expect(error.message).not.toContain(sealed.slice(20, 40));
    }
  });

  it('stays open after the key was replaced, and moves under the new one', () => {
    const { sealed, index } = open().seal('number', NUMBER, '');
    const after = openSeal(() => addDataKey(settings({ suite: 'sm' })));
    expect(after.open(sealed)).toBe(NUMBER);
    const moved = after.renew(sealed);
    expect(moved.startsWith('SM4-CTR+HMAC-SM3:k2:')).toBe(true);
    expect(after.renew(moved)).toBe(moved);
    expect(open().open(moved)).toBe(NUMBER);
    expect(after.seal('number', NUMBER, '').index).toBe(index);
  });

  it('may be bytes; bytes that were never sealed stay as they are', () => {
    const bytes = randomBytes(5000);
    const sealed = open().sealBytes(bytes);
    expect(sealed.includes(bytes.subarray(0, 16))).toBe(false);
    expect(open().openBytes(sealed)).toEqual(bytes);
    expect(open().openBytes(bytes)).toBe(bytes);
    sealed[sealed.length - 1]! ^= 1;
    expect(() => open().openBytes(sealed)).toThrow(SealBroken);
  });
});

describe('the keys', () => {
  it('lie in the hub’s home for the hub alone, wrapped by a key of its own', () => {
    open();
    for (const file of ['seal-keys.json', 'seal-master.key'])
      expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
  });

  it('may be wrapped by a key that is never on this disk', () => {
    const masterKey = randomBytes(32).toString('base64');
    const { sealed } = open({ masterKey }).seal('number', NUMBER, '');
    expect(() => statSync(join(home, 'seal-master.key'))).toThrow();
    expect(open({ masterCommand: `echo '${masterKey}'` }).open(sealed)).toBe(NUMBER);
    expect(() => open({ masterKey: randomBytes(32).toString('base64') })).toThrow(/does not open key/);
    expect(() => open({ masterKey: 'short' })).toThrow('HUB_SEAL_KEY must be 32 bytes in base64.');
    expect(() => open({ masterCommand: 'exit 3' })).toThrow('HUB_SEAL_COMMAND failed.');
  });

  it('are not made anew where they are lost', () => {
    open();
    rmSync(join(home, 'seal-master.key'));
    expect(() => open()).toThrow(/is gone/);
    writeFileSync(join(home, 'seal-keys.json'), readFileSync(join(home, 'seal-keys.json'), 'utf8').slice(0, 50));
    expect(() => open()).toThrow('seal-keys.json is not JSON.');
  });
});

describe('a record', () => {
  const dataset = IMPORTERS.flatMap(({ datasets }) => datasets).find(({ name }) => name === 'police/residents')!;

  it('keeps no whole number: in its columns, in what was written, in a remark, in a name', () => {
    const seal = open();
    const record = {
      stated: {
        name: `王小明${NUMBER}`,
        idNumber: NUMBER,
        phone: PHONE,
        address: `三组 联系 138 1234 5678`,
        householdNumber: '12',
      },
      raw: { idNumber: `９９０５０２ 19900101002x` },
    };
    const { stated, raw } = seal.sealerOf(dataset)(record);
    const text = JSON.stringify({ stated, raw });
    expect(text).not.toMatch(/\d{8}/u);
    expect(stated['idNumber']).toMatchObject({ masked: '990***************' });
    expect(stated['phone']).toMatchObject({ masked: '138********' });
    expect(stated['name']).toBe('王小明990***************');
    expect(seal.open((raw['name'] as SealedValue).sealed)).toBe(`王小明${NUMBER}`);
    expect(seal.open((raw['idNumber'] as SealedValue).sealed)).toBe(record.raw.idNumber);
    expect(openValue(seal, stated['idNumber']!)).toBe(NUMBER);
    expect(maskedValue([stated['idNumber']!, { phone: stated['phone']! }])).toEqual([
      '990***************',
      { phone: '138********' },
    ]);
    expect(isSealed(stated['idNumber']) && stated['idNumber'].index).toBe(indexOf(seal.secret, 'number', NUMBER));
  });

  it.each([
    ['身份证990502199001010020电话13812345678', '身份证990***************电话138********'],
    ['138-1234-5678，0872-2123456', '138********，087********'],
    ['１３８１２３４５６７８', '138********'],
    ['530502001002001', '530502001002001'],
    ['13812345678901234567890', '13812345678901234567890'],
    ['2026-09-30 12:00', '2026-09-30 12:00'],
  ])('%s becomes %s', (text, masked) => expect(maskNumbers(text)).toBe(masked));
});

it('is no duty: without keys everything stays as it was read', () => {
  const record = { stated: { idNumber: NUMBER }, raw: {} };
  expect(UNSEALED.sealerOf({ columns: [] })(record)).toBe(record);
  expect(UNSEALED.open(NUMBER)).toBe(NUMBER);
  expect(indexOf(UNSEALED.secret, 'number', NUMBER)).toBe(NUMBER);
});

it('seals and indexes enough values a second for a night', () => {
  const seal = open();
  const began = process.cpuUsage();
  for (let i = 0; i < 20_000; i += 1) seal.seal('number', String(990502199001010000n + BigInt(i)), '');
  const { user, system } = process.cpuUsage(began);
  const each = (user + system) / 1000 / 20_000;
  // A generous bar: a machine with nothing else to do takes a tenth of it.
  expect(each).toBeLessThan(0.2);
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
