import { NumberIndex } from '../engine/number-index.js';
import type { RecordColumns } from '../record-columns.js';
import { columnKeys, eachKeys, KEYS_AT_ONCE } from './candidate-keys.js';
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
    { start, member }: ClusterRows,
  ) {
    const keysOf = columnKeys(columns.phoneKey);
    this.#index = new NumberIndex(Math.max(16, asking.length >> 1));
    const phones = new Int32Array(KEYS_AT_ONCE);
    eachKeys(keysOf, asking, (keys, _, count) => this.#index.addEach(keys, count, phones, 0));
    this.#persons = new Int32Array(this.#index.size);
    const last = new Int32Array(this.#index.size).fill(-1);
    let cluster = 0;
    eachKeys(keysOf, member, (keys, from, count) => {
      this.#index.findEach(keys, count, phones, 0);
      for (let i = 0; i < count; i += 1) {
        while (start[cluster + 1]! <= from + i) cluster += 1;
        const phone = phones[i]!;
        if (phone < 0 || last[phone] === cluster) continue;
        last[phone] = cluster;
        this.#persons[phone]! += 1;
      }
    });
  }

  /** Whether few enough have the row's telephone that it says much of whose it is. */
  isOfFew(row: number): boolean {
    const phone = this.#index.find(this.columns.phoneKey[row]!);
    return phone < 0 || this.#persons[phone]! <= FEW;
  }
}
