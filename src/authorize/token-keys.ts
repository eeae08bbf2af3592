import { readFile } from 'node:fs/promises';
import { importJWK, type CryptoKey } from 'jose';
import { openProvider, type OpenIdProvider } from './openid-provider.js';
import type { OpenIdSettings } from './openid-settings.js';
import { TokensUnavailable } from './token-holder.js';
import {
  ALGORITHM,
  keyFileOf,
  openKeyFile,
  parseKeyFile,
  type StoredKey,
  type TokenKeyFile,
} from './token-key-file.js';

/** The keys that tokens are signed with, as the file has them now: it may be replaced while the hub runs. */
export interface TokenKeys {
  readonly signing: SigningKey;
  /** By `kid`. Another map whenever the keys are others. */
  readonly verifying: ReadonlyMap<string, VerifyingKey>;
  /** For sealing numbers; the first seals, all of them open. 32 bytes. */
  readonly sealing: readonly Buffer[];
  /** Whose tokens are accepted besides; null: nobody's. */
  readonly provider: OpenIdProvider | null;
  /**
   * Reads the file anew, unless that was done less than `age` milliseconds ago.
   * @throws TokensUnavailable where it could not be read for so long that a key may have been taken out of it
   */
  refresh(age?: number): Promise<void>;
}

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

export interface VerifyingKey {
  readonly key: CryptoKey;
  /** Milliseconds; a key that was replaced verifies until then. */
  readonly until: number;
}

/** Milliseconds. A key that was taken out is refused within a minute, also where the file cannot be read meanwhile. */
const LOOKED_AT_EVERY = 2000;
const TRUSTED_UNREAD = 45_000;

/**
 * Opens `token-keys.json` in the hub's home; made at first use.
 * @param onAway told why the provider's keys cannot be had, once a minute at most
 */
export async function openTokenKeys(
  home: string,
  openId: OpenIdSettings | null = null,
  onAway?: (why: string) => void,
): Promise<TokenKeys> {
  const path = keyFileOf(home);
  let text = '';
  let ring = await readKeys(await openKeyFile(home));
  let [tried, read] = [0, Date.now()];
  let reading: Promise<void> | null = null;
  const readAgain = async (): Promise<void> => {
    try {
      const found = await readFile(path, 'utf8');
      // Compared whole: who puts a file of yesterday back keeps its time and perhaps its size.
      if (found !== text) [ring, text] = [await readKeys(parseKeyFile(found)), found];
      read = Date.now();
    } catch (cause) {
      if (Date.now() - read > TRUSTED_UNREAD) throw new TokensUnavailable({ cause });
    }
  };
  return {
    provider: openId && openProvider(openId, onAway),
    get signing() {
      return ring.signing;
    },
    get verifying() {
      return ring.verifying;
    },
    get sealing() {
      return ring.sealing;
    },
    refresh: async (age = LOOKED_AT_EVERY) => {
      const now = Date.now();
      // A file that cannot be read is looked at by every request, until it can.
      if (!reading && now - tried < age && now >= tried && now - read < TRUSTED_UNREAD) return;
      tried = now;
      reading ??= readAgain().finally(() => {
        reading = null;
      });
      await reading;
    },
  };
}

type Ring = Pick<TokenKeys, 'signing' | 'verifying' | 'sealing'>;

async function readKeys({ keys, sealing }: TokenKeyFile): Promise<Ring> {
  const [first] = keys;
  return {
    signing: { kid: first!.kid, key: await importKey(first!) },
    verifying: new Map(
      await Promise.all(
        keys.map(async ({ d: _secret, ...open }) => {
          const until = open.until === null ? Infinity : Date.parse(open.until);
          return [open.kid, { key: await importKey(open), until }] as const;
        }),
      ),
    ),
    sealing: sealing.map((secret) => Buffer.from(secret, 'base64url')),
  };
}

const importKey = async ({ kty, crv, x, d }: Partial<StoredKey>): Promise<CryptoKey> =>
  (await importJWK({ kty: kty!, crv, x, ...(d !== undefined && { d }) }, ALGORITHM)) as CryptoKey;
