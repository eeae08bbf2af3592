import { NumberIndex } from '../engine/number-index.js';
import type { RecordColumns } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';

/** A telephone of more persons than this says little. */
const FEW = 4;

/** How many persons have the telephones of the rows that ask. */
export class PhoneShares {
  readonly #index: NumberIndex;
  readonly #persons: Int32Array;

  constructor(
    readonly columns: RecordColumns,
    asking: Int32Array,
    clusters: ClusterRows,
  ) {
    this.#index = new NumberIndex(Math.max(16, asking.length >> 1));
    for (const row of asking) if (columns.phoneKey[row] !== 0) this.#index.add(columns.phoneKey[row]!);
    this.#persons = new Int32Array(this.#index.size);
    const last = new Int32Array(this.#index.size).fill(-1);
    for (let cluster = 0; cluster < clusters.count; cluster += 1) {
      for (let i = clusters.start[cluster]!; i < clusters.start[cluster + 1]!; i += 1) {
        const key = columns.phoneKey[clusters.member[i]!]!;
        const phone = key === 0 ? -1 : this.#index.find(key);
        if (phone < 0 || last[phone] === cluster) continue;
        last[phone] = cluster;
        this.#persons[phone]! += 1;
      }
    }
  }

  /** Whether few enough have the row's telephone that it says much of whose it is. */
  isOfFew(row: number): boolean {
    const phone = this.#index.find(this.columns.phoneKey[row]!);
    return phone < 0 || this.#persons[phone]! <= FEW;
  }
}
