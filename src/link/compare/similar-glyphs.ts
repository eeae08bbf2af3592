import { hashKey } from '../engine/hash-key.js';
import { NumberIndex, type NumberIndexParts } from '../engine/number-index.js';
import { kindsOfStrokes, strokeOrders } from './stroke-orders.js';

let pairs: NumberIndex | null = null;

/**
 * Whether two characters (code points) look alike. Either the strokes of one become those of the other by one stroke more, less or
 * other; or they share a component of five strokes and more and differ in a radical of four at most; or they share a whole character
 * of seven strokes and more below or beside parts that are no bigger (晨, 震); or they begin alike and one stroke of the rest is
 * bent another way, or stands in another order (阳, 阴; 宇, 字). A character without known strokes looks like none.
 */
export function looksAlike(one: number, other: number): boolean {
  pairs ??= findPairs(strokeOrders());
  return pairs.find(pairOf(one, other)) >= 0;
}

/** The pairs, found by now, for a thread that would have to find them anew. */
export function shareGlyphs(): NumberIndexParts {
  return (pairs ??= findPairs(strokeOrders())).share();
}

export function adoptGlyphs(parts: NumberIndexParts): void {
  pairs = NumberIndex.over(parts);
}

function pairOf(one: number, other: number): number {
  return one < other ? one * 0x200000 + other : other * 0x200000 + one;
}

/** Characters meet in keys (their strokes, these without one, their ends), so that no two strings are ever compared. */
function findPairs(strokes: Readonly<Record<string, string>>): NumberIndex {
  const found = new NumberIndex(1 << 16);
  const keys = new NumberIndex(1 << 17);
  /** The last character of a key, and for every entry the one before it. */
  const last: number[] = [];
  const before: number[] = [];
  const points: number[] = [];
  const whole = new Set(Object.values(strokes));
  for (const [character, written] of Object.entries(strokes)) {
    const point = character.codePointAt(0)!;
    for (const text of keysOf(written, whole)) {
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
const CHARACTER = 7;
const TOP = 8;
/** Fewer strokes than these have no parts. */
const WITH_PARTS = 6;

/** @param whole strokes of every character */
function keysOf(strokes: string, whole: ReadonlySet<string>): Set<string> {
  const keys = new Set([strokes]);
  const count = strokes.length;
  // Of four strokes one other makes a character that nobody mistakes (王, 五); one more does not (王, 玉).
  if (count >= 5) for (let i = 0; i < count; i += 1) keys.add(strokes.slice(0, i) + strokes.slice(i + 1));
  for (let cut = 0; cut <= RADICAL; cut += 1) {
    const end = strokes.slice(cut);
    if (end.length >= COMPONENT && end.length * 2 > count) keys.add(`-${end}`);
    // One stroke longer than at the end: a left radical of five strokes is shared by characters that nobody mistakes.
    const beginning = strokes.slice(0, count - cut);
    if (beginning.length > COMPONENT && beginning.length * 2 > count) keys.add(`${beginning}-`);
  }
  for (let cut = 1; cut <= TOP; cut += 1) {
    const end = strokes.slice(cut);
    if (end.length >= CHARACTER && end.length + 1 >= cut && whole.has(end)) keys.add(`=${end}`);
  }
  if (count < WITH_PARTS) return keys;
  const kinds = kindsOfStrokes(strokes);
  for (let i = 2; i < count; i += 1) keys.add(`${strokes.slice(0, 2)}|${kinds.slice(2, i)}.${kinds.slice(i + 1)}`);
  for (let rest = 3; rest <= 4 && count - rest >= 3; rest += 1) {
    const ordered = Array.from(strokes.slice(count - rest))
      .toSorted()
      .join('');
    for (let i = 0; i < rest; i += 1)
      keys.add(`${strokes.slice(0, count - rest)}+${ordered.slice(0, i)}${ordered.slice(i + 1)}`);
  }
  return keys;
}
