import { NumberIndex } from '../engine/number-index.js';
import { sharedArray } from '../engine/thread-arrays.js';
import type { RecordColumns } from '../record-columns.js';
import { columnKeys, eachKeys, KEYS_AT_ONCE } from './candidate-keys.js';
import type { ClusterRows } from './cluster-rows.js';

/** A telephone of more persons than this says little. */
const FEW = 4;

/** How many persons have the telephones of the rows that ask. */
export class PhoneShares {
  /** By row: 1 where few have its telephone; of the rows that ask. */
  readonly ofFew: Uint8Array;
  readonly #index: NumberIndex;
  readonly #persons: Int32Array;

  constructor(
    readonly columns: RecordColumns,
    asking: Int32Array,
    { start, member }: ClusterRows,
  ) {
    const keysOf = columnKeys(columns.phoneKey);
    this.#index = new NumberIndex(Math.max(16, asking.length >> 1));
    const asked = new Int32Array(asking.length);
    eachKeys(keysOf, asking, (keys, from, count) => this.#index.addEach(keys, count, asked, from));
    this.#persons = new Int32Array(this.#index.size);
    const last = new Int32Array(this.#index.size).fill(-1);
    const phones = new Int32Array(KEYS_AT_ONCE);
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
    this.ofFew = sharedArray(Uint8Array, columns.size);
    for (let at = 0; at < asking.length; at += 1) this.ofFew[asking[at]!] = this.#isOfFew(asked[at]!) ? 1 : 0;
  }

  /** Whether few enough have the row's telephone that it says much of whose it is. */
  isOfFew(row: number): boolean {
    return this.ofFew[row] === 1 || this.#isOfFew(this.#index.find(this.columns.phoneKey[row]!));
  }

  #isOfFew(phone: number): boolean {
    return phone < 0 || this.#persons[phone]! <= FEW;
  }
}
