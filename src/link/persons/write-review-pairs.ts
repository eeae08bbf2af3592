import { copyInto } from '../../database/copy.js';
import type { Linkage } from '../linkage.js';
import type { RecordColumns } from '../record-columns.js';
import { NAME } from './compare-person.js';
import { pairKey, type Decisions } from './decisions.js';
import type { DoubtfulPair } from './row-answers.js';
import { PERSON_MODEL } from './person-model.js';
import type { PersonWeights } from './person-weights.js';

/** One step of the waterfall, as `review_pair.evidence` holds it. */
export interface EvidenceStep {
  readonly comparison: string;
  readonly level: string;
  readonly bits: number;
}

/** The prior, then each comparison that says something, in the order of the model. */
export function waterfall(weights: PersonWeights, levels: Uint8Array, matchedName: number): EvidenceStep[] {
  const prior = Math.log2(weights.prior / (1 - weights.prior)) - Math.log2(weights.persons);
  const steps: EvidenceStep[] = [{ comparison: 'prior', level: 'PRIOR', bits: rounded(prior) }];
  PERSON_MODEL.comparisons.forEach(({ name, levels: declared }, i) => {
    const level = levels[i]!;
    if (level === 0) return;
    const bits = weights.bitsOf(i, level, i === NAME ? matchedName : 0);
    steps.push({ comparison: name, level: declared[level - 1]!.code, bits: rounded(bits) });
  });
  return steps;
}

function rounded(bits: number): number {
  return Math.round(bits * 100) / 100;
}

/** Each of two may have asked about the other: the same one is shown, in whatever order they did. */
function isStronger(columns: RecordColumns, pair: DoubtfulPair, than: DoubtfulPair): boolean {
  const by =
    pair.probability - than.probability || pair.bits - than.bits || columns.id[than.row]! - columns.id[pair.row]!;
  return by > 0;
}

/**
 * Brings the queue to what this run left in doubt: new pairs are opened, those that are doubtful no longer are closed unless a word about
 * them waits for a second reviewer, and what somebody has decided does not come back. @returns pairs that wait
 */
export async function writeReviewPairs(
  { client, county, columns }: Linkage,
  doubtful: readonly DoubtfulPair[],
  weights: PersonWeights,
  { decided }: Decisions,
  /** Rows of the entities that the two rows are in. */
  people: (pair: DoubtfulPair) => number,
): Promise<number> {
  const waiting = new Map<number, DoubtfulPair>();
  for (const pair of doubtful) {
    const key = pairKey(pair.row, pair.other);
    const known = waiting.get(key);
    if (!decided.has(key) && (!known || isStronger(columns, pair, known))) waiting.set(key, pair);
  }
  await client.query(
    'create temp table doubt (one_record bigint, other_record bigint, probability real, weight real, people integer, evidence jsonb) on commit drop',
  );
  const copy = copyInto(client, 'doubt', ['one_record', 'other_record', 'probability', 'weight', 'people', 'evidence']);
  for (const pair of waiting.values()) {
    const [one, other] = [columns.id[pair.row]!, columns.id[pair.other]!].toSorted((a, b) => a - b);
    await copy.write([
      one,
      other,
      pair.probability,
      pair.bits,
      people(pair),
      JSON.stringify(waterfall(weights, pair.levels, pair.matchedName)),
    ]);
  }
  await copy.end();
  await client.query('analyze doubt');
  await client.query(
    `update review_pair q set closed_at = clock_timestamp() where q.county = $1 and q.kind = 'person' and q.closed_at is null
       and not exists (select from doubt d where d.one_record = q.one_record and d.other_record = q.other_record)
       and not exists (select from decision p where p.county = q.county and p.kind = q.kind and p.one_record = q.one_record
         and p.other_record = q.other_record and p.state = 'proposed')`,
    [county],
  );
  await client.query(
    `insert into review_pair as q (county, kind, one_record, other_record, probability, weight, people, evidence)
     select $1, 'person', one_record, other_record, probability, weight, people, evidence from doubt
     on conflict (county, kind, one_record, other_record) do update
       set probability = excluded.probability, weight = excluded.weight, people = excluded.people, evidence = excluded.evidence,
         closed_at = null, opened_at = case when q.closed_at is null then q.opened_at else clock_timestamp() end
       where (q.probability, q.weight, q.people, q.evidence) is distinct from (excluded.probability, excluded.weight, excluded.people, excluded.evidence)
         or q.closed_at is not null`,
    [county],
  );
  return waiting.size;
}
