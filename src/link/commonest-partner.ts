import { NumberIndex } from './number-index.js';

const RANGE = 2 ** 26;

/**
 * For each left node, the right node it stands beside most often: one row with a slip of the pen must not move a building.
 * A tie goes to the lower `orderOf`, which has to come from the content, so that the order of rows does not matter.
 * @returns by left node; -1 where it has no partner
 */
export function commonestPartner(
  pairs: Iterable<readonly [left: number, right: number, weight: number]>,
  leftNodes: number,
  orderOf: (right: number) => number,
): Int32Array {
  const seen = new NumberIndex(1024);
  const weights: number[] = [];
  for (const [left, right, weight] of pairs) {
    const pair = seen.add(left * RANGE + right);
    weights[pair] = (weights[pair] ?? 0) + weight;
  }
  const best = new Int32Array(leftNodes).fill(-1);
  const bestWeight = new Float64Array(leftNodes);
  for (let pair = 0; pair < seen.size; pair += 1) {
    const key = seen.keyAt(pair);
    const left = Math.floor(key / RANGE);
    const right = key % RANGE;
    const weight = weights[pair]!;
    const incumbent = best[left]!;
    if (
      incumbent < 0 ||
      weight > bestWeight[left]! ||
      (weight === bestWeight[left] && orderOf(right) < orderOf(incumbent))
    ) {
      best[left] = right;
      bestWeight[left] = weight;
    }
  }
  return best;
}
