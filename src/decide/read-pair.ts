import type { EvidenceStep } from '../model/comparison.js';
import type { DecidedKind, Decision } from '../model/decision.js';
import type { Value } from '../model/record.js';
import { DECISION_COLUMNS, type Session } from './decision-rows.js';

/** What is known of two records: what each states, what the engine said of the two, what people said. */
export interface Pair {
  /** As the engine left it; null where it is in no doubt about the two. */
  readonly doubt: {
    readonly probability: number;
    readonly weight: number;
    readonly people: number;
    readonly evidence: readonly EvidenceStep[];
  } | null;
  readonly stated: readonly [Readonly<Record<string, Value>>, Readonly<Record<string, Value>>];
  /** All that was ever decided of the two, the oldest first. */
  readonly decisions: readonly Decision[];
}

/** @param one and @param other ids of records that exist, in the order in which they are to be told */
export async function readPair(
  session: Session,
  county: string,
  kind: DecidedKind,
  one: number,
  other: number,
): Promise<Pair> {
  const pair = [county, kind, Math.min(one, other), Math.max(one, other)];
  const { rows: doubts } = await session.query<NonNullable<Pair['doubt']>>(
    `select probability, weight, people, evidence from review_pair
     where county = $1 and kind = $2 and one_record = $3 and other_record = $4`,
    pair,
  );
  const { rows: decisions } = await session.query<Decision>(
    `select ${DECISION_COLUMNS} from decision d
     where d.county = $1 and d.kind = $2 and d.one_record = $3 and d.other_record = $4 order by d.id`,
    pair,
  );
  const { rows: records } = await session.query<{ id: number; stated: Readonly<Record<string, Value>> }>(
    'select id, stated from record where county = $1 and id = any ($2)',
    [county, [one, other]],
  );
  const statedBy = (id: number) => records.find((row) => row.id === id)?.stated ?? {};
  return { doubt: doubts[0] ?? null, stated: [statedBy(one), statedBy(other)], decisions };
}
