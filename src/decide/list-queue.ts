import type { DecidedKind } from '../model/decision.js';
import { recordRef } from '../model/ref.js';
import type { Session } from './decision-rows.js';

/** A pair that waits for a person. */
export interface QueuedPair {
  readonly kind: DecidedKind;
  /** Refs of the two records. */
  readonly one: string;
  readonly other: string;
  /** Posterior, 0…1. */
  readonly probability: number;
  /** Bits. */
  readonly weight: number;
  /** Records that would change their entity, both sides together. */
  readonly people: number;
  /** People affected × doubt: the order of the queue. */
  readonly priority: number;
  readonly openedAt: Date;
  /** Id of the decision that waits for a second reviewer; null where nobody has decided yet. */
  readonly proposed: number | null;
}

export interface QueuePage {
  readonly pairs: readonly QueuedPair[];
  /** How many wait in all. */
  readonly total: number;
}

/**
 * The queue, what matters most first. A pair that somebody has decided is not in it, whatever the engine has left of it; one whose
 * decision waits for a second reviewer is.
 * @param limit null for all
 */
export async function listQueue(
  session: Session,
  county: string,
  { skip, limit }: { readonly skip: number; readonly limit: number | null },
): Promise<QueuePage> {
  const { rows: totals } = await session.query<{ n: number }>(
    `select count(*) as n from review_pair q where ${WAITING}`,
    [county],
  );
  const { rows } = await session.query<QueueRow>(
    `select q.kind, q.probability, q.weight, q.people, q.priority, q.opened_at as "openedAt", ${citation('r', 'one')}, ${citation('s', 'other')},
       (select d.id from decision d where d.county = q.county and d.kind = q.kind and d.one_record = q.one_record
          and d.other_record = q.other_record and d.state = 'proposed' limit 1) as proposed
     from review_pair q
     join record r on r.county = q.county and r.id = q.one_record join delivery rd on rd.county = r.county and rd.id = r.delivery
     join record s on s.county = q.county and s.id = q.other_record join delivery sd on sd.county = s.county and sd.id = s.delivery
     where ${WAITING} order by q.priority desc, q.id offset $2 limit $3`,
    [county, skip, limit],
  );
  return {
    pairs: rows.map((row) => Object.assign(row, { one: recordRef(row.one), other: recordRef(row.other) })),
    total: totals[0]!.n,
  };
}

/** Index: review_pair_order; of the decisions, decision_one. */
const WAITING = `q.county = $1 and q.closed_at is null and not exists (select from decision d where d.county = q.county
  and d.kind = q.kind and d.one_record = q.one_record and d.other_record = q.other_record and d.state = 'effective')`;

interface QueueRow extends Omit<QueuedPair, 'one' | 'other'> {
  readonly one: Parameters<typeof recordRef>[0];
  readonly other: Parameters<typeof recordRef>[0];
}

const citation = (record: 'r' | 's', as: string): string =>
  `json_build_object('file', ${record}d.file, 'format', ${record}d.format, 'dataset', ${record}.dataset, 'sheet', ${record}.sheet,
     'row', ${record}.row_no, 'item', ${record}.item) as ${as}`;
