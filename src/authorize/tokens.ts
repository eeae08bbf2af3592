import { randomBytes } from 'node:crypto';
import { decodeJwt, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose';
import type { TokenHolder } from '../model/viewer.js';
import { ALGORITHM } from './token-key-file.js';
import {
  CLOCK_SKEW,
  FORBIDDEN_HEADERS,
  holderOf,
  isClient,
  isStaffNumber,
  LONGEST_LIFE,
  TokenRefused,
  TokensUnavailable,
} from './token-holder.js';
import type { TokenKeys, VerifyingKey } from './token-keys.js';

const ISSUER = 'grid-hub';
const AUDIENCE = 'grid-hub-api';
const LONGEST_TEXT = 8192;

export interface TokenClaims {
  readonly client: string;
  /** Staff number of the officer behind it; never a name. */
  readonly person?: string;
}

/**
 * Signs a token. It names a client, perhaps an officer's staff number, and nothing of what the client may see.
 * @param lifetime seconds, at most 12 hours
 * @throws RangeError for a lifetime, client or staff number that no token may have
 */
export async function signToken(keys: TokenKeys, claims: TokenClaims, lifetime: number): Promise<string> {
  if (!(lifetime > 0 && lifetime <= LONGEST_LIFE)) throw new RangeError(`A token lives 1…${LONGEST_LIFE} seconds.`);
  if (!isClient(claims.client)) throw new RangeError('A client is named a-z, 0-9 and -, 1…48 characters.');
  if (claims.person !== undefined && !isStaffNumber(claims.person)) {
    throw new RangeError(
      'A staff number is A-Z, a-z, 0-9, . _ and -, 1…32 characters, and no identity number or telephone.',
    );
  }
  // A key that was made a moment ago signs at once.
  await keys.refresh(0);
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ ...(claims.person !== undefined && { act: claims.person }) })
    .setProtectedHeader({ alg: ALGORITHM, kid: keys.signing.kid, typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(claims.client)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.floor(lifetime))
    .setJti(randomBytes(12).toString('hex'))
    .sign(keys.signing.key);
}

/**
 * What the token says, be it the hub's own or the provider's, whose issuer it then names.
 * @throws TokenRefused whatever is wrong with it @throws TokensUnavailable where that cannot be told
 */
export async function verifyToken(keys: TokenKeys, text: string): Promise<TokenHolder> {
  if (text.length > LONGEST_TEXT) throw new TokenRefused();
  await keys.refresh();
  const known = recall(keys, text);
  if (known) return known;
  if (keys.provider && issuerOf(text) === keys.provider.issuer) {
    return remember(keys, text, await keys.provider.verify(text), Date.now() + PROVIDER_KEPT_FOR);
  }
  try {
    let until = Infinity;
    const findKey = async (header: JWTHeaderParameters) => {
      const found = await keyOf(keys, header);
      until = found.until;
      return found.key;
    };
    const { payload } = await jwtVerify(text, findKey, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'jti'],
      clockTolerance: CLOCK_SKEW,
      maxTokenAge: LONGEST_LIFE,
      typ: 'JWT',
    });
    return remember(keys, text, holderOf(text, payload, payload.sub, payload['act'] ?? null), until);
  } catch (error) {
    if (error instanceof TokensUnavailable) throw error;
    throw new TokenRefused(error);
  }
}

/** A signature is a quarter of a millisecond; one that was found good a moment ago is good. */
const verified = new WeakMap<
  TokenKeys['verifying'],
  Map<string, { readonly holder: TokenHolder; readonly until: number }>
>();
const KEPT_FOR = 30_000;
/** With the time that the provider's keys are kept for: less than a minute. */
const PROVIDER_KEPT_FOR = 20_000;
const MOST_KEPT = 1000;

function recall(keys: TokenKeys, text: string): TokenHolder | null {
  const kept = verified.get(keys.verifying)?.get(text);
  return kept && Date.now() < kept.until ? kept.holder : null;
}

/** Whether this very token was found good before, be it expired by now; it costs next to nothing to tell. */
export function wasVerified(keys: TokenKeys, text: string): boolean {
  return verified.get(keys.verifying)?.has(text) ?? false;
}

/** @param keyUntil milliseconds; when the key that signed it ends */
function remember(keys: TokenKeys, text: string, holder: TokenHolder, keyUntil: number): TokenHolder {
  let kept = verified.get(keys.verifying);
  if (!kept) verified.set(keys.verifying, (kept = new Map()));
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, { holder, until: Math.min(Date.now() + KEPT_FOR, holder.expires.getTime(), keyUntil) });
  return holder;
}

async function keyOf(keys: TokenKeys, header: JWTHeaderParameters): Promise<VerifyingKey> {
  const { kid } = header;
  if (FORBIDDEN_HEADERS.some((name) => name in header) || typeof kid !== 'string') throw new TokenRefused();
  // One that was made since the file was looked at is known at once.
  if (!keys.verifying.has(kid)) await keys.refresh(0);
  const found = keys.verifying.get(kid);
  if (!found || Date.now() >= found.until) throw new TokenRefused();
  return found;
}

/** As the token says, unproved: whose keys are to be asked. */
function issuerOf(text: string): string | undefined {
  try {
    return decodeJwt(text).iss;
  } catch (error) {
    throw new TokenRefused(error);
  }
}
