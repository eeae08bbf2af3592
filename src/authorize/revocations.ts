import type { Database } from '../database/connect.js';
import type { TokenHolder } from '../model/viewer.js';

/** A row of what ends tokens that could still live; of one token, or of a client until a moment. Milliseconds. */
export interface Revocation {
  readonly token: string | null;
  readonly client: string | null;
  readonly signedUntil: number | null;
}

/** Read with the grants, under the same `access_version`. Counts on token_revocation_revoked_at. */
export const REVOCATIONS = `select token, client, extract(epoch from signed_until)::float8 * 1000 as "signedUntil" from token_revocation
  where revoked_at > clock_timestamp() - interval '13 hours'`;

/** What of a token was revoked, to be asked with every request. */
export type Revoked = (holder: Pick<TokenHolder, 'token' | 'client' | 'issued'>) => boolean;

export function revokedBy(rows: readonly Revocation[]): Revoked {
  const tokens = new Set(rows.map((row) => row.token));
  const clients = new Map<string, number>();
  for (const { client, signedUntil } of rows) {
    if (client !== null) clients.set(client, Math.max(signedUntil!, clients.get(client) ?? -Infinity));
  }
  // A token says the second in which it was signed: one of the very second of the revocation ends as well.
  return ({ token, client, issued }) => tokens.has(token) || issued.getTime() <= (clients.get(client) ?? -Infinity);
}

/** Ends one token. @param token its `jti` */
export async function revokeToken(database: Pick<Database, 'query'>, token: string): Promise<void> {
  await database.query('insert into token_revocation (token) values ($1)', [token]);
}

/** Ends what was signed for a client until that moment; null: until now, by the database's clock. */
export async function revokeClient(
  database: Pick<Database, 'query'>,
  client: string,
  signedUntil: Date | null,
): Promise<void> {
  await database.query(
    `insert into token_revocation (client, signed_until, revoked_at)
     select $1, least(coalesce($2, now), now), now from (select clock_timestamp() as now) as clock`,
    [client, signedUntil],
  );
}
