import { blockRecords } from './block-records.js';
import { compareRecords, type RecordComparison } from './compare-records.js';
import { formClusters } from './form-clusters.js';
import type { LinkageModel, TrainedModel } from './linkage-model.js';
import type { RecordTable } from './record-table.js';
import { edgesAbove, estimatePrior, scoreAgain, scoreCandidates } from './score-candidates.js';
import { countSubjects, learnEvidence, trainEvidence } from './train-evidence.js';
import { describeTraining, readTraining } from './trained-model.js';
import type { Vocabulary } from './vocabulary.js';
import { weighPairs, type Evidence } from './weigh-pairs.js';

export interface LinkQuestion {
  readonly model: LinkageModel;
  readonly table: RecordTable;
  readonly vocabulary: Vocabulary;
  /** What a training found earlier; without it the table itself is trained on. */
  readonly trained?: TrainedModel;
  /** No source names a subject twice: two of its records are never one. */
  readonly sourcesAreUnique?: boolean;
  /** Bits, instead of the model's. */
  readonly link?: number;
}

export interface LinkedTable {
  /** For each record the first record of its cluster. */
  readonly clusters: Int32Array;
  readonly trained: TrainedModel;
  /** Pairs that the blocking rules brought together, and were scored. */
  readonly pairs: number;
  readonly rules: readonly RuleOutcome[];
  /** Pairs of clusters whose bits lie between the model's thresholds. */
  readonly doubtful: number;
  /** Milliseconds. */
  readonly took: Readonly<Record<'compared' | 'blocked' | 'trained' | 'scored' | 'clustered', number>>;
}

export interface RuleOutcome {
  readonly rule: string;
  /** Those that no rule before it brought together. */
  readonly pairs: number;
  readonly capped: { readonly blocks: number; readonly records: number };
}

/**
 * How often clusters are formed at most: the first time with what the sessions found, then with what the clusters before taught, until they
 * stay. More change nothing to speak of.
 */
const ROUNDS = 3;

/** Pairs so many bits below the threshold are still neighbours: others of their clusters may speak for them. */
const BELOW = 3;

/** Which records of a table are one subject. The same records give the same clusters, in whatever order their rows came. */
export function linkTable({
  model,
  table,
  vocabulary,
  trained,
  sourcesAreUnique = false,
  link = model.thresholds.link,
}: LinkQuestion): LinkedTable {
  const took = { compared: 0, blocked: 0, trained: 0, scored: 0, clustered: 0 };
  const timed = <T>(step: keyof typeof took, work: () => T): T => {
    const began = performance.now();
    const done = work();
    took[step] += performance.now() - began;
    return done;
  };
  const compared = timed('compared', () => compareRecords(model, table, vocabulary));
  const comparisons = compared.list;
  const rules = timed('blocked', () => model.blocking.map((rule) => blockRecords(rule, table, vocabulary)));
  const cannotLink = forbid(model, table, comparisons, sourcesAreUnique);
  const given = trained && readTraining(model, comparisons, trained);
  let evidence: Evidence = timed('trained', () =>
    given
      ? { ...given, priorBits: 0, subjects: countSubjects(table.size, compared, null) }
      : trainEvidence(model, table, compared, vocabulary),
  );
  const cluster = (): { clusters: Int32Array; doubtful: number } =>
    timed('clustered', () =>
      formClusters({
        size: table.size,
        edges: edgesAbove(scored, link - BELOW - weights.priorBits),
        weights,
        comparisons: comparisons.length,
        link,
        review: Math.min(link, model.thresholds.review),
        cannotLink,
      }),
    );
  let weights = weighPairs(compared, evidence);
  let scored = timed('scored', () => scoreCandidates(rules, table.size, weights));
  evidence.priorBits = weights.priorBits = estimatePrior(scored, table.size);
  let found = cluster();
  for (let round = 2; round <= ROUNDS; round += 1) {
    const learnt = timed('trained', () => learnEvidence(table.size, compared, found.clusters));
    evidence = given ? Object.assign(learnt, given) : learnt;
    weights = weighPairs(compared, evidence);
    scored = timed('scored', () => scoreAgain(scored, weights));
    const before = found.clusters;
    found = cluster();
    if (found.clusters.every((first, record) => first === before[record])) break;
  }
  return {
    ...found,
    trained: trained ?? describeTraining(model, comparisons, evidence, table.size, scored.pairs),
    pairs: scored.pairs,
    rules: rules.map(({ rule, capped }, i) => ({ rule, capped, pairs: scored.byRule[i]! })),
    took,
  };
}

function forbid(
  model: LinkageModel,
  table: RecordTable,
  comparisons: readonly RecordComparison[],
  sourcesAreUnique: boolean,
): (one: number, other: number) => boolean {
  const rules = model.cannotLink.map(({ comparison, levels }) => {
    const found = comparisons.find(({ name }) => name === comparison)!;
    return { found, levels: new Set(levels.map((code) => 1 + found.levels.findIndex((level) => level.code === code))) };
  });
  return (one, other) => {
    if (sourcesAreUnique && table.source[one] === table.source[other]) return true;
    for (let i = 0; i < rules.length; i += 1)
      if (rules[i]!.levels.has(rules[i]!.found.compare(one, other))) return true;
    return false;
  };
}
