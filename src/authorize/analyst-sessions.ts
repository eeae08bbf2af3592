import { escapeIdentifier, type QueryResultRow } from 'pg';

interface Session {
  query<T extends QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
}

/** The database role that an analyst signs in as. @see schema/migrations/017-analysts.sql */
export function roleOf(client: string): string {
  return `analyst_${client.replaceAll('-', '_')}`;
}

/**
 * Ends what an analyst has open: a transaction that began before reads the grants of then, for as long as it lasts. What took them away is
 * committed before, so that who signs in again finds it.
 */
export async function endSessions(session: Session, client: string): Promise<void> {
  const role = roleOf(client);
  const { rows } = await session.query<{ may: boolean }>(
    `select pg_has_role(oid, 'usage') as may from pg_roles where rolname = $1`,
    [role],
  );
  const end = () => session.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
  if (rows[0]?.may !== false) return void (await end());
  // An owner who is no superuser ends the sessions of a role whose rights it has: it gives them to itself, and no longer than that.
  await session.query(`grant ${escapeIdentifier(role)} to current_user with inherit true, set false`);
  try {
    await end();
  } finally {
    await session.query(`revoke ${escapeIdentifier(role)} from current_user granted by current_user`);
  }
}
