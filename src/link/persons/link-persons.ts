import { extname } from 'node:path';
import { collect } from '../engine/collect.js';
import { appended, sharedArray, sharedCopy, inShared } from '../engine/thread-arrays.js';
import type { TextTable } from '../engine/text-table.js';
import { shareTexts } from '../engine/thread-texts.js';
import { idleCores, Threads } from '../engine/threads.js';
import type { TrainedModel } from '../engine/linkage-model.js';
import { roundShares } from '../engine/trained-model.js';
import { ALONE_WITH_NUMBER, type PersonClusters } from '../form-person-clusters.js';
import { compareLots, type RecordColumns } from '../record-columns.js';
import {
  assignRows,
  expectedIn,
  pairsBesideIn,
  pairsIn,
  roomFor,
  WEIGHT_BINS,
  weightsIn,
  type Asked,
  type Assignments,
} from './assign-rows.js';
import { CandidateBlocks, Candidates, type CandidateRule, type CappedRule } from './block-candidates.js';
import { RowBlocks } from './block-rows.js';
import { BlocksInTurn } from './blocks-in-turn.js';
import { candidateRules } from './candidate-rules.js';
import { rowsByCluster, type ClusterRows } from './cluster-rows.js';
import { clusterStrangers } from './cluster-strangers.js';
import { PersonComparison } from './compare-person.js';
import { FirstRows } from './first-rows.js';
import { heldNumbers, type HeldNumbers } from './held-numbers.js';
import {
  JOINED_FIRST,
  JOINED_LAST,
  JOINED_WHEN_LEADING,
  UNANSWERED,
  type Answers,
  type KeptWords,
  type LastNight,
} from './last-night.js';
import { MARKED, markRows, shareMarks } from './mark-rows.js';
import { NameKeys, roomForNames, type NameCodes } from './name-keys.js';
import { NameCounts } from './name-counts.js';
import { HomeHouseholds, PersonEvidence, type Homes } from './person-evidence.js';
import { PERSON_MODEL } from './person-model.js';
import { PersonWeights } from './person-weights.js';
import { downwards, PersonsNight } from './persons-night.js';
import { countPhones, isPhoneOfFew, type CountedPhones, type PhoneParts } from './count-phones.js';
import { prepareComparators } from './prepare-comparators.js';
import { RowAnswers, type DoubtfulPair, type Weighing } from './row-answers.js';
import { KEYED, RowSlots } from './row-slots.js';
import { repairNumbers } from './repair-numbers.js';
import { roomForWorth, weighPairs, type Pairs, type Worth } from './weigh-pairs.js';
import { COMPARED, isApartIn, shareCounty, type RoundParts, type WeighingParts } from './thread-county.js';
import { NumberReadings, numbersHeld, StatedNumbers } from './stated-numbers.js';
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
  /** Where it fits what was learned, only rows are asked whose answer could be another than last night's. The partition is the same. */
  readonly lastNight?: LastNight | null;
  /** Told when a stage is over. */
  readonly onStage?: (stage: string) => void;
  /** Threads beside this one that ask rows; by default as many as cores are idle, and none for few rows. The answers are the same. */
  readonly threads?: ThreadTerms;
}

export interface ThreadTerms {
  readonly count: number;
  /** Rows that a thread takes at a time. */
  readonly chunk: number;
  /** Whether this one asks nothing before all others do: for tests. */
  readonly isAwaited: boolean;
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
  /** Position in `rows`, by row; -1 for others. */
  readonly at: Int32Array;
  /** By position in `rows`; -1 where the row speaks of no person. Clusters may be empty. */
  readonly cluster: Int32Array;
  readonly count: number;
  /** 1 where agreement brought the row to its cluster; 2 where it did, and the row's own number was set aside. */
  readonly byAgreement: Uint8Array;
  readonly learned: Learned;
  readonly doubtful: readonly DoubtfulPair[];
  readonly capped: readonly CappedRule[];
  readonly pairs: number;
  /** Of these, what threads beside this one looked at: another number every time. */
  readonly pairsBeside: number;
  /** Of the rows asked in this run: candidates by weight, as `assignRows` bins them. */
  readonly weights: Float64Array;
  /** Questions put in this run, and rows without a number of their own that no candidate was found for. */
  readonly asked: number;
  readonly unanswered: number;
  /** For the next night. */
  readonly answers: Answers;
  readonly kept: KeptWords;
  readonly comparison: PersonComparison<PersonEvidence>;
  readonly evidenceWeights: PersonWeights;
}

/** The probabilistic layer: it joins rows to the clusters of the deterministic one and to each other, and never divides one of these. */
export function linkPersons(question: PersonsQuestion): PersonPartition {
  const terms = question.threads ?? { count: threadsFor(question), chunk: CHUNK, isAwaited: false };
  const threads = new Threads(PROGRAM, terms.count, terms.isAwaited);
  try {
    return new PersonsRun(question, threads, terms.chunk).link(question.learned);
  } finally {
    threads.end();
  }
}

/** Beside this file, compiled or not as this one is. */
const PROGRAM = new URL(`./persons-thread${extname(import.meta.url)}`, import.meta.url);
/** The rule whose keys are telephones. */
const TELEPHONE = PERSON_MODEL.blocking.findIndex(({ name }) => name === 'telephone');
/** Rows that ask; some ten milliseconds. */
const CHUNK = 512;
/** Rows of which a key is found in the time of one that asks. */
const KEYS_IN_THE_TIME = 128;
const MARKS_IN_THE_TIME = 32;
/**
 * A thread is worth its start, and the names that it takes apart for itself, where this many rows are there, of which a third asks; in a
 * night, where a few in a hundred ask.
 */
const [MANY, MANY_OF_A_NIGHT] = [1_000_000, 2_000_000];

function threadsFor({ rows, lastNight }: PersonsQuestion): number {
  return rows.length < (lastNight ? MANY_OF_A_NIGHT : MANY) ? 0 : idleCores();
}

class PersonsRun {
  readonly #question: PersonsQuestion;
  readonly #columns: RecordColumns;
  /** By position; changed as rows are joined. */
  readonly #cluster: Int32Array;
  readonly #count: number;
  readonly #held: HeldNumbers;
  readonly #evidence: PersonEvidence;
  readonly #slots: RowSlots;
  readonly #byAgreement: Uint8Array;
  readonly #answers: RowAnswers;
  readonly #capped: CappedRule[] = [];
  readonly #weights = new Float64Array(WEIGHT_BINS);
  readonly #comparators;
  /** The first row of each cluster of the deterministic layer: what is joined to it is told by this row. */
  readonly #firstOf: Int32Array;
  readonly #anchored: Uint8Array;
  /** Gives the threads what they need of the county; null once they have it. */
  #countyToGive: (() => void) | null = null;
  #pairs = 0;
  #pairsBeside = 0;
  #asked = 0;

  constructor(
    question: PersonsQuestion,
    readonly threads: Threads,
    readonly chunk: number,
  ) {
    const { columns, deterministic } = question;
    const rows = inShared(question.rows);
    const homes = { ...question.homes, dwelling: inShared(question.homes.dwelling) };
    const codes = threads.count > 0 ? this.#readNames(columns.names) : null;
    if (threads.count > 0) columns.share([...COMPARED, ...KEYED, ...MARKED]);
    this.#question = { ...question, rows, homes };
    this.#columns = columns;
    this.#cluster = sharedCopy(deterministic.cluster);
    this.#count = deterministic.count;
    this.#byAgreement = new Uint8Array(rows.length);
    this.#comparators = prepareComparators(columns);
    this.#held = heldNumbers(columns, rows, deterministic, this.#comparators);
    const { numbered } = deterministic;
    const { apart, lastNight = null } = question;
    this.#answers = new RowAnswers({ columns, rows, numbered, held: this.#held, apart, lastNight });
    const persons = rowsWhere(rows, (_, at) => this.#cluster[at]! >= 0);
    this.#evidence = new PersonEvidence(columns, persons, homes, (row) => this.#held.holds[row] === 1, codes);
    this.#slots = new RowSlots(threads, this.#evidence, this.#held.holds, chunk * KEYS_IN_THE_TIME);
    this.#comparators.name.extend();
    this.#comparators.birth.extend();
    this.#firstOf = new Int32Array(this.#count).fill(-1);
    for (let at = 0; at < rows.length; at += 1) {
      const own = this.#cluster[at]!;
      if (own >= 0 && this.#firstOf[own] === -1) this.#firstOf[own] = rows[at]!;
    }
    this.#anchored = sharedArray(Uint8Array, this.#count);
    for (let at = 0; at < rows.length; at += 1)
      if (this.#held.holds[rows[at]!] === 1 && this.#cluster[at]! >= 0) this.#anchored[this.#cluster[at]!] = 1;
    this.#over('preparing');
  }

  link(known: Learned | null): PersonPartition {
    const evidence = this.#evidence;
    const columns = this.#columns;
    const residual = rowsNoted(evidence.rows, this.#held.holds, 0);
    const { unconfirmed } = this.#held;
    let clusters = this.#clusters();
    const isAsking = sharedArray(Uint8Array, columns.size);
    for (const some of [residual, unconfirmed]) for (let at = 0; at < some.length; at += 1) isAsking[some[at]!] = 1;
    const asking = rowsNoted(evidence.rows, isAsking, 1);
    const { phoneKey } = columns;
    const phones: PhoneParts = { phoneKey, asking, clusters, ofFew: sharedArray(Uint8Array, columns.size) };
    const count = (): CountedPhones => countPhones(phones, (index, among) => this.#slots.find(TELEPHONE, index, among));
    // Of telephones of rows that do not ask it is asked while it is learned, and never after.
    let counted = known ? null : count();
    const areCounted =
      known && this.threads.meanwhile('phones', () => ({ ...phones, asking: inShared(asking) }), count);
    const households = HomeHouseholds.of(evidence, clusters, asking);
    const numbers = numbersHeld(evidence, clusters);
    areCounted?.();
    const readings = new NumberReadings();
    const comparing = (within: ClusterRows): PersonComparison<PersonEvidence> =>
      new PersonComparison(
        evidence,
        within,
        this.#comparators,
        new StatedNumbers(evidence, within, repairNumbers, this.#held.holderOf, numbers, readings),
        households,
        (row) => phones.ofFew[row] === 1 || (counted !== null && isPhoneOfFew(counted, phoneKey[row]!)),
      );
    let comparison = comparing(clusters);
    const { holds, at, holderOf } = this.#held;
    const { apart } = this.#question;
    this.#countyToGive = () => {
      const rest = { holds, isPhoneOfFew: phones.ofFew, at, apart, cluster: this.#cluster, anchored: this.#anchored };
      this.threads.give('county', shareCounty({ comparison, numbers, rows: asking, holderOf, households }, rest));
    };
    const mark = (): Float64Array => this.#mark(households, phones.ofFew, isAsking);
    const { lastNight } = this.#question;
    const tonight = lastNight ? mark() : null;
    this.#over('homes and telephones');
    this.#namesAreRead();
    const learned = known ?? this.#learn(comparison, clusters, residual);
    counted = null;
    const weights = new PersonWeights(learned.trained, learned.names.sharesOf(columns.names), learned.names.persons);
    this.#over('learning');
    const night = known && lastNight && tonight ? this.#night(lastNight, tonight, comparison, weights) : null;
    night?.begin(clusters, asking);
    const compareBeside = (grown: ReadonlySet<number>): void =>
      night?.compareBeside((pairs) => this.#worthOf(pairs, { clusters, comparison, weights }), grown);
    compareBeside(new Set());
    // A night asks few, and leaves little behind.
    const letGo = (): void => {
      if (columns.size >= MANY && !night) collect();
    };
    const blocks = new BlocksInTurn();
    const take = (rows: Int32Array): void => {
      if (rows.length > 0) blocks.add(this.#rowBlocks(rows, comparison));
    };
    letGo();
    // Whoever is asked late may be disturbed late: another pass over the county would cost more than their blocks.
    take(night ? rowsWhere(asking, (row) => night.disturbed.has(row) || !night.isJoinedAtOnce(row)) : asking);
    this.#capped.push(...blocks.capped);
    this.#slots.release();
    letGo();
    this.#over('candidates');
    const round = (rows: Int32Array, mode: Mode): void => {
      const asked = night ? rowsWhere(rows, (row) => night.disturbed.has(row)) : rows;
      this.#assign({ blocks, clusters, comparison, weights, mode, night }, asked, rows);
      this.#over('comparing');
    };
    const settle = (rest: Int32Array, joined = NO_ROWS): void => {
      letGo();
      clusters = this.#clusters();
      comparison = comparing(clusters);
      if (!night) return;
      night.settle(clusters, rest);
      compareBeside(new Set(Array.from(joined, (row) => this.#clusterOf(row))));
      take(rowsWhere(rest, (row) => night.disturbed.has(row) && !blocks.has(row)));
      this.#over('candidates');
    };
    // The register that has nobody twice goes first: what is left of it are persons whom others may be.
    const isUnique = columns.datasets.map(({ duplicates }) => duplicates === 'none');
    const leading = rowsWhere(residual, (row) => isUnique[columns.dataset[row]!]!);
    let others = rowsWhere(residual, (row) => !isUnique[columns.dataset[row]!]!);
    round(leading, 'LEAD');
    for (const row of leading) this.#anchored[this.#clusterOf(row)] = 1;
    settle(appended(others, unconfirmed), leading);
    round(others, 'FIRST');
    others = rowsWhere(others, (row) => this.#byAgreement[this.#held.at[row]!] === 0);
    // A second time beside what the first found: a person's other rows say more of them.
    settle(appended(others, unconfirmed));
    round(others, 'LAST');
    others = rowsWhere(others, (row) => this.#byAgreement[this.#held.at[row]!] === 0);
    settle(unconfirmed);
    round(unconfirmed, 'DOUBT');
    blocks.release();
    if (!night) this.threads.give('nobody asks', null);
    letGo();
    this.#joinStrangers(others, clusters, comparison, weights);
    this.#over('strangers');
    // A run that has no night before it asks nobody by them: they wait until what is asked by is let go of.
    const marks = tonight ?? mark();
    const answers = this.#answers.all(marks, this.#cluster, this.#firstOf, evidence.building);
    this.#over('answers');
    return {
      at: this.#held.at,
      cluster: this.#cluster,
      count: this.#count,
      byAgreement: this.#byAgreement,
      learned,
      doubtful: this.#answers.doubtful,
      capped: this.#capped,
      pairs: this.#pairs,
      pairsBeside: this.#pairsBeside,
      weights: this.#weights,
      asked: this.#asked,
      unanswered: this.#answers.unanswered,
      answers,
      kept: this.#answers.kept,
      comparison,
      evidenceWeights: weights,
    };
  }

  /** Beside what else is made ready; what comes of it is complete after `#namesAreRead`. */
  #readNames(names: TextTable): NameCodes {
    const codes = roomForNames(names.size);
    this.#namesAreRead = this.threads.meanwhile(
      'names',
      () => ({ texts: shareTexts(names), codes }),
      () => new NameKeys().readAll(names, codes, 1),
    );
    return codes;
  }
  #namesAreRead = (): void => {};

  #learn(comparison: PersonComparison, clusters: ClusterRows, residual: Int32Array): Learned {
    const names = NameCounts.of(this.#columns, clusters, this.#anchored);
    const { numbers, anchor, anchorCluster, numbered } = this.#question.deterministic;
    const trained = trainPersons({
      comparison,
      clusters,
      rows: this.#evidence.rows,
      clusterOf: (row) => this.#clusterOf(row),
      clusterOfNumber: (row) => {
        if (this.#columns.personKey[row] === 0) return -1;
        const group = numbers.find(this.#columns.personKey[row]!);
        return numbered[this.#held.at[anchor[group]!]!] === ALONE_WITH_NUMBER ? -1 : anchorCluster[group]!;
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
    const drawn = drawRows(this.#evidence.rows, columns, (row) => {
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
    const blocks = this.#rowBlocks(asking, comparison, outside);
    const rules = [...PERSON_MODEL.blocking.map(({ name }) => name), 'all'];
    const found = rules.map(() => 0);
    const candidates = new Candidates();
    asking.forEach((row) => {
      rules.forEach((_, rule) => {
        const count = blocks.candidatesOf(row, candidates, rule < rules.length - 1 ? rule : -1);
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
    const sample = drawRows(residual, columns, (row) => columns.traits(row).duplicates !== 'none');
    if (sample.length < 50) return trained;
    const blocks = new BlocksInTurn(this.#rowBlocks(sample, comparison));
    const shares = names.sharesOf(columns.names);
    let { prior } = trained;
    for (let round = 0; round < 3; round += 1) {
      const weights = new PersonWeights({ ...trained, prior }, shares, names.persons);
      const found = this.#ask(sample, { blocks, clusters, comparison, weights, mode: 'FIRST' }, true);
      prior = Math.min(0.99, Math.max(0.5, expectedIn(found)));
    }
    return { ...trained, prior };
  }

  /** By position: what there is to tell of each row before anybody is asked. */
  #mark(households: HomeHouseholds, ofFew: Uint8Array, isAsking: Uint8Array): Float64Array {
    const { rows } = this.#question;
    const { threads } = this;
    const parts = shareMarks(this.#evidence, {
      rows,
      marks: sharedArray(Float64Array, rows.length),
      answer: this.#answers.answer,
      households: households.parts,
      isAsking,
      isPhoneOfFew: ofFew,
    });
    threads.share('mark', () => parts, rows.length, this.chunk * MARKS_IN_THE_TIME, markRows(parts));
    return parts.marks;
  }

  /** Asks here and in the threads beside. */
  #ask(
    rows: Int32Array,
    { blocks, clusters, comparison, weights, mode }: Omit<Round, 'night'>,
    isExpected = false,
  ): Assignments {
    const { threads, chunk } = this;
    const isDoubt = mode === 'DOUBT';
    const into = roomFor(rows.length, 1 + threads.count, isExpected);
    const isApart = isApartIn(this.#question.apart, this.#held.at, this.#cluster, isDoubt);
    const asked: Asked = { rows, blocks, comparison, weights, isApart };
    const give = (): RoundParts => {
      this.#giveCounty();
      return {
        ...weights.parts,
        rows: inShared(rows),
        into,
        blocks: blocks.all.map(({ parts }) => parts),
        clusters,
        isDoubt,
      };
    };
    threads.share('assign', give, rows.length, chunk, (from, to) => assignRows(asked, into, 0, from, to));
    return into;
  }

  /** Null where so much is another than last night that asking everybody is quicker. */
  #night(
    last: LastNight,
    mark: Float64Array,
    comparison: PersonComparison,
    weights: PersonWeights,
  ): PersonsNight | null {
    const { deterministic, rows, apart } = this.#question;
    let changed = 0;
    for (let at = 0; at < rows.length; at += 1) if (last.mark[rows[at]!] !== mark[at]) changed += 1;
    if (changed > Math.max(1000, rows.length * FROM_SCRATCH)) return null;
    return new PersonsNight({
      last,
      evidence: this.#evidence,
      ways: {
        ground: {
          evidence: this.#evidence,
          comparators: this.#comparators,
          households: comparison.households,
          weights,
          rules: this.#rules(comparison),
          at: this.#held.at,
          cluster: this.#cluster,
        },
        slots: this.#slots,
        threads: this.threads,
        chunk: this.chunk,
        giveCounty: () => this.#giveCounty(),
      },
      held: this.#held,
      deterministic,
      rows,
      cluster: this.#cluster,
      mark,
      isToldApart: (row) => apart.has(row),
    });
  }

  /** @param asked rows that have to be asked @param all of the round; those that are not asked answer as they did last night */
  #assign(round: Round, asked: Int32Array, all: Int32Array): void {
    const { mode, night } = round;
    const when = ROUNDS[mode];
    const { link, review } = PERSON_MODEL.thresholds;
    const found = this.#ask(asked, round);
    this.#asked += asked.length;
    this.#pairs += pairsIn(found);
    this.#pairsBeside += pairsBesideIn(found);
    if (mode === 'LEAD' || mode === 'FIRST') weightsIn(found).forEach((pairs, bin) => (this.#weights[bin]! += pairs));
    const again = night ? rowsWhere(all, (row) => !night.disturbed.has(row)) : NO_ROWS;
    const seconds = mode === 'LEAD' || mode === 'FIRST' ? this.#seconds(asked, found, again, round) : NOBODY;
    asked.forEach((row, i) => {
      const probability = found.probability[i]!;
      const best = found.best[i]!;
      const isJoined = best !== -1 && probability >= link && mode !== 'DOUBT' && !seconds.has(row);
      if (isJoined) this.#join(row, best, when);
      if (isJoined && mode !== 'LAST') this.#answers.wasSure(row, downwards(probability));
      night?.heard(row, when, isJoined ? best : -1);
      if (mode === 'LAST' && best === -1) this.#answers.note(row, UNANSWERED);
      if (isJoined || mode === 'LEAD' || mode === 'FIRST') return;
      if (best !== -1 && probability >= review) this.#answers.doubt(row, best, probability, round);
      else if (found.vetoed[i] !== -1 && found.vetoedProbability[i]! >= review)
        this.#answers.doubt(row, found.vetoed[i]!, Math.min(UNDER_VETO, found.vetoedProbability[i]!), round);
    });
    for (const row of again) {
      const joined = night!.claimed(row, when);
      if (joined < 0 || (seconds.has(row) && night!.wasSecond(row))) {
        if (mode === 'LAST') this.#answers.note(row, night!.answered(row) & UNANSWERED);
        if (mode === 'LAST' || mode === 'DOUBT') this.#answers.doubtAgain(row);
      } else if (seconds.has(row)) {
        night!.heard(row, when, -1);
        night!.disturbed.add(row);
      } else {
        this.#join(row, joined, when);
        this.#answers.wasSure(row, night!.suretyOf(row));
        night!.heard(row, when, joined);
      }
    }
    for (const [row, cluster] of seconds) this.#answers.wasSecond(row, this.#firstOf[cluster]!);
  }

  #giveCounty(): void {
    this.#countyToGive?.();
    this.#countyToGive = null;
  }

  /** Weighs here and in the threads beside. */
  #worthOf(pairs: Pairs, { clusters, comparison, weights }: Weighing): Worth {
    const { threads, chunk } = this;
    const into = roomForWorth(pairs.rows.length);
    const give = (): WeighingParts => {
      this.#giveCounty();
      const shared = { rows: inShared(pairs.rows), clusters: inShared(pairs.clusters) };
      return { ...weights.parts, pairs: shared, into, clusters };
    };
    threads.share('weigh', give, pairs.rows.length, chunk, (from, to) =>
      weighPairs(pairs, comparison, weights, into, from, to),
    );
    return into;
  }

  /**
   * Of several rows of one register that go to one person in one round, where the register means to have nobody twice: all but the one that
   * agrees most. They are asked again beside it. @param again rows that are not asked: they go where they went last night
   * @returns the cluster that was lost, by row
   */
  #seconds(
    asked: Int32Array,
    found: Assignments,
    again: Int32Array,
    { comparison, weights, night, mode }: Round,
  ): ReadonlyMap<number, number> {
    const columns = this.#columns;
    const { link } = PERSON_MODEL.thresholds;
    /** Where somebody who is asked wants to be, or was last night, is contested: elsewhere it ends as it did then. */
    const first = new FirstRows(asked.length >> 1);
    const seconds = new Map<number, number>();
    const keyOf = (row: number, cluster: number): number => cluster * 1024 + columns.dataset[row]!;
    const enter = (row: number, cluster: number, bits: number): void => {
      const key = keyOf(row, cluster);
      const known = first.rowOf(key);
      const before =
        known === -1
          ? 1
          : bits - first.bitsOf(key) || compareLots(columns, known, row) || columns.id[known]! - columns.id[row]!;
      if (known !== -1) seconds.set(before > 0 ? known : row, cluster);
      if (before > 0) first.put(key, row, bits);
    };
    const mayBeSecond = (row: number): boolean => columns.traits(row).duplicates === 'rare';
    asked.forEach((row, i) => {
      if (!mayBeSecond(row)) return;
      const before = night ? night.claimed(row, ROUNDS[mode]) : -1;
      if (before >= 0) first.contest(keyOf(row, before));
      if (found.best[i] !== -1 && found.probability[i]! >= link) enter(row, found.best[i]!, found.bits[i]!);
    });
    for (const row of again) {
      const cluster = mayBeSecond(row) ? night!.claimed(row, ROUNDS[mode]) : -1;
      if (cluster < 0) continue;
      if (first.isContested(keyOf(row, cluster))) {
        comparison.compare(row, cluster);
        enter(row, cluster, weights.sum(comparison.levels, comparison.matchedName));
      } else if (night!.wasSecond(row)) seconds.set(row, cluster);
    }
    return seconds;
  }

  #join(row: number, cluster: number, when: number): void {
    const at = this.#held.at[row]!;
    this.#cluster[at] = cluster;
    this.#byAgreement[at] = this.#columns.personKey[row] === 0 ? 1 : 2;
    this.#answers.note(row, when);
  }

  /** Whom the county does not know by a number may still stand in two of its registers. */
  #joinStrangers(rows: Int32Array, clusters: ClusterRows, comparison: PersonComparison, weights: PersonWeights): void {
    const alone = new Uint8Array(this.#count);
    for (const row of rows) alone[this.#clusterOf(row)] = 1;
    const blocks = this.#blocks(rows, clusters, comparison, alone);
    const found = clusterStrangers(rows, blocks, comparison, weights, {
      clusterOf: (row) => this.#clusterOf(row),
      rowOf: (cluster) => clusters.member[clusters.start[cluster]!]!,
      isApart: isApartIn(this.#question.apart, this.#held.at, this.#cluster, false),
    });
    this.#pairs += found.pairs;
    for (const [row, first] of found.joined) {
      this.#join(row, this.#clusterOf(first), 0);
      this.#byAgreement[this.#held.at[first]!] = this.#columns.personKey[first] === 0 ? 1 : 2;
    }
    this.#answers.doubtful.push(...found.doubtful);
  }

  #blocks(
    rows: Int32Array,
    clusters: ClusterRows,
    comparison: PersonComparison,
    candidates: Uint8Array,
  ): CandidateBlocks {
    return new CandidateBlocks(rows, clusters, this.#rules(comparison), (cluster) => candidates[cluster] === 1);
  }

  /** @param cluster where rows stand, by position, if not where this run has them */
  #rowBlocks(asking: Int32Array, comparison: PersonComparison, cluster = this.#cluster): RowBlocks {
    const { rows, columns } = this.#question;
    const standing = { cluster, isCandidate: (own: number) => this.#anchored[own] === 1 };
    const clusters = cluster === this.#cluster ? this.#count : this.#count + asking.length;
    return RowBlocks.of(asking, rows, this.#slots, columns.size, clusters, standing, this.#rules(comparison));
  }

  #rules(comparison: PersonComparison): CandidateRule[] {
    return candidateRules(this.#evidence, comparison, (row) => this.#held.holds[row] === 1);
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
}

/** What a veto stands against is never more than even: the weights do not know why it does. */
const UNDER_VETO = 0.5;

const NOBODY: ReadonlyMap<number, number> = new Map();
const NO_ROWS: Int32Array = new Int32Array(0);

/** Of millions of rows, each of which would cost a call. @param noted by row */
function rowsNoted(rows: Int32Array, noted: Uint8Array, as: 0 | 1): Int32Array {
  const taken = new Int32Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at += 1) if (noted[rows[at]!] === as) taken[count++] = rows[at]!;
  return taken.slice(0, count);
}

/** As `filter`, which makes a list of numbers first; the rows themselves where all are taken. */
function rowsWhere(rows: Int32Array, isTaken: (row: number, at: number) => boolean): Int32Array {
  const taken = new Int32Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at += 1) if (isTaken(rows[at]!, at)) taken[count++] = rows[at]!;
  return count === rows.length ? rows : taken.slice(0, count);
}

/** The register that has nobody twice; the others; these once more, noting what is doubtful; and whose number nobody else has, only noting. */
const ROUNDS = { LEAD: JOINED_WHEN_LEADING, FIRST: JOINED_FIRST, LAST: JOINED_LAST, DOUBT: 0 } as const;
type Mode = keyof typeof ROUNDS;

interface Round extends Weighing {
  readonly mode: Mode;
  readonly blocks: BlocksInTurn;
  readonly night: PersonsNight | null;
}

/** Above this share of rows that are others than last night, everybody is asked. */
const FROM_SCRATCH = 0.1;
