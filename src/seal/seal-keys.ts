import { execFileSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INDEXED, SealBroken, type IndexAlgorithm, type IndexSecret } from '../model/sealing.js';
import { CIPHERS, derive, type Cipher, type CipherName } from './ciphers.js';

/** Which algorithms new keys are for; what was sealed before keeps the name of its own. */
export const SUITES = {
  aes: { cipher: 'AES-256-GCM', index: 'HMAC-SHA-256' },
  sm: { cipher: 'SM4-CTR+HMAC-SM3', index: 'HMAC-SM3' },
} as const satisfies Record<string, { cipher: CipherName; index: IndexAlgorithm }>;
export type Suite = keyof typeof SUITES;

/** Where the master key comes from that wraps all others. */
export interface SealSettings {
  readonly home: string;
  readonly suite: Suite;
  /** Base64 of 32 bytes; null: a file of the hub's home, made at first use. */
  readonly masterKey: string | null;
  /** A program of a key store that writes the master key, base64, to its standard output; outranks the others. */
  readonly masterCommand: string | null;
}

export interface SealKeys {
  /** Seals; the last of the file. */
  readonly current: DataKey;
  /** All that ever sealed, by id. */
  readonly all: ReadonlyMap<string, DataKey>;
  readonly index: IndexSecret;
  /** Base64url; names these keys and tells nothing of them. */
  readonly fingerprint: string;
}

export interface DataKey {
  readonly id: string;
  readonly algorithm: CipherName;
  /** RFC 3339 */
  readonly made: string;
  readonly cipher: Cipher;
}

const FILE = 'seal-keys.json';
const MASTER_FILE = 'seal-master.key';

/**
 * Opens `seal-keys.json` of the hub's home, readable by the hub's account alone.
 * @param mayMake at first use; keys that are lost are not made anew
 * @throws SealBroken
 */
export function openSealKeys(settings: SealSettings, mayMake: boolean): SealKeys {
  const file = join(settings.home, FILE);
  const stored = readStored(file);
  if (stored) return unwrapAll(stored, openMaster(settings, false));
  if (!mayMake)
    throw new SealBroken(
      `${file} is gone, and no number can be opened without it: bring it back from where it was saved.`,
    );
  const master = openMaster(settings, true);
  const { cipher, index } = SUITES[settings.suite];
  const made: StoredKeys = {
    index: { algorithm: index, wrappedBy: cipher, wrapped: wrap(master, cipher, 'index', randomBytes(32)) },
    keys: [makeKey(master, cipher, 1)],
  };
  placeOnce(file, `${JSON.stringify(made, null, 2)}\n`);
  return unwrapAll(readStored(file)!, master);
}

/** Makes a new data key, by which everything is sealed from now on; what older ones sealed stays open. */
export function addDataKey(settings: SealSettings): SealKeys {
  const before = openSealKeys(settings, false);
  const file = join(settings.home, FILE);
  const stored = readStored(file)!;
  const master = openMaster(settings, false);
  const after = {
    ...stored,
    keys: [...stored.keys, makeKey(master, SUITES[settings.suite].cipher, before.all.size + 1)],
  };
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(after, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
  return unwrapAll(after, master);
}

interface StoredKeys {
  readonly index: { readonly algorithm: IndexAlgorithm; readonly wrappedBy: CipherName; readonly wrapped: string };
  readonly keys: readonly StoredKey[];
}

interface StoredKey {
  readonly id: string;
  readonly algorithm: CipherName;
  readonly made: string;
  readonly wrapped: string;
}

function readStored(file: string): StoredKeys | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StoredKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // A syntax error would cite the file.
    throw error instanceof SyntaxError ? new SealBroken(`${FILE} is not JSON.`) : error;
  }
}

function makeKey(master: Buffer, algorithm: CipherName, number: number): StoredKey {
  const id = `k${number}`;
  return { id, algorithm, made: new Date().toISOString(), wrapped: wrap(master, algorithm, id, randomBytes(32)) };
}

/** The master key wraps with the algorithm of the key that is wrapped: a hub of SM4 has nothing of AES. */
function wrap(master: Buffer, algorithm: CipherName, id: string, key: Buffer): string {
  return masterCipher(master, algorithm).seal(key, `hub key ${id}`).toString('base64url');
}

function unwrap(master: Buffer, algorithm: CipherName, id: string, wrapped: string): Buffer {
  if (!(algorithm in CIPHERS))
    throw new SealBroken(`Key ${id} of ${FILE} is for an algorithm that the hub does not have.`);
  try {
    return masterCipher(master, algorithm).open(Buffer.from(wrapped, 'base64url'), `hub key ${id}`);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new SealBroken(`The master key does not open key ${id} of ${FILE}: ${error.message}.`);
  }
}

function masterCipher(master: Buffer, algorithm: CipherName): Cipher {
  const digest = algorithm === 'AES-256-GCM' ? 'sha256' : 'sm3';
  return CIPHERS[algorithm](derive(digest, master, 'hub seal wrapping', 32));
}

function unwrapAll(stored: StoredKeys, master: Buffer): SealKeys {
  const keys = stored.keys.map(({ id, algorithm, made, wrapped }): DataKey => {
    const cipher = CIPHERS[algorithm]?.(unwrap(master, algorithm, id, wrapped));
    return { id, algorithm, made, cipher };
  });
  const { algorithm, wrappedBy, wrapped } = stored.index;
  const secret = unwrap(master, wrappedBy, 'index', wrapped);
  const digest = algorithm === 'HMAC-SM3' ? 'sm3' : 'sha256';
  return {
    current: keys.at(-1)!,
    all: new Map(keys.map((key) => [key.id, key])),
    index: {
      algorithm,
      keys: Object.fromEntries(
        INDEXED.map((kind) => [kind, derive(digest, secret, `hub blind index ${kind}`, 32)]),
      ) as unknown as IndexSecret['keys'],
    },
    fingerprint: hash('sha256', derive(digest, secret, 'hub seal fingerprint', 32), 'base64url').slice(0, 16),
  };
}

function openMaster({ home, masterKey, masterCommand }: SealSettings, mayMake: boolean): Buffer {
  if (masterCommand !== null) return readMaster(runKeyStore(masterCommand), 'HUB_SEAL_COMMAND');
  if (masterKey !== null) return readMaster(masterKey, 'HUB_SEAL_KEY');
  const file = join(home, MASTER_FILE);
  if (mayMake) {
    mkdirSync(home, { recursive: true });
    placeOnce(file, `${randomBytes(32).toString('base64')}\n`);
  }
  try {
    return readMaster(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new SealBroken(
      `${file} is gone, and ${FILE} cannot be opened without it: bring it back from where it was saved, or set HUB_SEAL_KEY.`,
    );
  }
}

function runKeyStore(command: string): string {
  try {
    return execFileSync('/bin/sh', ['-c', command], {
      encoding: 'utf8',
      timeout: 30_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // What the program wrote may be half a key.
    throw new SealBroken('HUB_SEAL_COMMAND failed.');
  }
}

function readMaster(text: string, from: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) throw new SealBroken(`${from} must be 32 bytes in base64.`);
  return key;
}

/** Two programs that start at once must end with one file: it is linked into place, which only the first can do. */
function placeOnce(file: string, content: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}
