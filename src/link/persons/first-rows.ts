import { NumberIndex } from '../engine/number-index.js';

/** The row that goes before others of one key, so far; in typed arrays: of a county from scratch a million keys are met. */
export class FirstRows {
  readonly #index: NumberIndex;
  #row: Int32Array;
  #bits: Float64Array;

  constructor(expected: number) {
    this.#index = new NumberIndex(expected);
    this.#row = new Int32Array(expected).fill(-1);
    this.#bits = new Float64Array(expected);
  }

  /** -1 where no row was put. */
  rowOf(key: number): number {
    const at = this.#index.find(key);
    return at < 0 ? -1 : this.#row[at]!;
  }

  /** What the row of the key was put with. */
  bitsOf(key: number): number {
    return this.#bits[this.#index.find(key)]!;
  }

  put(key: number, row: number, bits: number): void {
    const at = this.contest(key);
    this.#row[at] = row;
    this.#bits[at] = bits;
  }

  /** @returns place of the key, which need not have a row */
  contest(key: number): number {
    const at = this.#index.add(key);
    if (at >= this.#row.length) this.#widen();
    return at;
  }

  isContested(key: number): boolean {
    return this.#index.find(key) >= 0;
  }

  #widen(): void {
    const row = new Int32Array(this.#row.length * 2 + 16).fill(-1);
    row.set(this.#row);
    const bits = new Float64Array(row.length);
    bits.set(this.#bits);
    [this.#row, this.#bits] = [row, bits];
  }
}
