import type { PersonClusters } from '../form-person-clusters.js';
import { sharedArray } from '../engine/thread-arrays.js';
import { REGISTERED } from '../record-columns.js';
import type { CandidateRule } from './block-candidates.js';
import { candidateRules } from './candidate-rules.js';
import type { ClusterRows } from './cluster-rows.js';
import { DisturbedRows, type Surroundings } from './disturbed-rows.js';
import type { HeldNumbers } from './held-numbers.js';
import {
  HOLDS_NUMBER,
  JOINED_FIRST,
  joinedWhen,
  NUMBERED,
  TOLD_APART,
  WAS_SECOND,
  type LastNight,
} from './last-night.js';
import type { Homes, PersonEvidence } from './person-evidence.js';
import { PERSON_MODEL } from './person-model.js';
import { NOBODY_ASKS } from './row-slots.js';
import type { Pairs, Worth } from './weigh-pairs.js';

export interface NightQuestion {
  readonly last: LastNight;
  readonly evidence: PersonEvidence;
  readonly ways: Pick<Surroundings, 'ground' | 'slots' | 'threads' | 'chunk' | 'giveCounty'>;
  readonly held: HeldNumbers;
  readonly deterministic: PersonClusters;
  readonly rows: Int32Array;
  /** By position; changes while rows are joined. */
  readonly cluster: Int32Array;
  /** Tonight's marks, by position. */
  readonly mark: Float64Array;
  readonly isToldApart: (row: number) => boolean;
}

/**
 * Tonight beside last night: which rows are others, which clusters are others for it, and who has to be asked again. What a round joins
 * otherwise than last night disturbs those who are asked in the next.
 */
export class PersonsNight {
  readonly disturbed: DisturbedRows;
  readonly #question: NightQuestion;
  /** By row: 1 where its mark is another than last night; and these rows. */
  readonly #isNew: Uint8Array;
  readonly #new: number[] = [];
  /** By cluster: 1 where it is another than last night. */
  readonly #isOther: Uint8Array;
  #others: number[] = [];
  /** A row of the person to whom the row was joined last night; -1 for none. */
  readonly #partner: Int32Array;
  /** Of a row that lost its person to another of its register in the first round, a row of that person. */
  readonly #lost = new Map<number, number>();
  readonly #surety = new Map<number, number>();
  readonly #keptAs: (readonly [place: number, row: number])[] = [];

  constructor(question: NightQuestion) {
    this.#question = question;
    const { last, evidence, rows, deterministic } = question;
    for (const { row, other } of last.words.seconds) this.#lost.set(last.places.find(row), last.places.find(other));
    this.#isOther = new Uint8Array(deterministic.count);
    this.#isNew = new Uint8Array(evidence.columns.size);
    this.#partner = sharedArray(Int32Array, evidence.columns.size);
    last.places.findAll(last.partner, this.#partner);
    const isSure = sharedArray(Uint8Array, evidence.columns.size);
    const { mark } = question;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at]!;
      if (last.surety[row]! > 0) isSure[row] = 1;
      if (last.mark[row] === mark[at]) continue;
      this.#isNew[row] = 1;
      this.#new.push(row);
      if (last.mark[row] !== 0) this.#keptAs.push([last.replaced.keep(row, evidence.columns), row]);
    }
    const replacedBirth = new Int32Array(last.replaced.columns.size);
    const replacedHomes = this.#replacedHomes();
    const replacedRules = this.#replacedRules(replacedHomes, replacedBirth);
    this.disturbed = new DisturbedRows({
      ...question.ways,
      evidence,
      replaced: last.replaced,
      replacedRules,
      replacedBirth,
      replacedHomes,
      clusters: deterministic.count,
      lastNight: { isSure, partner: this.#partner },
    });
  }

  /** Whether the row's evidence, its own or what follows from others, is another than last night. */
  isNew(row: number): boolean {
    return this.#isNew[row] === 1;
  }

  /** @param asking every row that would be asked in a run from scratch */
  begin(clusters: ClusterRows, asking: Int32Array): void {
    const { last, rows, isToldApart } = this.#question;
    for (const row of this.#new) this.#note(this.#clusterOf(row));
    for (const [place, row] of this.#keptAs) {
      const numbered = this.#numberedBefore(place, row);
      const joined = this.#joinedBefore(row);
      this.#note(numbered);
      this.#note(joined);
      // With the rows of its number it stood until it was joined to others; where it stood alone, it is the row itself that it is looked at with.
      const stood = new Set([numbered, joined].filter((cluster) => cluster >= 0));
      if (stood.size === 0) stood.add(this.#clusterOf(row));
      for (const cluster of stood) this.disturbed.touchReplaced(place, cluster);
    }
    for (const row of asking)
      if (this.isNew(row) || isToldApart(row) || (last.answer[row]! & TOLD_APART) !== 0 || this.#isPartnerOther(row))
        this.disturbed.add(row);
    this.#touchOthers(clusters);
    const { cluster, held } = this.#question;
    this.disturbed.reach(asking, { rows, cluster, at: held.at, isNew: (row) => this.isNew(row) });
  }

  /**
   * Disturbs who is sure of a person and would be less sure than it takes, with what the clusters beside are tonight. What these were last
   * night is taken for nothing, so that the probability is no more than what asking would give.
   * @param worthOf tells of each pair what the cluster is worth to the row
   * @param grown clusters that somebody was joined to since this was asked before
   */
  compareBeside(worthOf: (pairs: Pairs) => Worth, grown: ReadonlySet<number>): void {
    const { last } = this.#question;
    const { besideRows, besideClusters } = this.disturbed;
    const isAgain = new Uint8Array(this.#isNew.length);
    let again = 0;
    for (let i = 0; i < besideRows.length; i += 1) {
      const row = besideRows[i]!;
      if (isAgain[row] === 1 || this.disturbed.has(row)) continue;
      if (i < this.#compared && !grown.has(besideClusters[i]!) && !grown.has(this.#joinedBefore(row))) continue;
      isAgain[row] = 1;
      again += 1;
    }
    this.#compared = besideRows.length;
    if (again === 0) return;
    const rows = Int32Array.from(besideRows.filter((row) => isAgain[row] === 1));
    const clusters = Int32Array.from(besideClusters.filter((_, i) => isAgain[besideRows[i]!] === 1));
    const beside = worthOf({ rows, clusters });
    // What the row's person is worth at least follows from how sure it was: nearly all are sure enough by that, and are not compared.
    const { each, nobody } = this.#question.ways.ground.weights.odds;
    const atMost = sumsByRow(rows, (row, i) => {
      const rest = 1 / last.surety[row]! - 1;
      return grown.has(this.#joinedBefore(row)) ? Infinity : oddsOf(beside, i, nobody - each) * rest;
    });
    const unsure = Int32Array.from(atMost.keys()).filter((row) => !this.#isStillSure(row, atMost.get(row)!));
    const own = worthOf({ rows: unsure, clusters: unsure.map((row) => this.#joinedBefore(row)) });
    const ownBits = new Map(Array.from(unsure, (row, i) => [row, own.bits[i]!]));
    const sums = sumsByRow(rows, (row, i) => (ownBits.has(row) ? oddsOf(beside, i, ownBits.get(row)!) : 0));
    for (const row of unsure) if (!this.#isStillSure(row, sums.get(row) ?? 0)) this.disturbed.add(row);
  }
  #compared = 0;

  /** @param beside odds of others, at the most, where those of its person are 1 */
  #isStillSure(row: number, beside: number): boolean {
    const surely = downwards(1 / (1 / this.#question.last.surety[row]! + beside));
    if (surely < PERSON_MODEL.thresholds.link) return false;
    if (beside > 0) this.#surety.set(row, Math.min(this.suretyOf(row), surely));
    return true;
  }

  /** Of a row that answers as last night. */
  suretyOf(row: number): number {
    return this.#surety.get(row) ?? this.#question.last.surety[row]!;
  }

  /** Where the row was joined last night, in that round: a cluster of tonight; -1 where it was not. */
  replay(row: number, when: number): number {
    return joinedWhen(this.#question.last.answer[row]!) === when ? this.#joinedBefore(row) : -1;
  }

  /** As `replay`; also where the row lost that cluster to another of its register. */
  claimed(row: number, when: number): number {
    return when === JOINED_FIRST && this.wasSecond(row)
      ? this.#clusterOf(this.#lost.get(row)!)
      : this.replay(row, when);
  }

  wasSecond(row: number): boolean {
    return (this.#question.last.answer[row]! & WAS_SECOND) !== 0;
  }

  /** Whether the first round that asked the row last night joined it. */
  isJoinedAtOnce(row: number): boolean {
    return this.#question.last.surety[row]! > 0;
  }

  answered(row: number): number {
    return this.#question.last.answer[row]!;
  }

  /** @param joined cluster that the row was joined to in this round; -1 for none */
  heard(row: number, when: number, joined: number): void {
    const before = joinedWhen(this.#question.last.answer[row]!);
    const cluster = before === 0 ? -1 : this.#joinedBefore(row);
    const isAsBefore = joined === cluster && (joined < 0 || (before === when && !this.isNew(row)));
    if (!isAsBefore && (joined >= 0 || before === when)) {
      for (const other of [joined, cluster, this.#question.deterministic.cluster[this.#question.held.at[row]!]!]) {
        this.#touch(row, other);
        this.#note(other);
      }
    } else if (joined >= 0 && this.#isOther[joined] === 1) this.#touch(row, joined);
  }

  /** What a cluster says beside this row may settle nothing any more: also for those who share a key with its other rows alone. */
  #touch(row: number, cluster: number): void {
    if (cluster >= 0 && this.#isOther[cluster] === 1) this.disturbed.touchWhole(cluster);
    this.disturbed.touch(row, cluster);
  }

  /** Disturbs whoever of the rest met what was joined otherwise since the last time. */
  settle(clusters: ClusterRows, rest: Int32Array): void {
    this.#touchOthers(clusters);
    this.disturbed.reach(rest, null);
  }

  #note(cluster: number): void {
    if (cluster < 0 || this.#isOther[cluster] === 1) return;
    this.#isOther[cluster] = 1;
    this.#others.push(cluster);
  }

  #touchOthers({ start, member }: ClusterRows): void {
    for (const cluster of this.#others)
      for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) this.disturbed.touch(member[i]!, cluster);
    this.#others = [];
  }

  #clusterOf(row: number): number {
    const at = row < 0 ? -1 : this.#question.held.at[row]!;
    return at < 0 ? -1 : this.#question.cluster[at]!;
  }

  /** Whether the person to whom the row was joined is another, or its leading row, by which that person is told, may be in another. */
  #isPartnerOther(row: number): boolean {
    const partner = this.#partner[row]!;
    if (this.wasSecond(row) && this.#isOtherPerson(this.#lost.get(row) ?? -1)) return true;
    return partner < 0 ? this.#question.last.partner[row] !== 0 : this.#isOtherPerson(partner);
  }

  #isOtherPerson(partner: number): boolean {
    const cluster = this.#clusterOf(partner);
    return cluster < 0 || this.isNew(partner) || this.#isOther[cluster] === 1;
  }

  #joinedBefore(row: number): number {
    return this.#clusterOf(this.#partner[row]!);
  }

  /** The cluster, tonight, of the number with whose rows a replaced one stood. */
  #numberedBefore(place: number, row: number): number {
    const { last, deterministic } = this.#question;
    if ((last.answer[row]! & NUMBERED) === 0) return -1;
    const group = deterministic.numbers.find(last.replaced.columns.personKey[place]!);
    return group < 0 ? -1 : deterministic.anchorCluster[group]!;
  }

  #replacedHomes(): Homes {
    const { last } = this.#question;
    const { rows } = last.replaced;
    return {
      dwelling: Uint32Array.from(rows, (row) => last.dwelling[row]!),
      building: Uint32Array.from(rows, (row) => last.building[row]!),
    };
  }

  /** @param birth filled with the code of the date in the number that a row held, by place */
  #replacedRules(homes: Homes, birth: Int32Array): CandidateRule[] {
    const { last, evidence } = this.#question;
    const { columns, rows } = last.replaced;
    const holds = Uint8Array.from(rows, (row) => ((last.answer[row]! & HOLDS_NUMBER) === 0 ? 0 : 1));
    const dates = evidence.columns.births;
    const householdOf = new Int32Array(columns.size).fill(-1);
    for (let place = 0; place < columns.size; place += 1) {
      if (columns.tie[place] === REGISTERED)
        householdOf[place] = evidence.householdOfKey(columns.householdNumber[place]!);
      if (holds[place] === 1 && columns.personKey[place] !== 0)
        birth[place] = dates.codeOf(String(Math.floor(columns.numberTail[place]! / 1000)));
    }
    this.#question.ways.ground.comparators.birth.extend();
    const { pinyin, given, surname, firstTwo, townshipOf } = evidence;
    return candidateRules(
      {
        columns,
        pinyin,
        given,
        surname,
        firstTwo,
        townshipOf,
        homes,
        building: homes.building,
        householdOf,
        numberBirth: birth,
      },
      NOBODY_ASKS,
      (place) => holds[place] === 1,
    );
  }
}

function sumsByRow(rows: Int32Array, of: (row: number, place: number) => number): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  rows.forEach((row, i) => {
    const more = of(row, i);
    if (more > 0) sums.set(row, (sums.get(row) ?? 0) + more);
  });
  return sums;
}

/** Of the pair at a place, where so many bits are odds of 1. */
function oddsOf({ bits, isNamesake }: Worth, place: number, one: number): number {
  if (bits[place] === -Infinity) return 0;
  return isNamesake[place] === 1 ? Infinity : 2 ** (bits[place]! - one);
}

/** Not above the number, as a Float32Array will hold it. */
export function downwards(probability: number): number {
  return Math.fround(probability * (1 - 2 ** -22));
}
