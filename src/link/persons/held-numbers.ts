import { sharedArray } from '../engine/thread-arrays.js';
import { ALONE_WITH_NUMBER, type PersonClusters } from '../form-person-clusters.js';
import type { RecordColumns } from '../record-columns.js';
import { NumberDates } from './person-evidence.js';
import type { PreparedComparators } from './prepare-comparators.js';

export interface HeldNumbers {
  /** 1 where the row holds the number that it carries; by row. */
  readonly holds: Uint8Array;
  /** Position among the rows asked about, by row; -1 for others. */
  readonly at: Int32Array;
  /** The cluster that holds the number which the row carries and does not hold; -1 for none. */
  readonly holderOf: (row: number) => number;
  /**
   * Rows with a number that may not be the person's only one, of whom a person may be asked: outside the register that speaks first, a
   * number that no other row has (theirs, or one that two slips made); in it, one that was struck off.
   */
  readonly unconfirmed: Int32Array;
}

/**
 * Which rows hold their numbers. A number whose leading row contradicts the row is that row's, not this one's. A number that nobody else
 * has, beside a date of birth that it contradicts, is nobody's: two wrong digits pass the check one time in ten.
 */
export function heldNumbers(
  columns: RecordColumns,
  rows: Int32Array,
  { numbers, anchor, anchorCluster, numbered }: PersonClusters,
  comparators: PreparedComparators,
): HeldNumbers {
  const holds = sharedArray(Uint8Array, columns.size);
  const at = sharedArray(Int32Array, columns.size).fill(-1);
  const dates = new NumberDates(columns);
  const unconfirmed: number[] = [];
  for (let position = 0; position < rows.length; position += 1) {
    const row = rows[position]!;
    at[row] = position;
    if (numbered[position] === 0) continue;
    holds[row] = 1;
    if (columns.traits(row).duplicates === 'none' && columns.standing[row] === 0) unconfirmed.push(row);
    if (numbered[position] !== ALONE_WITH_NUMBER) continue;
    const stated = columns.birthText[row]!;
    const code = dates.codeOf(row);
    comparators.birth.extend();
    if (stated !== 0 && comparators.isOtherBirth(stated, code)) holds[row] = 0;
    else if (columns.traits(row).nameRank > 0 && columns.traits(row).duplicates !== 'none') unconfirmed.push(row);
  }
  return {
    holds,
    at,
    unconfirmed: Int32Array.from(unconfirmed),
    holderOf: (row) => {
      const group = numbers.find(columns.personKey[row]!);
      return group < 0 || holds[anchor[group]!] === 0 ? -1 : anchorCluster[group]!;
    },
  };
}
