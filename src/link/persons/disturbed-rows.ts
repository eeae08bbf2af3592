import { NumberIndex } from '../engine/number-index.js';
import { REGISTERED, type RecordColumns } from '../record-columns.js';
import { answerOf } from '../engine/comparator.js';
import { countRows } from './block-rows.js';
import type { CandidateRule } from './block-candidates.js';
import { eachKeys, type CandidateKeys } from './candidate-keys.js';
import { BIRTH, COMPARISONS, HOME, NAME } from './compare-person.js';
import { HOME_LEVELS } from './levels.js';
import type { HomeHouseholds, Homes, PersonEvidence } from './person-evidence.js';
import type { PersonWeights } from './person-weights.js';
import type { PreparedComparators } from './prepare-comparators.js';
import type { ReplacedRows } from './last-night.js';
import type { RowSlots } from './row-slots.js';

export interface Surroundings {
  readonly evidence: PersonEvidence;
  readonly households: HomeHouseholds;
  readonly comparators: PreparedComparators;
  readonly weights: PersonWeights;
  readonly rules: readonly CandidateRule[];
  readonly slots: RowSlots;
  readonly replaced: ReplacedRows;
  /** The same rules over the rows as they were. */
  readonly replacedRules: readonly CandidateRule[];
  /** Code of the date in the number that a replaced row held, by its place. */
  readonly replacedBirth: ArrayLike<number>;
  readonly replacedHomes: Homes;
  /** How many clusters there are. */
  readonly clusters: number;
  /** Whether the row is sure enough of another cluster that it need not be asked because of this one before the two are compared. */
  readonly isSureBeside: (row: number, cluster: number) => boolean;
}

/**
 * Which of the rows that ask have to ask again. A row's answer follows from its own evidence and from the clusters that a rule brings
 * before it, and of these only from such as names, date of birth and home do not settle. So a row is disturbed where it shares a key
 * with a row of a cluster that is another than last night, as that row is or as it was, and all that the cluster says or said does not settle
 * the two.
 */
export class DisturbedRows {
  readonly #around: Surroundings;
  /** By row. */
  readonly #isDisturbed: Uint8Array;
  /** Touched since the last time; each with its cluster. */
  #rows: number[] = [];
  #rowClusters: number[] = [];
  #replaced: number[] = [];
  #replacedClusters: number[] = [];
  /** Every row that was touched in a cluster, as a chain: the first place by cluster, the next by place; replaced rows as -1 - place. */
  readonly #firstOf: Int32Array;
  readonly #entries: number[] = [];
  readonly #nextOf: number[] = [];
  readonly #met: Int32Array;
  /** Rows that are sure of their person, each with a cluster that may make them less so. */
  readonly besideRows: number[] = [];
  readonly besideClusters: number[] = [];
  /** What of these was found in this search. */
  #beside = new NumberIndex(1024);
  readonly #levels = new Uint8Array(COMPARISONS);

  constructor(around: Surroundings) {
    this.#around = around;
    this.#isDisturbed = new Uint8Array(around.evidence.columns.size);
    this.#met = new Int32Array(around.clusters).fill(-1);
    this.#firstOf = new Int32Array(around.clusters).fill(-1);
  }

  has(row: number): boolean {
    return this.#isDisturbed[row] === 1;
  }

  add(row: number): void {
    this.#isDisturbed[row] = 1;
  }

  /** A row of a cluster that is another than last night; -1: of none. */
  touch(row: number, cluster: number): void {
    if (cluster < 0) return;
    this.#rows.push(row);
    this.#rowClusters.push(cluster);
    this.#enlist(row, cluster);
  }

  touchReplaced(place: number, cluster: number): void {
    this.#replaced.push(place);
    this.#replacedClusters.push(cluster);
    this.#enlist(-1 - place, cluster);
  }

  #enlist(entry: number, cluster: number): void {
    this.#nextOf.push(this.#firstOf[cluster]!);
    this.#firstOf[cluster] = this.#entries.push(entry) - 1;
  }

  /**
   * Disturbs whoever of these rows has met one that was touched since the last time.
   * @param whole how many rows stand under a key has to be looked at: null where all that may have changed it was seen before
   */
  reach(among: Int32Array, whole: Whole | null): void {
    if (this.#rows.length + this.#replaced.length === 0) return;
    const { rules, replacedRules } = this.#around;
    rules.forEach((rule, i) => {
      const touched = this.#touchedBy(rule, replacedRules[i]!);
      if (touched.index.size === 0) return;
      // One pass over all tells how many stand under each key, and who of those that ask.
      const slots =
        whole || !rule.askedBy ? this.#around.slots.find(i, touched.index, whole ? whole.rows : among) : null;
      const crowds = whole && this.#crowdsOf(rule, replacedRules[i]!, touched.index, slots!, whole);
      this.#reachBy(rule, among, touched, crowds, slots, whole ? whole.at : null);
    });
    this.#rows = [];
    this.#rowClusters = [];
    this.#replaced = [];
    this.#replacedClusters = [];
    this.#met.fill(-1);
    this.#beside = new NumberIndex(1024);
  }

  #touchedBy(rule: CandidateRule, replacedRule: CandidateRule): Touched {
    const count = this.#rows.length + this.#replaced.length;
    const index = new NumberIndex(Math.max(16, count));
    const next = new Int32Array(count).fill(-1);
    const head: number[] = [];
    const chain = (keysOf: CandidateKeys, rows: readonly number[], entries: number): void => {
      eachKeys(keysOf, Int32Array.from(rows), (keys, from, found) => {
        for (let i = 0; i < found; i += 1) {
          if (keys[i] === 0) continue;
          const slot = index.add(keys[i]!);
          next[entries + from + i] = head[slot] ?? -1;
          head[slot] = entries + from + i;
        }
      });
    };
    chain(rule.keys, this.#rows, 0);
    chain(replacedRule.keys, this.#replaced, this.#rows.length);
    return { index, head: Int32Array.from(head), next };
  }

  /** By slot: whether so many stand under the key that it brings nobody, both nights; or in one of the two. */
  #crowdsOf(
    rule: CandidateRule,
    replacedRule: CandidateRule,
    index: NumberIndex,
    slotOf: Int32Array,
    { rows, cluster, isNew }: Whole,
  ): Uint8Array {
    const size = new Int32Array(index.size);
    countRows(size, slotOf, cluster);
    const before = size.slice();
    const slots = new Int32Array(this.#replaced.length);
    eachKeys(replacedRule.keys, Int32Array.from(this.#replaced), (keys, from, count) =>
      index.findEach(keys, count, slots, from),
    );
    for (const slot of slots) if (slot >= 0) before[slot]! += 1;
    const crowds = new Uint8Array(size.length);
    // No more than these stood there, less whoever came since.
    if (before.every((most) => most <= rule.most)) return crowds;
    for (let at = 0; at < rows.length; at += 1)
      if (slotOf[at]! >= 0 && cluster[at]! >= 0 && isNew(rows[at]!)) before[slotOf[at]!]! -= 1;
    for (let slot = 0; slot < size.length; slot += 1) {
      const [isNow, wasBefore] = [size[slot]! > rule.most, before[slot]! > rule.most];
      if (isNow || wasBefore) crowds[slot] = isNow && wasBefore ? CROWD : CROSSED;
    }
    return crowds;
  }

  /** @param slots by position of the row @param at its position; null where that is its place in `among` */
  #reachBy(
    rule: CandidateRule,
    among: Int32Array,
    { index, head, next }: Touched,
    crowds: Uint8Array | null,
    slots: Int32Array | null,
    at: Int32Array | null,
  ): void {
    const isSure = rule.name === 'number';
    const isDisturbed = this.#isDisturbed;
    let asking = 0;
    const meet = (slot: number): void => {
      // Whose number a row carries says something of it beside every other candidate.
      if (isSure || crowds?.[slot] === CROSSED) {
        isDisturbed[asking] = 1;
        return;
      }
      if (crowds?.[slot] === CROWD) return;
      for (let entry = head[slot]!; entry >= 0; entry = next[entry]!) {
        const place = entry - this.#rows.length;
        const cluster = place < 0 ? this.#rowClusters[entry]! : this.#replacedClusters[place]!;
        if (cluster >= 0 && this.#met[cluster] === asking) continue;
        if (cluster >= 0) this.#met[cluster] = asking;
        const isSureBeside = this.#around.isSureBeside(asking, cluster);
        // Who shares a name shares its sound and its first two characters.
        if (isSureBeside && this.#beside.find(pairOf(asking, cluster)) >= 0) continue;
        if (this.#isSettled(asking, cluster)) continue;
        if (isSureBeside && !this.#around.weights.mayBeNamesakeAtHome(this.#levels)) {
          this.#beside.add(pairOf(asking, cluster));
          this.besideRows.push(asking);
          this.besideClusters.push(cluster);
          continue;
        }
        isDisturbed[asking] = 1;
        return;
      }
    };
    if (rule.askedBy) {
      const ask = (key: number): void => {
        if (key === 0 || isDisturbed[asking] === 1) return;
        const slot = index.mayHave(key) ? index.find(key) : -1;
        if (slot >= 0) meet(slot);
      };
      for (const row of among) {
        if (isDisturbed[row] === 1) continue;
        asking = row;
        rule.askedBy(row, ask);
      }
      return;
    }
    for (let i = 0; i < among.length; i += 1) {
      asking = among[i]!;
      const slot = slots![at ? at[asking]! : i]!;
      if (slot >= 0 && isDisturbed[asking] === 0) meet(slot);
    }
  }

  /** As `PersonComparison` and `PersonWeights` would have it of the cluster, tonight's rows and last night's taken together. */
  #isSettled(row: number, cluster: number): boolean {
    const { evidence, replaced, replacedBirth, replacedHomes, weights } = this.#around;
    const levels = this.#levels.fill(0);
    levels[HOME] = ELSEWHERE;
    let isSilent = false;
    this.#heardName = 0;
    for (let chain = this.#firstOf[cluster]!; chain >= 0; chain = this.#nextOf[chain]!) {
      const entry = this.#entries[chain]!;
      if (entry === row) return false;
      const place = -1 - entry;
      const from = entry >= 0 ? evidence.columns : replaced.columns;
      const other = entry >= 0 ? entry : place;
      isSilent ||= !this.#compareNames(row, from, other);
      this.#compareBirth(row, from.birthText[other]!);
      this.#compareBirth(row, entry >= 0 ? evidence.numberBirth[entry]! : replacedBirth[place]!);
      if (entry >= 0) this.#compareHome(row, evidence.homes, evidence.building, entry, evidence.householdOf[entry]!);
      else {
        const isRegistered = from.tie[place] === REGISTERED;
        const household = isRegistered ? evidence.householdOfKey(from.householdNumber[place]!) : -1;
        this.#compareHome(row, replacedHomes, replacedHomes.building, place, household);
      }
    }
    // Of those who are silent alone the cluster may have consisted.
    return !isSilent && weights.isSettled(levels);
  }

  /** Most rows of a person say what the row before said. */
  #heardName = 0;
  #wasStated = false;

  #compareNames(row: number, from: RecordColumns, other: number): boolean {
    const { name, formerName, alias } = this.#around.evidence.columns;
    const theirs = from.name[other]!;
    if (theirs === 0 || theirs !== this.#heardName) {
      const byName = this.#compareName(name[row]!, theirs);
      const byFormer = this.#compareName(formerName[row]!, theirs);
      this.#wasStated = this.#compareName(alias[row]!, theirs) || byName || byFormer;
      this.#heardName = theirs;
    }
    const byTheirFormer = this.#compareName(name[row]!, from.formerName[other]!);
    return this.#compareName(name[row]!, from.alias[other]!) || byTheirFormer || this.#wasStated;
  }

  #compareName(one: number, met: number): boolean {
    const level = one === 0 || met === 0 ? 0 : this.#around.comparators.name.compare(one, met);
    if (level !== 0 && (this.#levels[NAME] === 0 || level < this.#levels[NAME]!)) this.#levels[NAME] = level;
    return level !== 0;
  }

  #compareBirth(row: number, other: number): void {
    const own = this.#around.evidence.columns.birthText[row]!;
    if (own !== 0 && other !== 0 && this.#around.comparators.birth.compare(own, other) === 1) this.#levels[BIRTH] = 1;
  }

  #compareHome(row: number, homes: Homes, buildings: Uint32Array, other: number, household: number): void {
    const { evidence, households } = this.#around;
    const dwelling = evidence.homes.dwelling[row]!;
    const building = evidence.building[row]!;
    const isTied = household >= 0 && (households.has(dwelling, household) || households.has(building, household));
    if (isTied || (dwelling !== 0 && dwelling === homes.dwelling[other])) this.#levels[HOME] = SAME_HOUSEHOLD;
    else if (building !== 0 && building === buildings[other] && this.#levels[HOME]! > SAME_BUILDING)
      this.#levels[HOME] = SAME_BUILDING;
  }
}

const SAME_HOUSEHOLD = answerOf(HOME_LEVELS, 'HOUSEHOLD');
const SAME_BUILDING = answerOf(HOME_LEVELS, 'BUILDING');
const ELSEWHERE = HOME_LEVELS.length;
function pairOf(row: number, cluster: number): number {
  return row * 2 ** 26 + cluster;
}

const CROWD = 1;
const CROSSED = 2;

/** All rows of the county, by position. */
export interface Whole {
  readonly rows: Int32Array;
  readonly cluster: Int32Array;
  /** Position by row. */
  readonly at: Int32Array;
  readonly isNew: (row: number) => boolean;
}

/** Entries by key: rows touched, then replaced ones. */
interface Touched {
  readonly index: NumberIndex;
  readonly head: Int32Array;
  readonly next: Int32Array;
}
