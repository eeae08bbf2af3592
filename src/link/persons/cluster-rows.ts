import { sharedArray } from '../engine/thread-arrays.js';

/** Rows by cluster: `member` from `start[cluster]` up to `start[cluster + 1]`. */
export interface ClusterRows {
  readonly count: number;
  readonly start: Int32Array;
  readonly member: Int32Array;
}

/** @param cluster by position in `rows`; -1 for none. Rows of one cluster keep their order. */
export function rowsByCluster(rows: Int32Array, cluster: Int32Array, count: number): ClusterRows {
  const start = sharedArray(Int32Array, count + 1);
  for (const own of cluster) if (own >= 0) start[own + 1]! += 1;
  for (let own = 0; own < count; own += 1) start[own + 1]! += start[own]!;
  const next = start.slice(0, count);
  const member = sharedArray(Int32Array, start[count]!);
  for (let at = 0; at < rows.length; at += 1) {
    const own = cluster[at]!;
    if (own >= 0) member[next[own]!++] = rows[at]!;
  }
  return { count, start, member };
}
