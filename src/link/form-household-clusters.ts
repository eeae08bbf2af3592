import type { Clusters } from './form-building-clusters.js';
import { groupRows } from './group-rows.js';
import { NumberIndex } from './engine/number-index.js';
import type { RecordColumns } from './record-columns.js';
import { REGISTERED } from './record-columns.js';

export const HOUSEHOLD_REASONS = ['ALONE', 'HOUSEHOLD_NUMBER', 'DWELLING_AND_HEAD', 'HEAD_PERSON'] as const;

/**
 * Households of both kinds. Registered: rows of one 户号. Residential: rows of one dwelling and one head's name, and rows whose head is
 * one person, within the village. Where one dwelling has two heads of one name, the name decides nothing.
 * @param homeKey dwelling and head's name (or 户号 where the row is registered), by row; 0 without
 * @param headPerson key of the village and the head's number where number and name stand for one person; 0 without
 */
export function formHouseholdClusters(
  columns: RecordColumns,
  rows: Int32Array,
  homeKey: (row: number) => number,
  headPerson: (row: number) => number,
): Clusters {
  const homes = groupRows(rows, (row) => (columns.traits(row).household ? homeKey(row) : 0));
  const headOfHome = new Float64Array(homes.count);
  for (let home = 0; home < homes.count; home += 1) {
    for (let at = homes.head[home]!; at >= 0; at = homes.next[at]!) {
      const head = columns.tie[rows[at]!] === REGISTERED ? 0 : headPerson(rows[at]!);
      if (head === 0) continue;
      if (headOfHome[home] === 0) headOfHome[home] = head;
      else if (headOfHome[home] !== head) headOfHome[home] = -1;
    }
  }
  const keys = new NumberIndex(rows.length >> 1);
  const cluster = new Int32Array(rows.length).fill(-1);
  const reason = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    if (!columns.traits(row).household) return;
    const home = homeKey(row);
    if (columns.tie[row] === REGISTERED) {
      if (home !== 0) [cluster[at], reason[at]] = [keys.add(home), 1];
      return;
    }
    const head = headPerson(row);
    const known = home === 0 ? 0 : headOfHome[homes.index.find(home)]!;
    if (head !== 0) [cluster[at], reason[at]] = [keys.add(-head), 3];
    else if (known > 0) [cluster[at], reason[at]] = [keys.add(-known), 2];
    else if (home !== 0) [cluster[at], reason[at]] = [keys.add(home), 2];
  });
  lowerLonelyReasons(cluster, reason, keys.size);
  return { cluster, reason, count: keys.size };
}

/** The reason of a row that is alone in its cluster is that it stands alone. */
function lowerLonelyReasons(cluster: Int32Array, reason: Uint8Array, count: number): void {
  const members = new Int32Array(count);
  for (const own of cluster) if (own >= 0) members[own]! += 1;
  cluster.forEach((own, at) => {
    if (own >= 0 && members[own] === 1) reason[at] = 0;
  });
}
