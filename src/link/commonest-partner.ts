import { NumberIndex } from './engine/number-index.js';

const RANGE = 2 ** 26;

/** One row's word that two nodes belong together. */
export interface Statement {
  readonly left: number;
  readonly right: number;
  readonly weight: number;
  readonly record: number;
}

/**
 * For each left node, the right node it stands beside most often: one row with a slip of the pen must not move a building.
 * A tie goes to what the lowest record says: the order of rows, and ids that may be others tomorrow, do not matter.
 * @returns by left node; -1 where it has no partner
 */
export function commonestPartner(statements: Iterable<Statement>, leftNodes: number): Int32Array {
  const seen = new NumberIndex(1024);
  const weights: number[] = [];
  const lowest: number[] = [];
  for (const { left, right, weight, record } of statements) {
    const pair = seen.add(left * RANGE + right);
    weights[pair] = (weights[pair] ?? 0) + weight;
    lowest[pair] = Math.min(lowest[pair] ?? Infinity, record);
  }
  const best = new Int32Array(leftNodes).fill(-1);
  const bestPair = new Int32Array(leftNodes).fill(-1);
  for (let pair = 0; pair < seen.size; pair += 1) {
    const key = seen.keyAt(pair);
    const left = Math.floor(key / RANGE);
    const rival = bestPair[left]!;
    const isBetter =
      rival < 0 ||
      weights[pair]! > weights[rival]! ||
      (weights[pair] === weights[rival] && lowest[pair]! < lowest[rival]!);
    if (!isBetter) continue;
    best[left] = key % RANGE;
    bestPair[left] = pair;
  }
  return best;
}
