import { NumberIndex } from '../engine/number-index.js';
import { columnKeys, eachKeys } from './candidate-keys.js';
import type { ClusterRows } from './cluster-rows.js';

/** A telephone of more persons than this says little. */
const FEW = 4;

/** What is counted by, and where it is noted: arrays that all threads see. */
export interface PhoneParts {
  readonly phoneKey: Float64Array;
  /** Rows that ask. */
  readonly asking: Int32Array;
  readonly clusters: ClusterRows;
  /** By row: 1 is written where few have its telephone; of the rows that ask. */
  readonly ofFew: Uint8Array;
}

/** Persons by telephone; of telephones of rows that ask. */
export interface CountedPhones {
  readonly index: NumberIndex;
  readonly persons: Int32Array;
}

/**
 * Notes of which telephones of the rows that ask few persons have.
 * @param find the telephone of each of the rows, in the index; -1 for none
 */
export function countPhones(
  { phoneKey, asking, clusters: { count, start, member }, ofFew }: PhoneParts,
  find: (index: NumberIndex, rows: Int32Array) => Int32Array = (index, rows) => phonesOf(phoneKey, index, rows),
): CountedPhones {
  const index = new NumberIndex(Math.max(16, asking.length >> 1));
  const asked = new Int32Array(asking.length);
  eachKeys(columnKeys(phoneKey), asking, (keys, from, found) => index.addEach(keys, found, asked, from));
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
  for (let at = 0; at < asking.length; at += 1) ofFew[asking[at]!] = areFew(persons, asked[at]!) ? 1 : 0;
  return { index, persons };
}

/** Whether so few have the telephone that it says much of whose it is; also that of a row that does not ask. */
export function isPhoneOfFew({ index, persons }: CountedPhones, phone: number): boolean {
  return areFew(persons, index.find(phone));
}

function areFew(persons: Int32Array, phone: number): boolean {
  return phone < 0 || persons[phone]! <= FEW;
}

function phonesOf(phoneKey: Float64Array, index: NumberIndex, rows: Int32Array): Int32Array {
  const phones = new Int32Array(rows.length);
  eachKeys(columnKeys(phoneKey), rows, (keys, from, count) => index.findEach(keys, count, phones, from));
  return phones;
}
