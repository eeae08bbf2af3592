import { createRequire } from 'node:module';
import { hashKey } from '../engine/hash-key.js';
import { NumberIndex } from '../engine/number-index.js';

let pairs: NumberIndex | null = null;

/**
 * Whether two characters (code points) look alike: the strokes of one become those of the other by one stroke more, less or other, or
 * they share a component of five strokes and more and differ in a radical of four at most. A character without known strokes looks
 * like none.
 * @see cnchar-order, stroke orders after GB 13000.1 字符集汉字笔顺规范
 */
export function looksAlike(one: number, other: number): boolean {
  pairs ??= findPairs(readStrokes());
  return pairs.find(pairOf(one, other)) >= 0;
}

function pairOf(one: number, other: number): number {
  return one < other ? one * 0x200000 + other : other * 0x200000 + one;
}

/** The package is a plug-in of a bigger one; of it only the table is wanted, and only where names are compared. */
function readStrokes(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const order = require('cnchar-order') as { dict: { orders: Record<string, string> } };
  return order.dict.orders;
}

/** Characters meet in keys (their strokes, these without one, their ends), so that no two strings are ever compared. */
function findPairs(strokes: Readonly<Record<string, string>>): NumberIndex {
  const found = new NumberIndex(1 << 16);
  const keys = new NumberIndex(1 << 17);
  /** The last character of a key, and for every entry the one before it. */
  const last: number[] = [];
  const before: number[] = [];
  const points: number[] = [];
  for (const [character, written] of Object.entries(strokes)) {
    const point = character.codePointAt(0)!;
    for (const text of keysOf(written)) {
      const key = keys.add(hashKey(text));
      for (let at = last[key] ?? -1; at >= 0; at = before[at]!) {
        if (points[at] !== point) found.add(pairOf(points[at]!, point));
      }
      before.push(last[key] ?? -1);
      last[key] = points.push(point) - 1;
    }
  }
  return found;
}

const COMPONENT = 5;
const RADICAL = 4;

function keysOf(strokes: string): Set<string> {
  const keys = new Set([strokes]);
  // Of four strokes one other makes a character that nobody mistakes (王, 五); one more does not (王, 玉).
  if (strokes.length >= 5)
    for (let i = 0; i < strokes.length; i += 1) keys.add(strokes.slice(0, i) + strokes.slice(i + 1));
  for (let cut = 0; cut <= RADICAL; cut += 1) {
    const end = strokes.slice(cut);
    if (end.length >= COMPONENT && end.length * 2 > strokes.length) keys.add(`-${end}`);
    // One stroke longer than at the end: a left radical of five strokes is shared by characters that nobody mistakes.
    const beginning = strokes.slice(0, strokes.length - cut);
    if (beginning.length > COMPONENT && beginning.length * 2 > strokes.length) keys.add(`${beginning}-`);
  }
  return keys;
}
