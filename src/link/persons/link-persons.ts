import type { TrainedModel } from '../engine/linkage-model.js';
import { roundShares } from '../engine/trained-model.js';
import type { PersonClusters } from '../form-person-clusters.js';
import type { RecordColumns } from '../record-columns.js';
import { assignRows, WEIGHT_BINS, type Assignments } from './assign-rows.js';
import { CandidateBlocks, Candidates, type CappedRule } from './block-candidates.js';
import { candidateRules } from './candidate-rules.js';
import { rowsByCluster, type ClusterRows } from './cluster-rows.js';
import { clusterStrangers } from './cluster-strangers.js';
import { PersonComparison } from './compare-person.js';
import { heldNumbers, type HeldNumbers } from './held-numbers.js';
import { NameCounts } from './name-counts.js';
import { HomeHouseholds, PersonEvidence, type Homes } from './person-evidence.js';
import { PERSON_MODEL } from './person-model.js';
import { PersonWeights } from './person-weights.js';
import { PhoneShares } from './phone-shares.js';
import { prepareComparators } from './prepare-comparators.js';
import { repairNumbers } from './repair-numbers.js';
import { StatedNumbers } from './stated-numbers.js';
import { drawRows, trainPersons } from './train-persons.js';

export interface PersonsQuestion {
  readonly columns: RecordColumns;
  /** Whole: every row of the county that speaks of a person. */
  readonly rows: Int32Array;
  readonly homes: Homes;
  /** What the deterministic layer made of them. */
  readonly deterministic: PersonClusters;
  /** What was learned; null where nothing was yet, and this run has to. */
  readonly learned: Learned | null;
  /** Rows that a person has said never to be one; from both sides. */
  readonly apart: ReadonlyMap<number, readonly number[]>;
  /** Told when a stage is over. */
  readonly onStage?: (stage: string) => void;
}

/** Frozen between trainings: a night must not weigh old records anew because others came. */
export interface Learned {
  readonly trained: TrainedModel;
  readonly blockingRecall: readonly RuleRecall[];
  readonly names: NameCounts;
}

/** Rows of known persons, their numbers hidden: how many the rule alone brought before their person. */
export interface RuleRecall {
  readonly rule: string;
  readonly found: number;
  readonly of: number;
}

export interface PersonPartition {
  /** By position in `rows`; -1 where the row speaks of no person. Clusters may be empty. */
  readonly cluster: Int32Array;
  readonly count: number;
  /** 1 where agreement brought the row to its cluster; 2 where it did, and the row's own number was set aside. */
  readonly byAgreement: Uint8Array;
  readonly learned: Learned;
  readonly doubtful: readonly DoubtfulPair[];
  readonly capped: readonly CappedRule[];
  readonly pairs: number;
  /** Candidates by weight, as `assignRows` bins them. */
  readonly weights: Float64Array;
  /** Rows that asked, and those of them that no candidate was found for. */
  readonly asked: number;
  readonly unanswered: number;
  readonly comparison: PersonComparison;
  readonly evidenceWeights: PersonWeights;
}

export interface DoubtfulPair {
  readonly row: number;
  /** A row of the cluster that the row may belong to. */
  readonly other: number;
  readonly probability: number;
  readonly bits: number;
  readonly levels: Uint8Array;
  readonly matchedName: number;
}

/** The probabilistic layer: it joins rows to the clusters of the deterministic one and to each other, and never divides one of these. */
export function linkPersons(question: PersonsQuestion): PersonPartition {
  return new PersonsRun(question).link(question.learned);
}

class PersonsRun {
  readonly #question: PersonsQuestion;
  readonly #columns: RecordColumns;
  readonly #cluster: Int32Array;
  readonly #count: number;
  readonly #held: HeldNumbers;
  readonly #evidence: PersonEvidence;
  readonly #byAgreement: Uint8Array;
  readonly #capped: CappedRule[] = [];
  readonly #doubtful: DoubtfulPair[] = [];
  readonly #weights = new Float64Array(WEIGHT_BINS);
  readonly #comparators;
  #anchored: Uint8Array;
  #pairs = 0;
  #unanswered = 0;

  constructor(question: PersonsQuestion) {
    const { columns, rows, deterministic, homes } = question;
    this.#question = question;
    this.#columns = columns;
    this.#cluster = deterministic.cluster.slice();
    this.#count = deterministic.count;
    this.#byAgreement = new Uint8Array(rows.length);
    this.#comparators = prepareComparators(columns);
    this.#held = heldNumbers(columns, rows, deterministic, this.#comparators);
    const persons = rows.filter((_, at) => this.#cluster[at]! >= 0);
    this.#evidence = new PersonEvidence(columns, persons, homes, (row) => this.#held.holds[row] === 1);
    this.#comparators.name.extend();
    this.#comparators.birth.extend();
    this.#anchored = new Uint8Array(this.#count);
    for (const row of persons) if (this.#held.holds[row] === 1) this.#anchored[this.#clusterOf(row)] = 1;
    this.#over('preparing');
  }

  link(known: Learned | null): PersonPartition {
    const evidence = this.#evidence;
    const columns = this.#columns;
    const residual = evidence.rows.filter((row) => this.#held.holds[row] === 0);
    let clusters = this.#clusters();
    const isResidual = new Uint8Array(columns.size);
    for (const row of residual) isResidual[row] = 1;
    for (const row of this.#held.unconfirmed) isResidual[row] = 1;
    const households = new HomeHouseholds(evidence, clusters, (row) => isResidual[row] === 1, evidence.rows);
    const phones = new PhoneShares(
      columns,
      evidence.rows.filter((row) => isResidual[row] === 1),
      clusters,
    );
    const comparing = (within: ClusterRows): PersonComparison =>
      new PersonComparison(
        evidence,
        within,
        this.#comparators,
        new StatedNumbers(evidence, within, repairNumbers, this.#held.holderOf),
        households,
        (row) => phones.of(row),
      );
    let comparison = comparing(clusters);
    this.#over('homes and telephones');
    const learned = known ?? this.#learn(comparison, clusters, residual);
    const weights = new PersonWeights(learned.trained, learned.names.sharesOf(columns.names), learned.names.persons);
    this.#over('learning');
    // The register that has nobody twice goes first: what is left of it are persons whom others may be.
    const leading = residual.filter((row) => columns.traits(row).duplicates === 'none');
    this.#assign(leading, clusters, comparison, weights, 'LINK');
    for (const row of leading) this.#anchored[this.#clusterOf(row)] = 1;
    let others = residual.filter((row) => columns.traits(row).duplicates !== 'none');
    // A second time beside what the first found: a person's other rows say more of them.
    for (const round of ['LINK', 'LAST'] as const) {
      clusters = this.#clusters();
      comparison = comparing(clusters);
      this.#assign(others, clusters, comparison, weights, round);
      others = others.filter((row) => this.#byAgreement[this.#held.at[row]!] === 0);
    }
    clusters = this.#clusters();
    comparison = comparing(clusters);
    this.#joinStrangers(others, clusters, comparison, weights);
    this.#over('strangers');
    this.#assign(this.#held.unconfirmed, clusters, comparison, weights, 'DOUBT');
    return {
      cluster: this.#cluster,
      count: this.#count,
      byAgreement: this.#byAgreement,
      learned,
      doubtful: this.#doubtful,
      capped: this.#capped,
      pairs: this.#pairs,
      weights: this.#weights,
      asked: residual.length,
      unanswered: this.#unanswered,
      comparison,
      evidenceWeights: weights,
    };
  }

  #learn(comparison: PersonComparison, clusters: ClusterRows, residual: Int32Array): Learned {
    const names = NameCounts.of(this.#columns, clusters, this.#anchored);
    const { groups, anchorCluster } = this.#question.deterministic;
    const trained = trainPersons({
      comparison,
      clusters,
      rows: this.#evidence.rows,
      clusterOf: (row) => this.#clusterOf(row),
      clusterOfNumber: (row) => {
        if (this.#columns.personKey[row] === 0) return -1;
        const group = groups.index.find(this.#columns.personKey[row]!);
        return groups.next[groups.head[group]!] === -1 ? -1 : anchorCluster[group]!;
      },
    });
    return {
      trained: roundShares(this.#withPrior(trained, names, residual, clusters, comparison)),
      blockingRecall: this.#blockingRecall(clusters, comparison),
      names,
    };
  }

  /** Asks for persons by rows of theirs, as if these carried no number and stood nowhere yet. */
  #blockingRecall(clusters: ClusterRows, comparison: PersonComparison): RuleRecall[] {
    const columns = this.#columns;
    const taken = new Set<number>();
    const drawn = drawRows(this.#evidence.rows, columns.evidence, (row) => {
      const own = this.#clusterOf(row);
      return (
        this.#held.holds[row] === 1 &&
        columns.traits(row).nameRank > 0 &&
        clusters.start[own + 1]! - clusters.start[own]! > 1
      );
    });
    // One row a person: the others stay to be found.
    const asking = drawn.filter((row) => !taken.has(this.#clusterOf(row)) && taken.add(this.#clusterOf(row)));
    const outside = this.#cluster.slice();
    asking.forEach((row, i) => (outside[this.#held.at[row]!] = this.#count + i));
    const without = rowsByCluster(this.#question.rows, outside, this.#count + asking.length);
    const blocks = this.#blocks(asking, without, comparison, this.#anchored);
    const rules = [...PERSON_MODEL.blocking.map(({ name }) => name), 'all'];
    const found = rules.map(() => 0);
    const candidates = new Candidates();
    asking.forEach((row, at) => {
      rules.forEach((_, rule) => {
        const count = blocks.candidatesOf(at, candidates, rule < rules.length - 1 ? rule : -1);
        if (candidates.cluster.subarray(0, count).includes(this.#clusterOf(row))) found[rule]! += 1;
      });
    });
    // By its number nobody is found here: the rows that have a broken one are others.
    return rules.flatMap((rule, i) => (rule === 'number' ? [] : [{ rule, found: found[i]!, of: asking.length }]));
  }

  /** How many of the rows without a number have their person in the county: asked of a sample, whose answer is the next question. */
  #withPrior(
    trained: TrainedModel,
    names: NameCounts,
    residual: Int32Array,
    clusters: ClusterRows,
    comparison: PersonComparison,
  ): TrainedModel {
    const columns = this.#columns;
    const sample = drawRows(residual, columns.evidence, (row) => columns.traits(row).duplicates !== 'none');
    if (sample.length < 50) return trained;
    const blocks = this.#blocks(sample, clusters, comparison, this.#anchored);
    const shares = names.sharesOf(columns.names);
    let { prior } = trained;
    for (let round = 0; round < 3; round += 1) {
      const weights = new PersonWeights({ ...trained, prior }, shares, names.persons);
      prior = Math.min(0.99, Math.max(0.5, assignRows(sample, blocks, comparison, weights, NOBODY_APART).expected));
    }
    return { ...trained, prior };
  }

  /** @param mode `LINK` joins what is certain; `LAST` also notes what is doubtful; `DOUBT` only notes. */
  #assign(
    rows: Int32Array,
    clusters: ClusterRows,
    comparison: PersonComparison,
    weights: PersonWeights,
    mode: 'LINK' | 'LAST' | 'DOUBT',
  ): void {
    if (rows.length === 0) return;
    const blocks = this.#blocks(rows, clusters, comparison, this.#anchored);
    this.#over('candidates');
    if (mode !== 'DOUBT') this.#capped.push(...blocks.capped);
    const found = assignRows(
      rows,
      blocks,
      comparison,
      weights,
      (row, cluster) => this.#isApart(row, cluster) || (mode === 'DOUBT' && cluster === this.#clusterOf(row)),
    );
    this.#over('comparing');
    this.#tally(found, mode);
    const { link, review } = PERSON_MODEL.thresholds;
    const later = mode === 'LINK' ? this.#seconds(rows, found, link) : NOBODY;
    rows.forEach((row, i) => {
      const probability = found.probability[i]!;
      const best = found.best[i]!;
      if (later.has(i)) return;
      if (best !== -1 && probability >= link && mode !== 'DOUBT') this.#join(row, best);
      else if (mode === 'LINK') return;
      else if (best !== -1 && probability >= review) this.#doubt(row, best, probability, clusters, comparison, weights);
      else if (found.vetoed[i] !== -1 && found.vetoedProbability[i]! >= review)
        this.#doubt(
          row,
          found.vetoed[i]!,
          Math.min(UNDER_VETO, found.vetoedProbability[i]!),
          clusters,
          comparison,
          weights,
        );
    });
  }

  /**
   * Of several rows of one register that go to one person in one round, where the register means to have nobody twice: all but the one that
   * agrees most. They are asked again beside it. @returns positions in `rows`
   */
  #seconds(rows: Int32Array, found: Assignments, link: number): ReadonlySet<number> {
    const columns = this.#columns;
    const first = new Map<number, number>();
    const seconds = new Set<number>();
    rows.forEach((row, i) => {
      if (found.best[i] === -1 || found.probability[i]! < link || columns.traits(row).duplicates !== 'rare') return;
      const key = found.best[i]! * 1024 + columns.dataset[row]!;
      const known = first.get(key);
      if (known === undefined) {
        first.set(key, i);
        return;
      }
      const before =
        found.bits[i]! - found.bits[known]! ||
        columns.evidence[rows[known]!]! - columns.evidence[row]! ||
        columns.id[rows[known]!]! - columns.id[row]!;
      first.set(key, before > 0 ? i : known);
      seconds.add(before > 0 ? known : i);
    });
    return seconds;
  }

  #doubt(
    row: number,
    cluster: number,
    probability: number,
    clusters: ClusterRows,
    comparison: PersonComparison,
    weights: PersonWeights,
  ): void {
    comparison.compare(row, cluster);
    this.#doubtful.push({
      row,
      other: leadingRow(this.#columns, clusters, cluster, row),
      probability,
      bits: weights.sum(comparison.levels, comparison.matchedName),
      levels: comparison.levels.slice(),
      matchedName: comparison.matchedName,
    });
  }

  #tally(found: Assignments, mode: 'LINK' | 'LAST' | 'DOUBT'): void {
    this.#pairs += found.pairs;
    if (mode === 'LINK') found.weights.forEach((pairs, bin) => (this.#weights[bin]! += pairs));
    else if (mode === 'LAST') this.#unanswered = found.best.reduce((sum, best) => sum + (best === -1 ? 1 : 0), 0);
  }

  #join(row: number, cluster: number): void {
    const at = this.#held.at[row]!;
    this.#cluster[at] = cluster;
    this.#byAgreement[at] = this.#columns.personKey[row] === 0 ? 1 : 2;
  }

  /** Whom the county does not know by a number may still stand in two of its registers. */
  #joinStrangers(rows: Int32Array, clusters: ClusterRows, comparison: PersonComparison, weights: PersonWeights): void {
    const alone = new Uint8Array(this.#count);
    for (const row of rows) alone[this.#clusterOf(row)] = 1;
    const blocks = this.#blocks(rows, clusters, comparison, alone);
    const found = clusterStrangers(rows, blocks, comparison, weights, {
      clusterOf: (row) => this.#clusterOf(row),
      rowOf: (cluster) => clusters.member[clusters.start[cluster]!]!,
      isApart: (row, cluster) => this.#isApart(row, cluster),
    });
    this.#pairs += found.pairs;
    for (const [row, first] of found.joined) {
      this.#join(row, this.#clusterOf(first));
      this.#byAgreement[this.#held.at[first]!] = this.#columns.personKey[first] === 0 ? 1 : 2;
    }
    this.#doubtful.push(...found.doubtful);
  }

  #blocks(
    rows: Int32Array,
    clusters: ClusterRows,
    comparison: PersonComparison,
    candidates: Uint8Array,
  ): CandidateBlocks {
    const rules = candidateRules(this.#evidence, comparison, (row) => this.#held.holds[row] === 1);
    return new CandidateBlocks(rows, clusters, rules, (cluster) => candidates[cluster] === 1);
  }

  #clusters(): ClusterRows {
    return rowsByCluster(this.#question.rows, this.#cluster, this.#count);
  }

  #over(stage: string): void {
    this.#question.onStage?.(stage);
  }

  #clusterOf(row: number): number {
    return this.#cluster[this.#held.at[row]!]!;
  }

  #isApart(row: number, cluster: number): boolean {
    const others = this.#question.apart.get(row);
    return (
      others !== undefined && others.some((other) => this.#held.at[other]! >= 0 && this.#clusterOf(other) === cluster)
    );
  }
}

/** What a veto stands against is never more than even: the weights do not know why it does. */
const UNDER_VETO = 0.5;

const NOBODY: ReadonlySet<number> = new Set();
const NOBODY_APART = (): boolean => false;

/** The row by which a person shows a cluster to a reviewer: of the register that speaks first; then by content. */
function leadingRow(columns: RecordColumns, { start, member }: ClusterRows, cluster: number, except: number): number {
  let best = -1;
  for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
    const row = member[i]!;
    if (row === except) continue;
    const before =
      best < 0 ||
      (columns.traits(row).nameRank - columns.traits(best).nameRank || columns.id[row]! - columns.id[best]!) < 0;
    if (before) best = row;
  }
  return best;
}
