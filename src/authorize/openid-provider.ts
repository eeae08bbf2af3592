import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { TokenHolder } from '../model/viewer.js';
import {
  CLOCK_SKEW,
  FORBIDDEN_HEADERS,
  holderOf,
  LONGEST_LIFE,
  TokenRefused,
  TokensUnavailable,
} from './token-holder.js';
import { isReachedSafely, type OpenIdSettings } from './openid-settings.js';

/** An OpenID Connect provider whose access tokens are accepted beside the hub's own. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** @throws TokenRefused whatever is wrong with it @throws TokensUnavailable where the provider's keys cannot be had */
  verify(text: string): Promise<TokenHolder>;
}

/** Milliseconds. What was verified is remembered for 20 s besides: a key that the provider takes out is refused within a minute. */
const KEYS_KEPT = 35_000;
/** An unknown `kid` has the keys read anew, but not by every token that makes one up. */
const KEYS_READ_AT_MOST_EVERY = 10_000;
const DISCOVERED_ANEW = 3_600_000;
const PATIENCE = 3000;
/** After a failure nothing is asked for so long: whoever sends tokens must not make us knock. */
const LEFT_IN_PEACE = 3000;
const LARGEST_ANSWER = 256 * 1024;

/** Of its being away the operator is told so often at most. */
const TOLD_EVERY = 60_000;

/**
 * Nothing is fetched before the first token of the provider comes.
 * @param onAway told why its keys cannot be had: in words of ours or by the name and code of an error, never with anything of a token
 */
export function openProvider(settings: OpenIdSettings, onAway: (why: string) => void = () => {}): OpenIdProvider {
  let toldAt = -Infinity;
  const tell = (cause: unknown): void => {
    if (Math.abs(Date.now() - toldAt) < TOLD_EVERY) return;
    toldAt = Date.now();
    onAway(whyOf(cause));
  };
  const fetchSmall = openFetch();
  let found: { readonly keys: Promise<RemoteKeys>; readonly at: number } | null = null;
  const discovered = (): Promise<RemoteKeys> => {
    if (!found || Math.abs(Date.now() - found.at) > DISCOVERED_ANEW) {
      found = { keys: discover(settings, fetchSmall), at: Date.now() };
    }
    return found.keys;
  };
  const findKey: JWTVerifyGetKey = async (header, token) => {
    // Before anything is fetched: the provider is who the settings name, never who the token names.
    if (FORBIDDEN_HEADERS.some((name) => name in header)) throw new TokenRefused();
    let keys: RemoteKeys | null = null;
    try {
      keys = await discovered();
      return await keys(header, token);
    } catch (cause) {
      if (cause instanceof errors.JOSEError && !NOT_HAD.has(cause.code)) throw cause;
      // What is known of the provider may be out of date; keys that are fresh go on verifying.
      if (!keys?.fresh) found = null;
      tell(cause);
      throw new TokensUnavailable({ cause });
    }
  };
  return {
    issuer: settings.issuer,
    verify: async (text) => {
      try {
        const { payload } = await jwtVerify(text, findKey, {
          algorithms: [settings.algorithm],
          issuer: settings.issuer,
          audience: settings.audience,
          typ: settings.tokenType,
          requiredClaims: ['exp', 'iat', settings.clientClaim],
          clockTolerance: CLOCK_SKEW,
          maxTokenAge: LONGEST_LIFE,
        });
        if (!isAccessToken(payload)) throw new TokenRefused();
        const client = payload[settings.clientClaim];
        return holderOf(text, payload, client, personOf(payload, client, settings));
      } catch (error) {
        throw error instanceof TokensUnavailable || error instanceof TokenRefused ? error : new TokenRefused(error);
      }
    },
  };
}

/**
 * What a provider signs besides access tokens has claims of its own, also where its header says no more than JWT; and a token that is bound
 * to its holder's key (`cnf`) is no bearer's.
 */
const isAccessToken = (payload: JWTPayload): boolean =>
  !['nonce', 'at_hash', 'c_hash', 's_hash', 'cnf', 'events'].some((name) => name in payload) &&
  (payload['typ'] === undefined || payload['typ'] === 'Bearer');

/** Null where nobody but the program itself asks. `act` may be an object whose `sub` is the officer. @see RFC 8693 §4.1 */
function personOf(payload: JWTPayload, client: unknown, { personClaim }: OpenIdSettings): unknown {
  const stated = payload[personClaim] ?? null;
  const person = typeof stated === 'object' && stated !== null ? (stated as { sub?: unknown }).sub : stated;
  return personClaim === 'sub' && person === client ? null : person;
}

/** Why the provider's keys cannot be had; the sentence is ours. */
class ProviderAway extends Error {}

/** What a library says may quote what was answered, or what was asked for. */
function whyOf(error: unknown): string {
  if (error instanceof ProviderAway) return error.message;
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: { code?: unknown } };
  return [name ?? 'Error', code ?? cause?.code].filter((part) => typeof part === 'string').join(' ');
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;
const NOT_HAD: ReadonlySet<string> = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);

/** @see OpenID Connect Discovery 1.0 §4 */
async function discover({ issuer }: OpenIdSettings, fetchSmall: typeof fetch): Promise<RemoteKeys> {
  const response = await fetchSmall(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE),
  });
  const stated = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (stated.issuer !== issuer) throw new ProviderAway('The provider’s description is another issuer’s.');
  if (typeof stated.jwks_uri !== 'string' || !isReachedSafely(stated.jwks_uri, issuer)) {
    throw new ProviderAway('The provider’s keys are not where they can be had safely.');
  }
  return createRemoteJWKSet(new URL(stated.jwks_uri), {
    timeoutDuration: PATIENCE,
    cooldownDuration: KEYS_READ_AT_MOST_EVERY,
    cacheMaxAge: KEYS_KEPT,
    [customFetch]: fetchSmall,
  });
}

/** Follows nobody elsewhere, does not fill the memory, and after a failure asks nothing for a while. */
function openFetch(): typeof fetch {
  let failed = -Infinity;
  return async (url, init) => {
    if (Math.abs(Date.now() - failed) < LEFT_IN_PEACE)
      throw new ProviderAway('The provider did not answer a moment ago.');
    try {
      const response = await fetch(url, { ...init, redirect: 'error' });
      if (response.status !== 200) throw new ProviderAway(`The provider answered ${response.status}.`);
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of response.body ?? []) {
        size += part.length;
        if (size > LARGEST_ANSWER) throw new ProviderAway('The provider’s answer is too large.');
        parts.push(part);
      }
      return new Response(Buffer.concat(parts));
    } catch (error) {
      failed = Date.now();
      throw error;
    }
  };
}
