import { NumberIndex } from '../engine/number-index.js';
import { COMPARISONS, type PersonComparison } from './compare-person.js';
import type { PersonWeights } from './person-weights.js';

/** What strangers are to each other, two by two: compared once, however often it is asked for. */
export class StrangerPairs {
  readonly #known = new NumberIndex(1024);
  #levels = new Uint8Array(1024 * COMPARISONS);
  #names = new Int32Array(1024);
  #vetoed = new Uint8Array(1024);

  constructor(
    /** Rows by place. */
    readonly order: Int32Array,
    readonly comparison: PersonComparison,
    readonly weights: PersonWeights,
    readonly strangers: {
      readonly clusterOf: (row: number) => number;
      readonly isApart: (row: number, cluster: number) => boolean;
    },
  ) {}

  get size(): number {
    return this.#known.size;
  }

  /** @param one place of a row, another than the other's @returns the pair; the methods below take that */
  of(one: number, other: number): number {
    const { size } = this.#known;
    const pair = this.#known.add(Math.min(one, other) * this.order.length + Math.max(one, other));
    if (pair === size) this.#compare(pair);
    return pair;
  }

  /** The place that comes first. */
  one(pair: number): number {
    return Math.floor(this.#known.keyAt(pair) / this.order.length);
  }

  other(pair: number): number {
    return this.#known.keyAt(pair) % this.order.length;
  }

  /** Whether the two may never be one person. */
  isVetoed(pair: number): boolean {
    return this.#vetoed[pair] === 1;
  }

  level(pair: number, comparison: number): number {
    return this.#levels[pair * COMPARISONS + comparison]!;
  }

  levels(pair: number): Uint8Array {
    return this.#levels.slice(pair * COMPARISONS, (pair + 1) * COMPARISONS);
  }

  matchedName(pair: number): number {
    return this.#names[pair]!;
  }

  #compare(pair: number): void {
    if (pair === this.#names.length) this.#widen();
    const { order, comparison, weights, strangers } = this;
    const [row, other] = [order[this.one(pair)]!, order[this.other(pair)]!];
    const cluster = strangers.clusterOf(other);
    const { columns } = comparison.evidence;
    const isUnique = columns.traits(row).duplicates === 'none' && columns.traits(other).duplicates === 'none';
    const vetoed =
      !comparison.compare(row, cluster) ||
      strangers.isApart(row, cluster) ||
      weights.isVetoed(comparison.levels, isUnique);
    this.#vetoed[pair] = vetoed ? 1 : 0;
    this.#levels.set(comparison.levels, pair * COMPARISONS);
    this.#names[pair] = comparison.matchedName;
  }

  #widen(): void {
    const [levels, names, vetoed] = [this.#levels, this.#names, this.#vetoed];
    this.#levels = new Uint8Array(levels.length * 2);
    this.#levels.set(levels);
    this.#names = new Int32Array(names.length * 2);
    this.#names.set(names);
    this.#vetoed = new Uint8Array(vetoed.length * 2);
    this.#vetoed.set(vetoed);
  }
}
