import { NumberIndex } from '../engine/number-index.js';
import { sharedArray } from '../engine/thread-arrays.js';
import type { RecordColumns } from '../record-columns.js';
import { columnKeys, eachKeys } from './candidate-keys.js';
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
    { count, start, member }: ClusterRows,
    /** The telephone of each of the rows, in the index; -1 for none. */
    find: (index: NumberIndex, rows: Int32Array) => Int32Array = (index, rows) => phonesOf(columns, index, rows),
  ) {
    this.#index = new NumberIndex(Math.max(16, asking.length >> 1));
    const asked = new Int32Array(asking.length);
    eachKeys(columnKeys(columns.phoneKey), asking, (keys, from, found) =>
      this.#index.addEach(keys, found, asked, from),
    );
    this.#persons = new Int32Array(this.#index.size);
    const last = new Int32Array(this.#index.size).fill(-1);
    const phones = find(this.#index, member);
    for (let cluster = 0; cluster < count; cluster += 1) {
      for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
        const phone = phones[i]!;
        if (phone < 0 || last[phone] === cluster) continue;
        last[phone] = cluster;
        this.#persons[phone]! += 1;
      }
    }
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

function phonesOf({ phoneKey }: RecordColumns, index: NumberIndex, rows: Int32Array): Int32Array {
  const phones = new Int32Array(rows.length);
  eachKeys(columnKeys(phoneKey), rows, (keys, from, count) => index.findEach(keys, count, phones, from));
  return phones;
}
