import { NumberIndex } from '../engine/number-index.js';
import { inShared, appended, sharedArray } from '../engine/thread-arrays.js';
import { shareTexts } from '../engine/thread-texts.js';
import type { Threads } from '../engine/threads.js';
import { REGISTERED } from '../record-columns.js';
import { countRows } from './block-rows.js';
import type { CandidateRule } from './block-candidates.js';
import { eachKeys, KEYS_AT_ONCE, type CandidateKeys } from './candidate-keys.js';
import {
  CROSSED,
  CROWD,
  roomBeside,
  TOLD_BY_REPLACED,
  TouchedClusters,
  type MeetingGround,
  type MeetingParts,
  type TouchedGiven,
  type TouchedParts,
} from './meet-clusters.js';
import type { Homes, PersonEvidence } from './person-evidence.js';
import type { ReplacedRows } from './last-night.js';
import type { RowSlots } from './row-slots.js';

export interface Surroundings {
  readonly evidence: PersonEvidence;
  readonly ground: MeetingGround;
  readonly slots: RowSlots;
  readonly threads: Threads;
  /** Rows that a thread takes at a time. */
  readonly chunk: number;
  /** Gives the threads what they need of the county. */
  readonly giveCounty: () => void;
  readonly replaced: ReplacedRows;
  /** The same rules over the rows as they were. */
  readonly replacedRules: readonly CandidateRule[];
  /** Code of the date in the number that a replaced row held, by its place. */
  readonly replacedBirth: Int32Array;
  readonly replacedHomes: Homes;
  /** How many clusters there are. */
  readonly clusters: number;
  readonly lastNight: Pick<TouchedParts, 'isSure' | 'partner'>;
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
  readonly #was: Omit<TouchedParts, 'first' | 'entry' | 'next'>;
  /** Touched since the last time; each with its cluster. */
  #rows: number[] = [];
  #rowClusters: number[] = [];
  #replaced: number[] = [];
  #replacedClusters: number[] = [];
  /** Every row that was touched in a cluster, as a chain: the first place by cluster, the next by place; replaced rows as -1 - place. */
  readonly #firstOf: Int32Array;
  readonly #entries: number[] = [];
  readonly #nextOf: number[] = [];
  /** Rows that are sure of their person, each with a cluster that may make them less so. */
  readonly besideRows: number[] = [];
  readonly besideClusters: number[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
    this.#isDisturbed = sharedArray(Uint8Array, around.evidence.columns.size);
    this.#firstOf = sharedArray(Int32Array, around.clusters).fill(-1);
    this.#was = this.#asTheyWere();
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
    this.#askBy(row, cluster);
    this.#enlist(row, cluster);
  }

  touchReplaced(place: number, cluster: number): void {
    this.#askBy(-1 - place, cluster);
    this.#enlist(-1 - place, cluster);
  }

  /** Somebody came to a cluster that had been looked at without them, or left it: it is looked at again by the keys of all who were touched in it. */
  touchWhole(cluster: number): void {
    this.#whole.add(cluster);
  }
  readonly #whole = new Set<number>();

  #touchAgain(): void {
    for (const cluster of this.#whole) {
      for (let at = this.#firstOf[cluster]!; at >= 0; at = this.#nextOf[at]!) this.#askBy(this.#entries[at]!, cluster);
    }
    this.#whole.clear();
  }

  /** @param entry a row, or -1 - place of a replaced one: who shares a key with it is looked for in the next search */
  #askBy(entry: number, cluster: number): void {
    if (entry >= 0) {
      this.#rows.push(entry);
      this.#rowClusters.push(cluster);
    } else {
      this.#replaced.push(-1 - entry);
      this.#replacedClusters.push(cluster);
    }
  }

  #enlist(entry: number, cluster: number): void {
    if (cluster < 0) return;
    this.#nextOf.push(this.#firstOf[cluster]!);
    this.#firstOf[cluster] = this.#entries.push(entry) - 1;
  }

  /**
   * Disturbs whoever of these rows has met one that was touched since the last time.
   * @param whole how many rows stand under a key has to be looked at: null where all that may have changed it was seen before
   */
  reach(among: Int32Array, whole: Whole | null): void {
    this.#touchAgain();
    if (this.#rows.length + this.#replaced.length === 0) return;
    const { ground, replacedRules, slots: slotsOf } = this.#around;
    const clusters = this.#touchedClusters();
    const asking = inShared(among);
    // The first search is among all.
    this.#beside ??= Array.from({ length: 1 + this.#around.threads.count }, () => roomBeside(among.length));
    const beside = this.#beside;
    const known = new NumberIndex(1024);
    const rows = Int32Array.from(this.#rows);
    const replaced = Int32Array.from(this.#replaced);
    const cluster = appended(Int32Array.from(this.#rowClusters), Int32Array.from(this.#replacedClusters));
    ground.rules.forEach((rule, i) => {
      const touched = touchedBy(rule, rows, replacedRules[i]!, replaced);
      if (touched.index.size === 0) return;
      // One pass over all tells how many stand under each key, and who of those that ask.
      const slots = whole || !rule.askedBy ? slotsOf.find(i, touched.index, whole ? whole.rows : asking) : null;
      const crowds = whole && crowdsOf(rule, replacedRules[i]!, replaced, touched.index, slots!, whole);
      this.#meet(clusters, {
        rule: i,
        among: asking,
        index: touched.index.share(),
        head: inShared(touched.head),
        next: inShared(touched.next),
        cluster,
        crowds: crowds && inShared(crowds),
        slots: rule.askedBy ? null : slots,
        isByPosition: whole !== null,
        isDisturbed: this.#isDisturbed,
        beside,
      });
      for (const pairs of beside) this.#take(pairs, known);
    });
    this.#rows = [];
    this.#rowClusters = [];
    this.#replaced = [];
    this.#replacedClusters = [];
  }

  #beside: readonly Int32Array[] | null = null;

  /** In all threads. */
  #meet(clusters: TouchedClusters, meeting: MeetingParts): void {
    const { threads, chunk, giveCounty, ground, evidence } = this.#around;
    const give = (): MeetingParts => {
      giveCounty();
      if (this.#given !== clusters) {
        this.#around.slots.giveKeys();
        const touched: TouchedGiven = {
          ...clusters.parts,
          births: shareTexts(evidence.columns.births),
          weights: ground.weights.parts,
        };
        threads.give('touched', touched);
      }
      this.#given = clusters;
      return meeting;
    };
    threads.share('meet', give, meeting.among.length, chunk * MET_IN_THE_TIME, clusters.meeting(meeting, 0));
  }
  #given: TouchedClusters | null = null;

  /** Pairs that were not found by another rule: who shares a name shares its sound. @param known by this search */
  #take(pairs: Int32Array, known: NumberIndex): void {
    for (let i = 0; i < pairs[0]!; i += 1) {
      const [row, cluster] = [pairs[1 + 2 * i]!, pairs[2 + 2 * i]!];
      const found = known.size;
      if (known.add(pairOf(row, cluster)) < found) continue;
      this.besideRows.push(row);
      this.besideClusters.push(cluster);
    }
    pairs[0] = 0;
  }

  #touchedClusters(): TouchedClusters {
    const entry = inShared(Int32Array.from(this.#entries));
    const next = inShared(Int32Array.from(this.#nextOf));
    return new TouchedClusters({ ...this.#was, first: this.#firstOf, entry, next }, this.#around.ground);
  }

  #asTheyWere(): Omit<TouchedParts, 'first' | 'entry' | 'next'> {
    const { evidence, replaced, replacedBirth, replacedHomes, lastNight } = this.#around;
    const { tie, householdNumber, size } = replaced.columns;
    const household = (_: unknown, place: number): number =>
      tie[place] === REGISTERED ? evidence.householdOfKey(householdNumber[place]!) : -1;
    return {
      ...lastNight,
      replaced: replaced.columns.share(TOLD_BY_REPLACED),
      replacedBirth: inShared(replacedBirth),
      replacedHousehold: inShared(Int32Array.from({ length: size }, household)),
      replacedDwelling: inShared(replacedHomes.dwelling),
      replacedBuilding: inShared(replacedHomes.building),
    };
  }
}

/** @param rows touched rows @param replaced places of touched rows as they were */
function touchedBy(rule: CandidateRule, rows: Int32Array, replacedRule: CandidateRule, replaced: Int32Array): Touched {
  const count = rows.length + replaced.length;
  const index = new NumberIndex(Math.max(16, count));
  const next = new Int32Array(count).fill(-1);
  const head = new Int32Array(count).fill(-1);
  const slots = new Int32Array(KEYS_AT_ONCE);
  const chain = (keysOf: CandidateKeys, of: Int32Array, entries: number): void => {
    eachKeys(keysOf, of, (keys, from, found) => {
      index.addEach(keys, found, slots, 0);
      for (let i = 0; i < found; i += 1) {
        const slot = slots[i]!;
        if (slot < 0) continue;
        next[entries + from + i] = head[slot]!;
        head[slot] = entries + from + i;
      }
    });
  };
  chain(rule.keys, rows, 0);
  chain(replacedRule.keys, replaced, rows.length);
  return { index, head: head.subarray(0, index.size), next };
}

/** By slot: whether so many stand under the key that it brings nobody, both nights; or in one of the two. */
function crowdsOf(
  rule: CandidateRule,
  replacedRule: CandidateRule,
  replaced: Int32Array,
  index: NumberIndex,
  slotOf: Int32Array,
  { rows, cluster, isNew }: Whole,
): Uint8Array {
  const size = new Int32Array(index.size);
  countRows(size, slotOf, cluster);
  const before = size.slice();
  const slots = new Int32Array(replaced.length);
  eachKeys(replacedRule.keys, replaced, (keys, from, count) => index.findEach(keys, count, slots, from));
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

/** Rows that meet no such cluster, or few, in the time of one that asks. */
const MET_IN_THE_TIME = 16;

function pairOf(row: number, cluster: number): number {
  return row * 2 ** 26 + cluster;
}

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
