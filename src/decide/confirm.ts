import { DecisionRefused, type Decision } from '../model/decision.js';
import { checkWord, isSamePerson } from './check-word.js';
import { DECISION_COLUMNS, readDecision, takeTurn, type Session } from './decision-rows.js';

/**
 * A second person stands by a proposed decision, which takes effect.
 * @returns null where the session may not see it
 * @throws DecisionRefused where it does not wait, or the same person comes again
 */
export async function confirm(
  session: Session,
  county: string,
  id: number,
  word: { readonly by: string; readonly through: string },
): Promise<Decision | null> {
  const { by } = checkWord(word.by, '-');
  await takeTurn(session, county);
  const decision = await readDecision(session, county, id);
  if (!decision) return null;
  if (decision.state !== 'proposed') throw new DecisionRefused('NOT_PROPOSED');
  if (isSamePerson(by, decision.decidedBy)) throw new DecisionRefused('SAME_REVIEWER');
  const { rows } = await session.query<Decision>(
    `update decision as d set state = 'effective', confirmed_by = $3, confirmed_through = $4, confirmed_at = clock_timestamp()
     where d.county = $1 and d.id = $2 returning ${DECISION_COLUMNS}`,
    [county, id, by, word.through],
  );
  return rows[0]!;
}
