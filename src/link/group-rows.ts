import { NumberIndex } from './engine/number-index.js';

/** Rows under their keys, as chains in typed arrays: `head[group]`, then `next[position]`, until -1. */
export interface Groups {
  readonly index: NumberIndex;
  readonly head: Int32Array;
  /** By position in `rows`. */
  readonly next: Int32Array;
  readonly count: number;
}

/**
 * Chains the positions of `rows` by the key of each; rows whose key is 0 are in no group.
 * @param expected groups; more are made room for
 */
export function groupRows(
  rows: Int32Array,
  keyOf: (row: number, position: number) => number,
  expected = rows.length >> 1,
): Groups {
  const index = new NumberIndex(Math.max(16, expected));
  const next = new Int32Array(rows.length).fill(-1);
  let head = new Int32Array(Math.max(16, expected)).fill(-1);
  for (let position = rows.length - 1; position >= 0; position -= 1) {
    const key = keyOf(rows[position]!, position);
    if (key === 0) continue;
    const group = index.add(key);
    if (group >= head.length) {
      const more = new Int32Array(head.length * 2).fill(-1);
      more.set(head);
      head = more;
    }
    next[position] = head[group]!;
    head[group] = position;
  }
  return { index, head, next, count: index.size };
}
