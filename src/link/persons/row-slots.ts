import { NumberIndex, type NumberIndexParts } from '../engine/number-index.js';
import { inShared, sharedArray } from '../engine/thread-arrays.js';
import type { Threads } from '../engine/threads.js';
import { RecordColumns, type ColumnName, type SharedColumns } from '../record-columns.js';
import type { CandidateRule } from './block-candidates.js';
import { eachKeys } from './candidate-keys.js';
import { candidateRules, type KeyEvidence } from './candidate-rules.js';
import type { PersonEvidence } from './person-evidence.js';

/** Columns that keys are made of. */
export const KEYED = [
  'name',
  'village',
  'birth',
  'birthText',
  'phoneKey',
  'personKey',
] as const satisfies readonly ColumnName[];
const CODED = [
  'pinyin',
  'given',
  'surname',
  'firstTwo',
  'townshipOf',
  'building',
  'householdOf',
  'numberBirth',
] as const;

/** What a thread needs to make the keys of rows. */
export interface KeyParts {
  readonly columns: SharedColumns<(typeof KEYED)[number]>;
  readonly coded: Pick<PersonEvidence, (typeof CODED)[number]>;
  readonly dwelling: Uint32Array;
  /** By row: 1 where it holds its number. */
  readonly holds: Uint8Array;
}

export interface SlotParts {
  readonly rule: number;
  readonly index: NumberIndexParts;
  readonly rows: Int32Array;
  readonly slots: Int32Array;
}

/** Under which keys of an index rows stand: passes over all rows of the county, which all threads share. */
export class RowSlots {
  readonly #threads: Threads;
  readonly #rules: readonly CandidateRule[];
  /** Gives the threads what keys are made of; null once they have it. */
  #keysToGive: (() => void) | null;
  /** Room that is used again and again. */
  #slots = new Int32Array(0);

  /** @param chunk rows that a thread takes at a time */
  constructor(
    threads: Threads,
    evidence: PersonEvidence,
    holds: Uint8Array,
    readonly chunk: number,
  ) {
    this.#threads = threads;
    this.#rules = candidateRules(evidence, NOBODY_ASKS, (row) => holds[row] === 1);
    this.#keysToGive = () => {
      const coded = Object.fromEntries(CODED.map((name) => [name, inShared(evidence[name])]));
      const parts: KeyParts = {
        columns: evidence.columns.share(KEYED),
        coded: coded as unknown as KeyParts['coded'],
        dwelling: inShared(evidence.homes.dwelling),
        holds: inShared(holds),
      };
      threads.give('keys', parts);
    };
  }

  /** @returns the slot of each of the rows, -1 for none; to be read before the next is asked for */
  find(rule: number, index: NumberIndex, rows: Int32Array): Int32Array {
    if (this.#slots.length < rows.length) this.#slots = sharedArray(Int32Array, rows.length);
    const slots = this.#slots;
    const give = (): SlotParts => {
      this.giveKeys();
      return { rule, index: index.share(), rows: inShared(rows), slots };
    };
    this.#threads.share('slots', give, rows.length, this.chunk, findSlots(this.#rules[rule]!, index, rows, slots));
    return slots;
  }

  /** Lets go of the room in which slots were found. */
  release(): void {
    this.#slots = new Int32Array(0);
  }

  /** The threads have what keys are made of, once this was called. */
  giveKeys(): void {
    this.#keysToGive?.();
    this.#keysToGive = null;
  }
}

/** The same in a thread that was given `KeyParts`. */
export class ThreadKeys {
  readonly evidence: KeyEvidence;
  readonly #rules: readonly CandidateRule[];

  constructor({ columns: shared, coded, dwelling, holds }: KeyParts) {
    const columns = new RecordColumns([]);
    columns.adopt(shared);
    this.evidence = { ...coded, columns, homes: { dwelling, building: coded.building } };
    this.#rules = candidateRules(this.evidence, NOBODY_ASKS, (row) => holds[row] === 1);
  }

  find({ rule, index, rows, slots }: SlotParts): (from: number, to: number) => void {
    return findSlots(this.#rules[rule]!, NumberIndex.over(index), rows, slots);
  }
}

function findSlots(
  { keys: keysOf }: CandidateRule,
  index: NumberIndex,
  rows: Int32Array,
  slots: Int32Array,
): (from: number, to: number) => void {
  return (from, to) => eachKeys(keysOf, rows, (keys, at, count) => index.findEach(keys, count, slots, at), from, to);
}

/** Of rules that only answer. */
export const NOBODY_ASKS = { numbers: { ask: () => {} }, households: { each: () => {} } };
