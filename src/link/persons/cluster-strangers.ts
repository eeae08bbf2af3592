import { formClusters } from '../engine/form-clusters.js';
import { NumberIndex } from '../engine/number-index.js';
import { Candidates, type CandidateBlocks } from './block-candidates.js';
import { COMPARISONS, NAME, type PersonComparison } from './compare-person.js';
import type { DoubtfulPair } from './link-persons.js';
import { PERSON_MODEL } from './person-model.js';
import type { PersonWeights } from './person-weights.js';

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
  const order = rows.toSorted((a, b) => columns.evidence[a]! - columns.evidence[b]! || columns.id[a]! - columns.id[b]!);
  const place = new Map<number, number>();
  order.forEach((row, i) => place.set(row, i));
  const vetoed = (one: number, other: number): boolean => {
    const [row, cluster] = [order[one]!, clusterOf(order[other]!)];
    if (!comparison.compare(row, cluster) || isApart(row, cluster)) return true;
    const isUnique = columns.traits(row).duplicates === 'none' && columns.traits(order[other]!).duplicates === 'none';
    return weights.isVetoed(comparison.levels, isUnique);
  };
  const bearers = new Int32Array(columns.names.size);
  for (const row of rows) bearers[columns.name[row]!]! += 1;
  const strangers = Math.max(weights.persons / 20, rows.length);
  // A name that no known person bears may be that of many strangers: those beside the two say how common it is among them.
  const commonAmongStrangers = (name: number): number => {
    const share = Math.max(0, bearers[name]! - 2) / strangers;
    const known = weights.nameShare[name] || 1 / weights.persons;
    return share > known ? Math.log2(share / known) : 0;
  };
  const each = (one: number, other: number, into: Float64Array): void => {
    const [first, second] = one < other ? [one, other] : [other, one];
    comparison.compare(order[first]!, clusterOf(order[second]!));
    for (let i = 0; i < COMPARISONS; i += 1) {
      const level = comparison.levels[i]!;
      into[i] = level === 0 ? Number.NaN : weights.bitsOf(i, level, comparison.matchedName);
    }
    into[NAME]! -= commonAmongStrangers(comparison.matchedName);
  };
  const candidates = new Candidates();
  const met = new NumberIndex(1024);
  const [ones, others]: [number[], number[]] = [[], []];
  rows.forEach((row, at) => {
    const found = blocks.candidatesOf(at, candidates);
    for (let i = 0; i < found; i += 1) {
      const [a, b] = [place.get(row)!, place.get(rowOf(candidates.cluster[i]!))!];
      if (a === b) continue;
      const [one, other] = a < b ? [a, b] : [b, a];
      const pair = one * rows.length + other;
      if (met.find(pair) >= 0) continue;
      met.add(pair);
      if (vetoed(one, other)) continue;
      ones.push(one);
      others.push(other);
    }
  });
  const priorBits = Math.log2(AGAIN / (1 - AGAIN)) - Math.log2(strangers);
  const bar = Math.log2(PERSON_MODEL.thresholds.link / (1 - PERSON_MODEL.thresholds.link));
  const doubtful: DoubtfulPair[] = [];
  const { clusters } = formClusters({
    size: rows.length,
    edges: { one: Int32Array.from(ones), other: Int32Array.from(others), count: ones.length },
    weights: { priorBits, each },
    comparisons: COMPARISONS,
    link: bar,
    review: 0,
    cannotLink: (one, other) => (one < other ? vetoed(one, other) : vetoed(other, one)),
  });
  const joined: (readonly [number, number])[] = [];
  clusters.forEach((first, i) => {
    if (first !== i) joined.push([order[i]!, order[first]!]);
  });
  const bits = new Float64Array(COMPARISONS);
  const sums = new Float64Array(ones.length);
  const odds = new Float64Array(rows.length);
  for (let i = 0; i < ones.length; i += 1) {
    each(ones[i]!, others[i]!, bits);
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
    each(one, other, bits);
    doubtful.push({
      row: order[one]!,
      other: order[other]!,
      probability,
      bits: sums[i]! - priorBits,
      levels: comparison.levels.slice(),
      matchedName: comparison.matchedName,
    });
  }
  return { joined, doubtful, pairs: ones.length };
}
