import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/connect.js';
import type { TokenHolder } from '../model/viewer.js';

/** A row of what ends tokens that could still live; of one token, or of a client until a moment. Milliseconds. */
export interface Revocation {
  readonly token: string | null;
  /** The client that the token has to be of; null: whose ever it is. */
  readonly holder: string | null;
  readonly client: string | null;
  readonly signedUntil: number | null;
}

/** Read with the grants, under the same `access_version`. Counts on token_revocation_revoked_at. */
export const REVOCATIONS = `select token, holder, client, extract(epoch from signed_until)::float8 * 1000 as "signedUntil" from token_revocation
  where revoked_at > clock_timestamp() - interval '13 hours'`;

/** What of a token was revoked, to be asked with every request. */
export type Revoked = (holder: Pick<TokenHolder, 'token' | 'client' | 'issued'>) => boolean;

export function revokedBy(rows: readonly Revocation[]): Revoked {
  const tokens = new Set(rows.filter((row) => row.holder === null).map((row) => row.token));
  // Ids are a provider's own as well: an administrator ends those of his clients, and no other's of the same id.
  const held = new Set(rows.filter((row) => row.holder !== null).map((row) => `${row.holder} ${row.token}`));
  const clients = new Map<string, number>();
  for (const { client, signedUntil } of rows) {
    if (client !== null) clients.set(client, Math.max(signedUntil!, clients.get(client) ?? -Infinity));
  }
  // A token says the second in which it was signed: one of the very second of the revocation ends as well.
  return ({ token, client, issued }) =>
    tokens.has(token) || held.has(`${client} ${token}`) || issued.getTime() <= (clients.get(client) ?? -Infinity);
}

/** Who ends it, and why. */
export interface Ending {
  readonly by: string;
  readonly reason: string;
}

/** Ends one token. @param token its `jti` */
export async function revokeToken(
  database: Pick<Database, 'query'>,
  token: string,
  ending: Ending | null = null,
): Promise<void> {
  await database.query('insert into token_revocation (token, revoked_by, reason) values ($1, $2, $3)', [
    token,
    ending?.by ?? null,
    ending?.reason ?? null,
  ]);
}

/** Ends one token of a client, by its `jti`; another client's of the same id goes on. */
export async function revokeTokenOf(
  database: Pick<Database, 'query'>,
  client: string,
  token: string,
  { by, reason }: Ending,
): Promise<void> {
  await database.query('insert into token_revocation (token, holder, revoked_by, reason) values ($1, $2, $3, $4)', [
    token,
    client,
    by,
    reason,
  ]);
}

/** Milliseconds. */
const PATIENCE = 2000;

/**
 * Ends what was signed for a client until that moment; null: until now, by the database's clock. Tokens say whole seconds: it is not done
 * before that second is over, so that none signed in it lives, and one signed next does.
 * @returns the moment
 */
export async function revokeClient(
  database: Pick<Database, 'query'>,
  client: string,
  signedUntil: Date | null,
  ending: Ending | null = null,
): Promise<Date> {
  const [row] = await database.query<{ until: Date }>(
    `insert into token_revocation (client, signed_until, revoked_at, revoked_by, reason)
     select $1, least(coalesce($2, now), now), now, $3, $4 from (select clock_timestamp() as now) as clock returning signed_until as until`,
    [client, signedUntil, ending?.by ?? null, ending?.reason ?? null],
  );
  const { until } = row!;
  const isOver = (Math.floor(until.getTime() / 1000) + 1) * 1000;
  // A timer may ring early by the clock; for a database whose clock is further ahead nobody waits.
  while (Date.now() < isOver && isOver - Date.now() < PATIENCE) await sleep(isOver - Date.now());
  return until;
}
