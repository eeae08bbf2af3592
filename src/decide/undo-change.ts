import { DecisionRefused, type Decision, type DecisionOrigin } from '../model/decision.js';
import { checkWord } from './check-word.js';
import { decide } from './decide.js';
import type { Session } from './decision-rows.js';
import type { UndoPlan } from './plan-undo.js';
import { revoke } from './revoke.js';

export interface Undone {
  /** Those made or revoked; one that is proposed waits for a second reviewer, and the undo with it. */
  readonly decisions: readonly Decision[];
}

/** Raised inside the transaction, which has to go back: some of it was written. */
export class UndoUnseen extends Error {
  override readonly name = 'UndoUnseen';
}

/**
 * Takes back all that a plan is about, in the session's transaction: as decisions, so that the next run and every later one keep it so,
 * and with the ids that the records are to have again.
 * @throws UndoUnseen where the session may not decide about one of the pairs; DecisionRefused where a decision stands against it
 */
export async function undoChange(
  session: Session,
  county: string,
  plan: UndoPlan,
  word: { readonly by: string; readonly reason: string; readonly through: string },
): Promise<Undone> {
  const { by, text } = checkWord(word.by, word.reason);
  const origin: DecisionOrigin = 'undo';
  const decisions: Decision[] = [];
  for (const { records, verdict } of plan.words) {
    try {
      const made = await decide(session, county, { ...word, kind: plan.kind, records, verdict, origin });
      if (!made) throw new UndoUnseen();
      decisions.push(made);
    } catch (error) {
      // It was said before, and holds.
      if (!(error instanceof DecisionRefused && error.refusal === 'DECIDED')) throw error;
    }
  }
  for (const id of plan.revokes) {
    const revoked = await revoke(session, county, id, word);
    if (!revoked) throw new UndoUnseen();
    decisions.push(revoked);
  }
  await session.query('select record_undo($1, $2, $3, $4, $5, $6)', [
    county,
    plan.event,
    by,
    text,
    decisions.filter((each) => each.state !== 'revoked').map((each) => each.id),
    [...plan.revokes],
  ]);
  return { decisions };
}
