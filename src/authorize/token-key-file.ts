import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** One algorithm, pinned: what a token's own header claims is only compared with it. */
export const ALGORITHM = 'EdDSA';

/** `token-keys.json` in the hub's home, readable by the hub's account alone. */
export interface TokenKeyFile {
  /** The first signs. Any other only verifies, until its time ends, and has lost its secret half. */
  readonly keys: readonly StoredKey[];
  /** For sealing numbers, 32 bytes each in base64url; the first seals. They stay while keys go: clients keep sealed places for months. */
  readonly sealing: readonly string[];
}

export interface StoredKey extends JWK {
  readonly kid: string;
  /** When it was made; null where an earlier version of the hub made it. */
  readonly made: string | null;
  /** ISO 8601; null for the one that signs. */
  readonly until: string | null;
}

export const keyFileOf = (home: string): string => join(home, 'token-keys.json');

/** Made at first use. @throws Error where the file cannot be read as one */
export async function openKeyFile(home: string): Promise<TokenKeyFile> {
  try {
    return parseKeyFile(readFileSync(keyFileOf(home), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return await makeKeyFile(home);
  }
}

/** @throws Error for what is not whole: half a file, no key, a first key that cannot sign */
export function parseKeyFile(text: string): TokenKeyFile {
  const { keys = [], sealing } = JSON.parse(text) as { keys?: readonly StoredKey[]; sealing?: readonly string[] };
  const [first] = keys;
  if (!first?.d || keys.some(({ kid, x }) => typeof kid !== 'string' || typeof x !== 'string')) {
    throw new Error('The file of token keys holds no key that signs.');
  }
  return {
    keys: keys.map((key) => ({ ...key, made: key.made ?? null, until: key.until ?? null })),
    sealing: sealing ?? keys.map((key) => sealingOf(key)),
  };
}

/** The secret of a new key, and a name for it, which is given to commands: in base64url one of 64 would begin like an option. */
export async function makeKey(): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const kid = randomBytes(6).toString('hex');
  return { ...(await exportJWK(privateKey)), kid, made: new Date().toISOString(), until: null };
}

/** Changes the file in one step: a reader finds the old one or the new one, and two changes at once take turns. */
export async function changeKeyFile(
  home: string,
  change: (file: TokenKeyFile) => TokenKeyFile | Promise<TokenKeyFile>,
): Promise<void> {
  await openKeyFile(home);
  const path = keyFileOf(home);
  const unlock = await lock(`${path}.lock`);
  try {
    const changed = await change(parseKeyFile(readFileSync(path, 'utf8')));
    const { uid, gid } = statSync(path);
    const draft = writeDraft(path, changed);
    // Changed by root, it still has to be readable by the account that the hub runs as.
    if (process.getuid?.() === 0) chownSync(draft, uid, gid);
    renameSync(draft, path);
  } finally {
    unlock();
  }
}

/** Two programs that start at once must end with one file: it is linked into place, which only the first can do. */
async function makeKeyFile(home: string): Promise<TokenKeyFile> {
  mkdirSync(home, { recursive: true });
  const key = await makeKey();
  const made: TokenKeyFile = { keys: [key], sealing: [sealingOf(key)] };
  const path = keyFileOf(home);
  const draft = writeDraft(path, made);
  try {
    linkSync(draft, path);
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return parseKeyFile(readFileSync(path, 'utf8'));
  } finally {
    rmSync(draft);
  }
}

function writeDraft(path: string, file: TokenKeyFile): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const opened = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(opened, `${JSON.stringify(file, null, 2)}\n`);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  return draft;
}

/** Milliseconds after which a lock is one that was left behind: a change takes a few. */
const LEFT_BEHIND = 30_000;

async function lock(path: string): Promise<() => void> {
  for (let tries = 0; ; tries += 1) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 200) throw error;
      const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
      if (Date.now() - mtimeMs > LEFT_BEHIND) rmSync(path, { force: true });
      await pause(50);
    }
  }
}

/** As the hub sealed before the file held these keys of their own: what was sealed then is opened still. */
const sealingOf = ({ d }: JWK): string =>
  Buffer.from(hkdfSync('sha256', d!, '', 'hub sealed numbers', 32)).toString('base64url');
