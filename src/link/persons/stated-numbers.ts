import type { IndexSecret } from '../../model/sealing.js';
import { answerOf } from '../engine/comparator.js';
import { numberKey, plainNumberKey } from '../number-key.js';
import { sharedArray } from '../engine/thread-arrays.js';
import { widened } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';
import { NUMBER_LEVELS } from './levels.js';
import type { PersonEvidence } from './person-evidence.js';

/** Mends numbers; given by the comparators of numbers. */
export interface NumberRepair {
  /** Valid numbers that one slip turns into what is stated, as code units; some more than once. */
  readonly eachRepair: (stated: string, tell: (units: Uint8Array) => void) => void;
  /** Valid numbers that a spreadsheet rounds to what is stated. */
  readonly eachUnrounded: (stated: string, tell: (units: Uint8Array) => void) => void;
}

/**
 * What a number that is not one, or not the row's own, says of a person. A broken number has about ten valid repairs, so that a repair
 * counts only where somebody bears it; a number that belongs to somebody else speaks for that person's family.
 */
export class StatedNumbers {
  #row = -1;
  #reading: NumberReading = NOTHING_READ;

  constructor(
    readonly evidence: Pick<PersonEvidence, 'columns' | 'homes' | 'householdOf' | 'holdsNumber'>,
    readonly clusters: ClusterRows,
    readonly repair: NumberRepair,
    /** Cluster that holds the valid number which the row carries and does not hold; -1 for none. */
    readonly holderOf: (row: number) => number,
    /** Key of the number that a cluster's rows hold; 0 without. */
    readonly numberOf: Float64Array,
    readonly readings = new NumberReadings(),
  ) {}

  /** Keys of the numbers that the row may have meant. */
  ask(row: number, ask: (key: number) => void): void {
    this.#read(row);
    for (let i = this.#reading.repaired; i < this.#reading.end; i += 1) ask(this.readings.keyAt(i));
    ask(this.evidence.columns.personKey[row]!);
    ask(this.evidence.columns.besideKey[row]!);
  }

  /** @returns a level of NUMBER_LEVELS, from 1; 0 where there is nothing to compare */
  levelOf(row: number, cluster: number): number {
    const { columns, holdsNumber } = this.evidence;
    const number = this.numberOf[cluster]!;
    if (number !== 0 && columns.besideKey[row] === number) return BESIDE;
    if (columns.wrongNumber[row] !== 0) {
      if (number === 0) return 0;
      this.#read(row);
      const { repaired, rounded, end } = this.#reading;
      if (this.readings.has(number, repaired, rounded)) return REPAIRED;
      return this.readings.has(number, rounded, end) ? ROUNDED : DIFFERS;
    }
    if (columns.personKey[row] === 0) return 0;
    if (holdsNumber(row)) return number === 0 ? 0 : BOTH_VALID;
    const holder = this.holderOf(row);
    if (holder < 0) return 0;
    if (holder === cluster) return EQUAL;
    return this.#isFamily(holder, cluster) ? RELATIVES : ANOTHERS;
  }

  /** Whether two persons share a registered household or a dwelling. */
  #isFamily(one: number, other: number): boolean {
    const { householdOf, homes } = this.evidence;
    const { start, member } = this.clusters;
    for (let i = start[one]!; i < start[one + 1]!; i += 1) {
      for (let j = start[other]!; j < start[other + 1]!; j += 1) {
        const [left, right] = [member[i]!, member[j]!];
        if (householdOf[left]! >= 0 && householdOf[left] === householdOf[right]) return true;
        if (homes.dwelling[left] !== 0 && homes.dwelling[left] === homes.dwelling[right]) return true;
      }
    }
    return false;
  }

  #read(row: number): void {
    if (this.#row === row) return;
    this.#row = row;
    const { texts, wrongNumber, secret } = this.evidence.columns;
    const code = wrongNumber[row]!;
    this.#reading = code === 0 ? NOTHING_READ : this.readings.of(code, () => texts.textOf(code), this.repair, secret);
  }
}

/** Where the keys stand of the valid numbers that a broken one may have been: first repairs, then what is rounded to it. */
interface NumberReading {
  readonly repaired: number;
  readonly rounded: number;
  readonly end: number;
}

/** What was read of broken numbers, by code of the text: a hundred numbers are tried for each, and a row asks more than once. */
export class NumberReadings {
  readonly #read = new Map<number, NumberReading>();
  /** Keys one behind the other: an array a number would be four times the memory. */
  #keys = new Float64Array(1024);
  #length = 0;

  of(code: number, stated: () => string, repair: NumberRepair, secret: IndexSecret | null): NumberReading {
    const known = this.#read.get(code);
    if (known) return known;
    const text = stated();
    const repaired = this.#keep(repair.eachRepair, text, secret);
    const rounded = this.#keep(repair.eachUnrounded, text, secret);
    const reading = { repaired, rounded, end: this.#length };
    this.#read.set(code, reading);
    return reading;
  }

  keyAt(place: number): number {
    return this.#keys[place]!;
  }

  has(key: number, from: number, to: number): boolean {
    for (let i = from; i < to; i += 1) if (this.#keys[i] === key) return true;
    return false;
  }

  /** @returns where its keys begin */
  #keep(each: NumberRepair['eachRepair'], stated: string, secret: IndexSecret | null): number {
    const from = this.#length;
    if (secret === null) each(stated, (units) => this.#put(plainNumberKey(units), from));
    else {
      // A key under a secret costs more than all else here: none is made twice.
      const numbers = new Set<string>();
      each(stated, (units) => numbers.add(String.fromCharCode(...units)));
      for (const number of numbers) this.#put(numberKey(secret, number), from);
    }
    return from;
  }

  /** @param from where the keys begin among which each stands once */
  #put(key: number, from: number): void {
    if (this.has(key, from, this.#length)) return;
    if (this.#length === this.#keys.length) this.#keys = widened(this.#keys, this.#length * 2);
    this.#keys[this.#length] = key;
    this.#length += 1;
  }
}

/** By cluster: key of the number that its rows hold; 0 without. What agreement joins holds none. */
export function numbersHeld(
  { columns, holdsNumber }: PersonEvidence,
  { count, start, member }: ClusterRows,
): Float64Array {
  const numbers = sharedArray(Float64Array, count);
  for (let cluster = 0; cluster < count; cluster += 1) {
    for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
      const row = member[i]!;
      if (columns.personKey[row] !== 0 && holdsNumber(row)) numbers[cluster] = columns.personKey[row]!;
    }
  }
  return numbers;
}

export const BESIDE = answerOf(NUMBER_LEVELS, 'BESIDE');
const EQUAL = answerOf(NUMBER_LEVELS, 'EQUAL');
const REPAIRED = answerOf(NUMBER_LEVELS, 'REPAIRED');
const ROUNDED = answerOf(NUMBER_LEVELS, 'ROUNDED');
const RELATIVES = answerOf(NUMBER_LEVELS, 'RELATIVES');
const ANOTHERS = answerOf(NUMBER_LEVELS, 'ANOTHERS');
const BOTH_VALID = answerOf(NUMBER_LEVELS, 'BOTH_VALID');
const DIFFERS = answerOf(NUMBER_LEVELS, 'DIFFERS');
const NOTHING_READ: NumberReading = { repaired: 0, rounded: 0, end: 0 };
