import { inShared } from './thread-arrays.js';

/** An index as another thread may have it, which only asks. */
export interface NumberIndexParts {
  readonly size: number;
  readonly keys: Float64Array;
  readonly slots: Int32Array;
}

/**
 * Distinct numbers (keys, or pairs of small integers packed into one) → 0, 1, 2 … in the order of first sight. Open addressing on
 * typed arrays: a Map of a million keys costs ten times the memory.
 */
export class NumberIndex {
  size = 0;
  #keys: Float64Array;
  #slots: Int32Array;
  #mask: number;

  constructor(expected: number) {
    let slots = 16;
    while (slots < expected * 1.5) slots *= 2;
    this.#slots = new Int32Array(slots).fill(-1);
    this.#mask = slots - 1;
    this.#keys = new Float64Array(Math.max(8, expected));
  }

  /** Over what `share` gave; nothing may be added. */
  static over({ size, keys, slots }: NumberIndexParts): NumberIndex {
    const index = new NumberIndex(0);
    index.size = size;
    index.#keys = keys;
    index.#slots = slots;
    index.#mask = slots.length - 1;
    return index;
  }

  /** Puts all where other threads see it too; nothing may be added any more. */
  share(): NumberIndexParts {
    this.#keys = inShared(this.#keys.length === this.size ? this.#keys : this.#keys.subarray(0, this.size));
    this.#slots = inShared(this.#slots);
    return { size: this.size, keys: this.#keys, slots: this.#slots };
  }

  /** The index of a key; a new one where it was not seen. */
  add(key: number): number {
    let slot = this.#slot(key);
    for (let found = this.#slots[slot]!; found >= 0; found = this.#slots[slot]!) {
      if (this.#keys[found] === key) return found;
      slot = (slot + 1) & this.#mask;
    }
    if (this.size >= this.#keys.length) {
      const more = new Float64Array(this.#keys.length * 2);
      more.set(this.#keys);
      this.#keys = more;
    }
    this.#keys[this.size] = key;
    this.#slots[slot] = this.size;
    this.size += 1;
    if (this.size * 1.4 > this.#slots.length) this.#widen();
    return this.size - 1;
  }

  /**
   * False for most keys that were never added, by a few bits a key that stay in the processor's cache: for whoever asks for many more keys
   * than there are here. Once asked, nothing may be added any more.
   */
  mayHave(key: number): boolean {
    const filter = (this.#filter ??= this.#filtered());
    return isMarked(filter, mixed(key), filter.length * 32 - 1);
  }
  #filter: Uint32Array | null = null;

  #filtered(): Uint32Array {
    let words = 64;
    while (words * 4 < this.size) words *= 2;
    const filter = new Uint32Array(words);
    const bits = words * 32 - 1;
    for (let i = 0; i < this.size; i += 1) {
      const hash = mixed(this.#keys[i]!);
      for (const bit of [hash & bits, other(hash) & bits]) filter[bit >>> 5]! |= 1 << (bit & 31);
    }
    return filter;
  }

  /** -1 where the key was never added. */
  find(key: number): number {
    let slot = this.#slot(key);
    for (let found = this.#slots[slot]!; found >= 0; found = this.#slots[slot]!) {
      if (this.#keys[found] === key) return found;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /** `add` for many; 0 is no key. @param into filled from `at` with their indexes, -1 for none */
  addEach(keys: Float64Array, count: number, into: Int32Array, at: number): void {
    this.#warm(keys, 0, count);
    let [last, found] = [0, -1];
    for (let i = 0; i < count; i += 1) {
      const key = keys[i]!;
      // Rows of one person, home or house mostly stand together.
      if (key !== last) {
        last = key;
        found = key === 0 ? -1 : this.add(key);
      }
      into[at + i] = found;
    }
  }

  /** `find` for many, of whom most are there. @param into filled with their indexes, -1 for none */
  findAll(keys: Float64Array, into: Int32Array): void {
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const to = Math.min(keys.length, from + AT_ONCE);
      this.#warm(keys, from, to);
      for (let i = from; i < to; i += 1) into[i] = keys[i] === 0 ? -1 : this.find(keys[i]!);
    }
  }

  /** Reads ahead where each key will be looked for: the processor waits for many of these reads at a time, and for one after the other else. */
  #warm(keys: Float64Array, from: number, to: number): void {
    if (this.#slots.length < COLD) return;
    const [slots, known, mask] = [this.#slots, this.#keys, this.#mask];
    let [read, last] = [0, 0];
    for (let i = from; i < to; i += 1) {
      if (keys[i] === last || keys[i] === 0) continue;
      last = keys[i]!;
      read += known[slots[mixed(last) & mask]! & 0x7fffffff] ?? 0;
    }
    this.#read[0] = read;
  }
  /** Kept so that nothing leaves the reading out. */
  readonly #read = new Float64Array(1);

  /** `find` for many, of whom most were never added; once asked, nothing may be added any more. @param into filled from `at`, -1 where a key was not added */
  findEach(keys: Float64Array, count: number, into: Int32Array, at: number): void {
    const filter = (this.#filter ??= this.#filtered());
    const [bits, slots, known, mask] = [filter.length * 32 - 1, this.#slots, this.#keys, this.#mask];
    let [last, found] = [0, -1];
    for (let i = 0; i < count; i += 1) {
      const key = keys[i]!;
      if (key !== last) {
        last = key;
        found = -1;
        const hash = mixed(key);
        if (key !== 0 && isMarked(filter, hash, bits)) {
          let slot = hash & mask;
          for (found = slots[slot]!; found >= 0 && known[found] !== key; found = slots[slot]!) slot = (slot + 1) & mask;
        }
      }
      into[at + i] = found;
    }
  }

  keyAt(index: number): number {
    return this.#keys[index]!;
  }

  #slot(key: number): number {
    return mixed(key) & this.#mask;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    this.#mask = this.#slots.length - 1;
    for (let i = 0; i < this.size; i += 1) {
      let slot = this.#slot(this.#keys[i]!);
      while (this.#slots[slot]! >= 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = i;
    }
  }
}

/** Keys that are read ahead together; an index of less slots than this stays in the processor's cache. */
const [AT_ONCE, COLD] = [256, 2 ** 17];

/** Two bits a key: of those that were never added one in twenty passes at most, where one bit would let one in eight pass. */
function isMarked(filter: Uint32Array, hash: number, bits: number): boolean {
  const [one, two] = [hash & bits, other(hash) & bits];
  return (filter[one >>> 5]! & (1 << (one & 31))) !== 0 && (filter[two >>> 5]! & (1 << (two & 31))) !== 0;
}

function other(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 7;
}

function mixed(key: number): number {
  const high = (key * 2 ** -32) | 0;
  const low = key | 0;
  const mixing = Math.imul(low ^ (low >>> 15) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixing ^ (mixing >>> 13);
}
