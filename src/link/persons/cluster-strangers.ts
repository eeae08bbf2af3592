import { formClusters } from '../engine/form-clusters.js';
import { compareLots } from '../record-columns.js';
import { Candidates, type CandidateBlocks } from './block-candidates.js';
import { COMPARISONS, NAME, type PersonComparison } from './compare-person.js';
import type { DoubtfulPair } from './row-answers.js';
import { PERSON_MODEL } from './person-model.js';
import type { PersonWeights } from './person-weights.js';
import { StrangerPairs } from './stranger-pairs.js';

/** Share of the strangers who stand in a second register: no figure of any county, and the evidence outweighs it by far. */
const AGAIN = 0.3;

export interface Strangers {
  readonly clusterOf: (row: number) => number;
  /** The only row of a stranger's cluster. */
  readonly rowOf: (cluster: number) => number;
  readonly isApart: (row: number, cluster: number) => boolean;
}

/**
 * Rows that are nobody's whom the county knows, joined to each other by average linkage. Rows go in the order of their content, so that
 * theirs does not matter.
 */
export function clusterStrangers(
  rows: Int32Array,
  blocks: CandidateBlocks,
  comparison: PersonComparison,
  weights: PersonWeights,
  { clusterOf, rowOf, isApart }: Strangers,
): { joined: (readonly [row: number, first: number])[]; doubtful: DoubtfulPair[]; pairs: number } {
  const { columns } = comparison.evidence;
  const order = rows.toSorted((a, b) => compareLots(columns, a, b) || columns.id[a]! - columns.id[b]!);
  const place = new Int32Array(columns.size);
  order.forEach((row, i) => {
    place[row] = i;
  });
  const pairs = new StrangerPairs(order, comparison, weights, { clusterOf, isApart });
  const bearers = new Int32Array(columns.names.size);
  for (const row of rows) bearers[columns.name[row]!]! += 1;
  const strangers = Math.max(weights.persons / 20, rows.length);
  // A name that no known person bears may be that of many strangers: those beside the two say how common it is among them.
  const commonAmongStrangers = (name: number): number => {
    const share = Math.max(0, bearers[name]! - 2) / strangers;
    const known = weights.nameShare[name] || 1 / weights.persons;
    return share > known ? Math.log2(share / known) : 0;
  };
  const readBits = (pair: number, into: Float64Array): void => {
    const matchedName = pairs.matchedName(pair);
    for (let i = 0; i < COMPARISONS; i += 1) {
      const level = pairs.level(pair, i);
      into[i] = level === 0 ? Number.NaN : weights.bitsOf(i, level, matchedName);
    }
    into[NAME]! -= commonAmongStrangers(matchedName);
  };
  const candidates = new Candidates();
  const edges: number[] = [];
  rows.forEach((row, at) => {
    const own = place[row]!;
    const found = blocks.candidatesOf(at, candidates);
    for (let i = 0; i < found; i += 1) {
      const other = place[rowOf(candidates.cluster[i]!)]!;
      if (own === other) continue;
      const known = pairs.size;
      const pair = pairs.of(own, other);
      if (pair === known && !pairs.isVetoed(pair)) edges.push(pair);
    }
  });
  const [ones, others] = [edges.map((pair) => pairs.one(pair)), edges.map((pair) => pairs.other(pair))];
  const priorBits = Math.log2(AGAIN / (1 - AGAIN)) - Math.log2(strangers);
  const bar = Math.log2(PERSON_MODEL.thresholds.link / (1 - PERSON_MODEL.thresholds.link));
  const doubtful: DoubtfulPair[] = [];
  const { clusters } = formClusters({
    size: rows.length,
    edges: { one: Int32Array.from(ones), other: Int32Array.from(others), count: ones.length },
    weights: { priorBits, each: (one, other, into) => readBits(pairs.of(one, other), into) },
    comparisons: COMPARISONS,
    link: bar,
    review: 0,
    cannotLink: (one, other) => pairs.isVetoed(pairs.of(one, other)),
  });
  const joined: (readonly [number, number])[] = [];
  clusters.forEach((first, i) => {
    if (first !== i) joined.push([order[i]!, order[first]!]);
  });
  const bits = new Float64Array(COMPARISONS);
  const sums = new Float64Array(ones.length);
  const odds = new Float64Array(rows.length);
  for (let i = 0; i < ones.length; i += 1) {
    readBits(edges[i]!, bits);
    sums[i] = priorBits + bits.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
    odds[ones[i]!]! += 2 ** sums[i]!;
    odds[others[i]!]! += 2 ** sums[i]!;
  }
  for (let i = 0; i < ones.length; i += 1) {
    const [one, other] = [ones[i]!, others[i]!];
    if (clusters[one] === clusters[other]) continue;
    // A name that ten strangers bear is a tenth of a chance with each of them.
    const probability = 2 ** sums[i]! / (1 + Math.max(odds[one]!, odds[other]!));
    if (probability < PERSON_MODEL.thresholds.review) continue;
    doubtful.push({
      row: order[one]!,
      other: order[other]!,
      probability,
      bits: sums[i]! - priorBits,
      levels: pairs.levels(edges[i]!),
      matchedName: pairs.matchedName(edges[i]!),
    });
  }
  return { joined, doubtful, pairs: ones.length };
}
