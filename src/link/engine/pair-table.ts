import { NumberIndex } from './number-index.js';

/** Unordered pairs of codes → a small integer; 0 where a pair was never put in. */
export class PairTable {
  readonly #index = new NumberIndex(1024);
  #values = new Uint8Array(1024);
  /** For each code one bit of 32 for each partner: most pairs are known to be strangers without a search. */
  #marks = new Int32Array(1024);

  get size(): number {
    return this.#index.size;
  }

  /** The lower value stays where a pair comes twice: likenesses stand strongest first. */
  put(one: number, other: number, value: number): void {
    this.#mark(one, other);
    this.#mark(other, one);
    const place = this.#index.add(keyOf(one, other));
    if (place >= this.#values.length) {
      const more = new Uint8Array(this.#values.length * 2);
      more.set(this.#values);
      this.#values = more;
    }
    const before = this.#values[place]!;
    this.#values[place] = before === 0 ? value : Math.min(before, value);
  }

  get(one: number, other: number): number {
    if (one >= this.#marks.length || (this.#marks[one]! & bitOf(other)) === 0) return 0;
    const place = this.#index.find(keyOf(one, other));
    return place < 0 ? 0 : this.#values[place]!;
  }

  /** Bits of all partners of a code, as `bitOf` gives them. */
  marksOf(code: number): number {
    return this.#marks[code] ?? 0;
  }

  #mark(one: number, other: number): void {
    if (one >= this.#marks.length) {
      const more = new Int32Array(2 ** Math.ceil(Math.log2(one + 1)));
      more.set(this.#marks);
      this.#marks = more;
    }
    this.#marks[one] = this.#marks[one]! | bitOf(other);
  }

  forEach(visit: (one: number, other: number, value: number) => void): void {
    for (let place = 0; place < this.#index.size; place += 1) {
      const key = this.#index.keyAt(place);
      visit(Math.floor(key / WIDTH), key % WIDTH, this.#values[place]!);
    }
  }
}

const WIDTH = 2 ** 26;

function keyOf(one: number, other: number): number {
  return one < other ? one * WIDTH + other : other * WIDTH + one;
}

/** One bit of 32 that stands for a code, and for others. */
export function bitOf(code: number): number {
  return 1 << (Math.imul(code, 0x9e3779b1) >>> 27);
}
