import { DecisionRefused, type Decision } from '../model/decision.js';
import { checkWord } from './check-word.js';
import { DECISION_COLUMNS, readDecision, takeTurn, type Session } from './decision-rows.js';

/**
 * Takes a decision back, for a reason, on record: from now on the engine judges the two again.
 * @returns null where the session may not see it
 * @throws DecisionRefused where it was revoked before
 */
export async function revoke(
  session: Session,
  county: string,
  id: number,
  word: { readonly by: string; readonly reason: string; readonly through: string },
): Promise<Decision | null> {
  const { by, text } = checkWord(word.by, word.reason);
  await takeTurn(session, county);
  const decision = await readDecision(session, county, id);
  if (!decision) return null;
  if (decision.state === 'revoked') throw new DecisionRefused('REVOKED');
  const { rows } = await session.query<Decision>(
    `update decision as d set state = 'revoked', revoked_by = $3, revoked_through = $4, revoked_at = clock_timestamp(), revoke_reason = $5
     where d.county = $1 and d.id = $2 returning ${DECISION_COLUMNS}`,
    [county, id, by, word.through, text],
  );
  return rows[0]!;
}
