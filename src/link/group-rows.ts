import { NumberIndex } from './engine/number-index.js';

/** Rows under their keys, as chains in typed arrays: `head[group]`, then `next[position]`, until -1. */
export interface Groups {
  readonly index: NumberIndex;
  readonly head: Int32Array;
  /** By position in `rows`. */
  readonly next: Int32Array;
  readonly count: number;
}

/** Rows whose keys are looked for together. */
const AT_ONCE = 256;

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
  const keys = new Float64Array(AT_ONCE);
  const groups = new Int32Array(AT_ONCE);
  for (let end = rows.length; end > 0; end -= AT_ONCE) {
    const count = Math.min(AT_ONCE, end);
    for (let i = 0; i < count; i += 1) keys[i] = keyOf(rows[end - 1 - i]!, end - 1 - i);
    index.addEach(keys, count, groups, 0);
    if (index.size > head.length) {
      const more = new Int32Array(Math.max(index.size, head.length * 2)).fill(-1);
      more.set(head);
      head = more;
    }
    for (let i = 0; i < count; i += 1) {
      const group = groups[i]!;
      if (group < 0) continue;
      next[end - 1 - i] = head[group]!;
      head[group] = end - 1 - i;
    }
  }
  return { index, head, next, count: index.size };
}
