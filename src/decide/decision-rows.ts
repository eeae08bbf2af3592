import type { QueryResultRow } from 'pg';
import type { Decision } from '../model/decision.js';

/** Who asks the database: the owner's session (the command line), or that of a reviewer, whom it shows no more than is theirs. */
export interface Session {
  query<T extends QueryResultRow>(text: string, values?: unknown[]): Promise<{ readonly rows: T[] }>;
}

export const DECISION_COLUMNS = `d.county, d.id, d.kind, d.one_record as one, d.other_record as other, d.verdict, d.reason,
  d.decided_by as "decidedBy", d.decided_through as "decidedThrough", d.decided_at as "decidedAt", d.origin, d.state,
  d.confirmed_by as "confirmedBy", d.confirmed_at as "confirmedAt",
  d.revoked_by as "revokedBy", d.revoked_at as "revokedAt", d.revoke_reason as "revokeReason"`;

/** Two words about one pair, and two that contradict each other through a third, must not pass each other by. */
export async function takeTurn(session: Session, county: string): Promise<void> {
  await session.query(`select pg_advisory_xact_lock(hashtext('hub decide ' || $1))`, [county]);
}

/** @returns null for a decision that is not there, or not for this session to see */
export async function readDecision(session: Session, county: string, id: number): Promise<Decision | null> {
  const { rows } = await session.query<Decision & QueryResultRow>(
    `select ${DECISION_COLUMNS} from decision d where d.county = $1 and d.id = $2`,
    [county, id],
  );
  return rows[0] ?? null;
}
