import { createHash } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import type { TokenHolder } from '../model/viewer.js';

/** Seconds. Nothing lives longer, whoever signed it. */
export const LONGEST_LIFE = 12 * 3600;
export const CLOCK_SKEW = 60;
/** A key that the token itself brings or points to, and extensions that we do not know. */
export const FORBIDDEN_HEADERS = ['jwk', 'jku', 'x5c', 'x5u', 'x5t', 'x5t#S256', 'crit', 'zip', 'b64'];

/** The token is not one that is accepted, or not now. It does not say why: the answer to the client is the same in every case. */
export class TokenRefused extends Error {
  /** @param cause a library's error; only its code is kept, for the error itself carries the token's claims */
  constructor(cause?: unknown) {
    const code = (cause as { code?: unknown } | undefined)?.code;
    super('The token is missing, not valid, or has expired.', typeof code === 'string' ? { cause: code } : undefined);
  }
}

/** Whether a token is good cannot be told at the moment; so it is not. The answer is the same as for a database that is away. */
export class TokensUnavailable extends Error {
  readonly statusCode = 503;
  constructor(options?: ErrorOptions) {
    super('Tokens cannot be verified at the moment.', options);
  }
}

/** @throws TokenRefused for a life, a client, an officer or an id of another shape */
export function holderOf(text: string, { iat, exp, jti }: JWTPayload, client: unknown, person: unknown): TokenHolder {
  // A greatest age alone would accept a token of a hundred years in its first twelve hours.
  if (!(exp! - iat! <= LONGEST_LIFE)) throw new TokenRefused();
  if (!isClient(client) || !(person === null || isStaffNumber(person))) throw new TokenRefused();
  const token = jti ?? hashOf(text);
  if (!isTokenId(token)) throw new TokenRefused();
  return { client, person, token, issued: new Date(iat! * 1000), expires: new Date(exp! * 1000) };
}

export const isClient = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z][a-z0-9-]{0,47}$/.test(value);

/** A number that an office gives; an identity number or a telephone is personal data, and no token of ours carries it. */
export const isStaffNumber = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.-]{1,32}$/.test(value) && !/^(\d{15}|\d{17}[\dXx]|1[3-9]\d{9})$/.test(value);

export const isTokenId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.:/+=-]{1,200}$/.test(value);

/** The id by which a token is revoked: of the token's text, or as it is; null for what is neither. */
export function tokenIdOf(stated: string): string | null {
  const text = stated.trim().replace(/^Bearer /i, '');
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return isTokenId(text) ? text : null;
  try {
    const { jti } = decodeJwt(text);
    return jti === undefined ? hashOf(text) : isTokenId(jti) ? jti : null;
  } catch {
    return null;
  }
}

/** A provider need not give its tokens ids. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
