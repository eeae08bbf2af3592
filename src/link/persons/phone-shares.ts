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
  /** Null once only rows that ask are spoken of. */
  #counted: { readonly index: NumberIndex; readonly persons: Int32Array } | null;

  constructor(
    readonly columns: RecordColumns,
    asking: Int32Array,
    { count, start, member }: ClusterRows,
    /** The telephone of each of the rows, in the index; -1 for none. */
    find: (index: NumberIndex, rows: Int32Array) => Int32Array = (index, rows) => phonesOf(columns, index, rows),
  ) {
    const index = new NumberIndex(Math.max(16, asking.length >> 1));
    const asked = new Int32Array(asking.length);
    eachKeys(columnKeys(columns.phoneKey), asking, (keys, from, found) => index.addEach(keys, found, asked, from));
    const persons = new Int32Array(index.size);
    const last = new Int32Array(index.size).fill(-1);
    const phones = find(index, member);
    for (let cluster = 0; cluster < count; cluster += 1) {
      for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
        const phone = phones[i]!;
        if (phone < 0 || last[phone] === cluster) continue;
        last[phone] = cluster;
        persons[phone]! += 1;
      }
    }
    this.ofFew = sharedArray(Uint8Array, columns.size);
    for (let at = 0; at < asking.length; at += 1) this.ofFew[asking[at]!] = areFew(persons, asked[at]!) ? 1 : 0;
    this.#counted = { index, persons };
  }

  /** Whether few enough have the row's telephone that it says much of whose it is. */
  isOfFew(row: number): boolean {
    if (this.ofFew[row] === 1 || this.#counted === null) return this.ofFew[row] === 1;
    const { index, persons } = this.#counted;
    return areFew(persons, index.find(this.columns.phoneKey[row]!));
  }

  /** From here on only rows that ask are spoken of. */
  release(): void {
    this.#counted = null;
  }
}

function areFew(persons: Int32Array, phone: number): boolean {
  return phone < 0 || persons[phone]! <= FEW;
}

function phonesOf({ phoneKey }: RecordColumns, index: NumberIndex, rows: Int32Array): Int32Array {
  const phones = new Int32Array(rows.length);
  eachKeys(columnKeys(phoneKey), rows, (keys, from, count) => index.findEach(keys, count, phones, from));
  return phones;
}
