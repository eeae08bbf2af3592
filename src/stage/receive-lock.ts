import type { Database } from '../database/connect.js';

/** Another importer is at work on the county. */
export class ReceiveBusy extends Error {
  override readonly name = 'ReceiveBusy';
  constructor(readonly holder: LockHolder | null) {
    super(
      holder
        ? `Another import is running since ${holder.since} (database session ${holder.session}, ${holder.program})`
        : 'Another import is running',
    );
  }
}

export interface LockHolder {
  /** Process id of the holder's database session. */
  readonly session: number;
  readonly program: string;
  /** RFC 3339. */
  readonly since: string;
}

export interface LockOptions {
  /** Told once who is at work when we have to wait. Without it the second importer is refused at once. */
  readonly onBusy?: (holder: LockHolder | null) => void;
}

/**
 * Runs the work while no other importer works on the same county. The lock is the session's: it ends with the connection,
 * also when the program is killed.
 * @throws ReceiveBusy when another one is at work and nobody wants to wait
 */
export async function withReceiveLock<T>(
  database: Database,
  county: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const session = await database.pool.connect();
  let broken: Error | undefined;
  const noteBroken = (error: Error) => (broken = error);
  session.on('error', noteBroken);
  try {
    const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock(hashtext($1)) as taken', [
      nameOf(county),
    ]);
    if (!rows[0]!.taken) {
      const holder = await findHolder(database, county);
      if (!options.onBusy) throw new ReceiveBusy(holder);
      options.onBusy(holder);
      await session.query('select pg_advisory_lock(hashtext($1))', [nameOf(county)]);
    }
    try {
      return await work();
    } finally {
      await session.query('select pg_advisory_unlock(hashtext($1))', [nameOf(county)]).catch(() => {});
    }
  } finally {
    session.off('error', noteBroken);
    session.release(broken);
  }
}

async function findHolder(database: Database, county: string): Promise<LockHolder | null> {
  const rows = await database.query<LockHolder>(
    // The one-argument lock keeps its 64 bits in two halves, classid and objid.
    `select a.pid as session, coalesce(nullif(a.application_name, ''), '?') as program,
       to_char(a.query_start, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as since
     from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and ((l.classid::bigint << 32) | l.objid::bigint) = hashtext($1)::bigint
     limit 1`,
    [nameOf(county)],
  );
  return rows[0] ?? null;
}

function nameOf(county: string): string {
  return `hub receive${county}`;
}
