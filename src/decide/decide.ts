import {
  DecisionRefused,
  type DecidedKind,
  type Decision,
  type DecisionOrigin,
  type Verdict,
} from '../model/decision.js';
import { checkWord } from './check-word.js';
import { DECISION_COLUMNS, takeTurn, type Session } from './decision-rows.js';
import { findContradiction, type Standing } from './find-contradiction.js';

export interface Word {
  readonly kind: DecidedKind;
  /** Ids of two records, in any order. */
  readonly records: readonly [number, number];
  readonly verdict: Verdict;
  readonly reason: string;
  /** The person who answers for it. */
  readonly by: string;
  /** The client through which it comes. */
  readonly through: string;
  readonly origin: DecisionOrigin;
}

/**
 * Writes a person's word about two records, in the session's transaction. It takes effect at once, but where it would merge more than
 * three records or two valid identity numbers: then it is proposed, and a second person has to confirm it.
 * @returns null where the session may not see the two, or one of them was never linked
 * @throws DecisionRefused where it contradicts what stands; nothing is written then
 */
export async function decide(session: Session, county: string, word: Word): Promise<Decision | null> {
  const { by, text } = checkWord(word.by, word.reason);
  const [one, other] = word.records.toSorted((a, b) => a - b) as [number, number];
  if (one === other) throw new DecisionRefused('ONE_RECORD');
  await takeTurn(session, county);
  const pair = [county, word.kind, one, other];
  const { rows: seen } = await session.query<{ seen: boolean; second: boolean }>(
    `select pair_seen($1, $2, $3, $4) as seen, needs_second_reviewer($1, $2, $3, $4, $5) as second`,
    [...pair, word.verdict],
  );
  if (!seen[0]!.seen) return null;
  const { rows: standing } = await session.query<Standing>(
    `select id, one_record as one, other_record as other, verdict from standing_decisions($1, $2, $3, $4)`,
    pair,
  );
  const against = findContradiction(standing, { one, other, verdict: word.verdict });
  if (against) throw new DecisionRefused(against.refusal, { ids: against.ids });
  const { rows } = await session.query<Decision>(
    `insert into decision as d (county, kind, one_record, other_record, verdict, reason, decided_by, decided_through, origin, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${DECISION_COLUMNS}`,
    [...pair, word.verdict, text, by, word.through, word.origin, seen[0]!.second ? 'proposed' : 'effective'],
  );
  return rows[0]!;
}
