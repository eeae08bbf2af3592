import { blockRecords, visitCandidates } from './block-records.js';
import type { RecordComparison, RecordComparisons } from './compare-records.js';
import { fitAgreement, PatternCounter, type LevelPatterns } from './fellegi-sunter.js';
import type { LinkageModel } from './linkage-model.js';
import type { RecordTable } from './record-table.js';
import { comparePair, samplePairs } from './sample-pairs.js';
import type { Vocabulary } from './vocabulary.js';
import type { Evidence } from './weigh-pairs.js';

/** Pairs imagined beside the counted ones. */
const PSEUDO = { u: 1, m: 10 };

/** Before anything is known: equal in so many of the pairs of one subject, the other levels alike. */
const FIRST_EQUAL = 0.6;

/** In a block of a session so many pairs are taken to be of one subject before anything is known. */
const FIRST_PRIOR = 0.3;

/**
 * What levels are worth, without a label: u from random pairs, m as the mean of the sessions, in each of which the comparisons of the blocked
 * fields are left out. How common a value is, is counted over records as yet: subjects are unknown.
 */
export function trainEvidence(
  model: LinkageModel,
  table: RecordTable,
  compared: RecordComparisons,
  vocabulary: Pick<Vocabulary, 'keys'>,
): Evidence {
  const comparisons = compared.list;
  const subjects = countSubjects(table.size, compared, null);
  comparisons.forEach(({ prepared }, i) => prepared.weigh?.(subjects[i]!));
  const u = shareRandom(table.size, comparisons, null);
  const m0 = guessAgreement(comparisons);
  const sessions = model.sessions.map((session) => {
    const fields = new Set(session.parts.map(({ field }) => field));
    const leaveOut = model.comparisons.flatMap((comparison, i) =>
      comparison.fields.some((field) => fields.has(field)) ? [i] : [],
    );
    const counter = new PatternCounter(comparisons.map(({ levels }) => levels.length));
    const levels = new Uint8Array(comparisons.length);
    visitCandidates([blockRecords(session, table, vocabulary)], 0, table.size, table.size, (one, other) => {
      comparePair(comparisons, one, other, levels);
      counter.add(levels);
    });
    const patterns = counter.patterns();
    return { leaveOut, m: fitAgreement({ patterns, u, m0, prior0: FIRST_PRIOR, minPseudo: PSEUDO.m, leaveOut }).m };
  });
  const m = m0.map((start, i) => {
    const heard = sessions.filter(({ leaveOut }) => !leaveOut.includes(i));
    return heard.length === 0
      ? start
      : start.map((_, level) => heard.reduce((sum, session) => sum + session.m[i]![level]!, 0) / heard.length);
  });
  return { m, u, priorBits: 0, subjects };
}

/**
 * What the clusters found tell about the levels: m from all pairs within them, a cluster of n counting as n − 1 pairs so that large ones do
 * not speak for all; u from random pairs of different clusters; and how many subjects, no longer records, state each value.
 */
export function learnEvidence(size: number, compared: RecordComparisons, clusters: Int32Array): Evidence {
  const comparisons = compared.list;
  const subjects = countSubjects(size, compared, clusters);
  comparisons.forEach(({ prepared }, i) => prepared.weigh?.(subjects[i]!));
  const counter = new PatternCounter(comparisons.map(({ levels }) => levels.length));
  const levels = new Uint8Array(comparisons.length);
  const order = Uint32Array.from({ length: size }, (_, i) => i).toSorted(
    (one, other) => clusters[one]! - clusters[other]! || one - other,
  );
  let same = 0;
  for (let from = 0, to = 0; from < size; from = to) {
    while (to < size && clusters[order[to]!] === clusters[order[from]!]) to += 1;
    same += ((to - from) * (to - from - 1)) / 2;
    for (let a = from; a < to; a += 1)
      for (let b = a + 1; b < to; b += 1) {
        comparePair(comparisons, order[a]!, order[b]!, levels);
        counter.add(levels, 0, 2 / (to - from));
      }
  }
  return {
    m: toShares(
      counter.patterns(),
      guessAgreement(comparisons).map((shares) => shares.map((share) => share * PSEUDO.m)),
    ),
    u: shareRandom(size, comparisons, clusters),
    priorBits: bitsOfPrior(same, size),
    subjects,
  };
}

/** The prior in bits where so many of all pairs of `size` records are of one subject. */
export function bitsOfPrior(same: number, size: number): number {
  const share = Math.max(same, 0.5) / Math.max(1, (size * (size - 1)) / 2);
  return Math.log2(share / Math.max(1e-9, 1 - share));
}

/** For each comparison, by code: in how many clusters (records, where none are known) the value stands. */
export function countSubjects(
  size: number,
  { list, cells, stride }: RecordComparisons,
  clusters: Int32Array | null,
): Float64Array[] {
  return list.map(({ place, width, values }) => {
    const counts = new Float64Array(values);
    const stated = new Float64Array(clusters ? size * width : 0);
    for (let record = 0; record < size; record += 1)
      for (let i = 0; i < width; i += 1) {
        const code = cells[record * stride + place + i]!;
        if (clusters) stated[record * width + i] = clusters[record]! * values + code;
        else counts[code] = counts[code]! + 1;
      }
    stated.sort();
    for (let i = 0; i < stated.length; i += 1)
      if (i === 0 || stated[i] !== stated[i - 1]) counts[stated[i]! % values] = counts[stated[i]! % values]! + 1;
    counts[0] = 0;
    return counts;
  });
}

function shareRandom(
  size: number,
  comparisons: readonly RecordComparison[],
  clusters: Int32Array | null,
): Float64Array[] {
  return toShares(
    samplePairs(size, comparisons, clusters),
    comparisons.map(({ levels }) => new Float64Array(levels.length).fill(PSEUDO.u / levels.length)),
  );
}

function guessAgreement(comparisons: readonly RecordComparison[]): Float64Array[] {
  return comparisons.map(({ levels }) =>
    Float64Array.from(levels, (_, i) => (i === 0 ? FIRST_EQUAL : (1 - FIRST_EQUAL) / (levels.length - 1))),
  );
}

function toShares(patterns: LevelPatterns, start: readonly Float64Array[]): Float64Array[] {
  const counts = start.map((shares) => shares.slice());
  for (let i = 0; i < patterns.size; i += 1)
    for (let place = 0; place < patterns.width; place += 1) {
      const level = patterns.levels[i * patterns.width + place]!;
      if (level > 0) counts[place]![level - 1] = counts[place]![level - 1]! + patterns.counts[i]!;
    }
  return counts.map((seen) => {
    const total = seen.reduce((sum, count) => sum + count, 0);
    return seen.map((count) => count / total);
  });
}
