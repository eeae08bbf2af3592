import { hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';

/** The keys that tokens are signed with. The first of the file signs; all of it verifies, so that a key can be replaced. */
export interface TokenKeys {
  readonly signing: TokenKey;
  readonly verifying: ReadonlyMap<string, CryptoKey>;
  /** For sealing numbers, each derived from one of the keys; the first seals, all of them open. 32 bytes. */
  readonly sealing: readonly Buffer[];
}

export interface TokenKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

/** One algorithm, pinned: what a token's own header claims is only compared with it. */
export const ALGORITHM = 'EdDSA';

/** Opens `token-keys.json` in the hub's home, readable by the hub's account alone; made at first use. */
export async function openTokenKeys(home: string): Promise<TokenKeys> {
  const file = join(home, 'token-keys.json');
  let stored: StoredKeys;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8')) as StoredKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    stored = await makeKeys(home, file);
  }
  const keys = await Promise.all(stored.keys.map(readKey));
  const [first] = keys;
  if (!first) throw new Error(`${file} holds no key.`);
  return {
    signing: { kid: first.kid, key: first.secret },
    verifying: new Map(keys.map((key) => [key.kid, key.open])),
    sealing: stored.keys.map((jwk) => Buffer.from(hkdfSync('sha256', jwk.d!, '', 'hub sealed numbers', 32))),
  };
}

interface StoredKeys {
  readonly keys: readonly JWK[];
}

/** Two programs that start at once must end with one file: it is linked into place, which only the first can do. */
async function makeKeys(home: string, file: string): Promise<StoredKeys> {
  mkdirSync(home, { recursive: true });
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const made = { keys: [{ ...(await exportJWK(privateKey)), kid: randomBytes(9).toString('base64url') }] };
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return JSON.parse(readFileSync(file, 'utf8')) as StoredKeys;
  } finally {
    rmSync(draft);
  }
}

async function readKey(jwk: JWK): Promise<{ kid: string; secret: CryptoKey; open: CryptoKey }> {
  const { d: _secret, ...open } = jwk;
  return {
    kid: jwk.kid!,
    secret: (await importJWK(jwk, ALGORITHM)) as CryptoKey,
    open: (await importJWK(open, ALGORITHM)) as CryptoKey,
  };
}
