import type { QueryResultRow } from 'pg';
import type { Reading } from '../authorize/index.js';
import type { EvidenceStep } from '../model/comparison.js';
import type { DecidedKind, Decision } from '../model/decision.js';

export interface ReviewPairRow {
  readonly county: string;
  readonly id: number;
  readonly kind: DecidedKind;
  readonly one: number;
  readonly other: number;
  readonly probability: number;
  readonly weight: number;
  readonly priority: number;
  readonly evidence: readonly EvidenceStep[];
  readonly openedAt: Date;
  readonly oneEntity: number | null;
  readonly otherEntity: number | null;
  /** Records of the two entities, as far as this viewer sees them. */
  readonly records: number;
}

export interface QueueFilter {
  readonly kind: DecidedKind | null;
  /** Only those that wait for a second reviewer, or only those that nobody has decided. */
  readonly proposed: boolean | null;
}

/** Where a page of the queue begins: after this priority and id. */
export interface QueuePlace {
  readonly priority: number;
  readonly id: number;
}

const DECIDED: readonly DecidedKind[] = ['person', 'household', 'building', 'dwelling'];

const PAIR = `q.county, q.id, q.kind, q.one_record as one, q.other_record as other, q.probability, q.weight, q.priority, q.evidence,
  q.opened_at as "openedAt"`;
/** Indexes: link_<kind>, of which one branch is looked at. */
const ENTITIES = `cross join lateral (select one_entity as "oneEntity", other_entity as "otherEntity"
    from pair_weight(page.county, page.kind, page.one, page.other)) as w
  cross join lateral (select ${DECIDED.map(
    (kind) => `(select count(*) from link l where page.kind = '${kind}' and l.county = page.county
      and l.${kind} in (w."oneEntity", w."otherEntity"))`,
  ).join(' + ')} as records) as seen`;

const decided = (state: string): string => `exists (select from decision d where d.county = q.county and d.kind = q.kind
  and d.one_record = q.one_record and d.other_record = q.other_record and d.state = '${state}')`;

/** $1 county · $2 kind · $3 whether proposed. Index: review_pair_order. */
const WAITING = `q.county = $1 and q.closed_at is null and ($2::text is null or q.kind = $2)
  and not ${decided('effective')} and ($3::boolean is null or $3 = ${decided('proposed')})`;

/** What touches most and is least certain first. */
export async function listReviewPairs(
  reading: Reading,
  { kind, proposed }: QueueFilter,
  after: QueuePlace | null,
  limit: number,
): Promise<ReviewPairRow[]> {
  const text = `select page.*, w.*, seen.* from (select ${PAIR} from review_pair q
      where ${WAITING} and ($4::real is null or q.priority < $4 or (q.priority = $4 and q.id > $5))
      order by q.priority desc, q.id limit $6) as page ${ENTITIES} order by page.priority desc, page.id`;
  return await reading.query<ReviewPairRow & QueryResultRow>({ name: 'list review pairs', text }, [
    reading.bounds.county,
    kind,
    proposed,
    after?.priority ?? null,
    after?.id ?? null,
    limit,
  ]);
}

export async function countReviewPairs(reading: Reading, { kind, proposed }: QueueFilter): Promise<number> {
  const text = `select count(*) as n from review_pair q where ${WAITING}`;
  const [row] = await reading.query<{ n: number }>({ name: 'count review pairs', text }, [
    reading.bounds.county,
    kind,
    proposed,
  ]);
  return row!.n;
}

/** One pair, closed ones too. Index: review_pair_id. */
export async function findReviewPair(reading: Reading, id: number): Promise<ReviewPairRow | null> {
  const text = `select page.*, w.*, seen.* from (select ${PAIR} from review_pair q where q.county = $1 and q.id = $2 limit 1) as page ${ENTITIES}`;
  const rows = await reading.query<ReviewPairRow & QueryResultRow>({ name: 'review pair', text }, [
    reading.bounds.county,
    id,
  ]);
  return rows[0] ?? null;
}

/** What the two records speak of now, whoever may see which of them. */
export async function readEntitiesOfPair(
  reading: Reading,
  { kind, one, other }: Pick<Decision, 'kind' | 'one' | 'other'>,
): Promise<readonly [number | null, number | null]> {
  const text = `select one_entity as one, other_entity as other from pair_weight($1, $2, $3, $4)`;
  const rows = await reading.query<{ one: number; other: number }>({ name: 'entities of pair', text }, [
    reading.bounds.county,
    kind,
    one,
    other,
  ]);
  return [rows[0]?.one ?? null, rows[0]?.other ?? null];
}

const DECISION = `d.county, d.id, d.kind, d.one_record as one, d.other_record as other, d.verdict, d.reason, d.decided_by as "decidedBy",
  d.decided_through as "decidedThrough", d.decided_at as "decidedAt", d.origin, d.state, d.confirmed_by as "confirmedBy",
  d.confirmed_at as "confirmedAt", d.revoked_by as "revokedBy", d.revoked_at as "revokedAt", d.revoke_reason as "revokeReason"`;

/** The newest first: a decision's id tells when it was made and nothing else. */
export async function listDecisions(reading: Reading, before: number, limit: number): Promise<Decision[]> {
  const text = `select ${DECISION} from decision d where d.county = $1 and d.id < $2 order by d.id desc limit $3`;
  return await reading.query<Decision & QueryResultRow>({ name: 'list decisions', text }, [
    reading.bounds.county,
    before,
    limit,
  ]);
}

export async function countDecisions(reading: Reading): Promise<number> {
  const text = 'select count(*) as n from decision d where d.county = $1';
  return (await reading.query<{ n: number }>({ name: 'count decisions', text }, [reading.bounds.county]))[0]!.n;
}

export async function findDecision(reading: Reading, id: number): Promise<Decision | null> {
  const text = `select ${DECISION} from decision d where d.county = $1 and d.id = $2`;
  const rows = await reading.query<Decision & QueryResultRow>({ name: 'decision', text }, [reading.bounds.county, id]);
  return rows[0] ?? null;
}

/** The key of a pair for what is read of many pairs at once. */
export const keyOfPair = ({ kind, one, other }: Pick<Decision, 'kind' | 'one' | 'other'>): string =>
  `${kind} ${one} ${other}`;

/** All that was decided of the two records of each pair, the newest first. */
export async function readDecisionsOfPairs(reading: Reading, keys: readonly string[]): Promise<Decision[][]> {
  const pairs = keys.map((key) => key.split(' '));
  const text = `select ${DECISION} from unnest($2::text[], $3::bigint[], $4::bigint[]) as wanted (kind, one, other)
    join decision d on d.county = $1 and d.kind = wanted.kind and d.one_record = wanted.one and d.other_record = wanted.other
    order by d.id desc`;
  const rows = await reading.query<Decision & QueryResultRow>({ name: 'decisions of pairs', text }, [
    reading.bounds.county,
    ...[0, 1, 2].map((part) => pairs.map((pair) => pair[part])),
  ]);
  return keys.map((key) => rows.filter((row) => keyOfPair(row) === key));
}
