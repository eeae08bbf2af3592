import { NumberIndex } from './number-index.js';

/** Longer texts are not searched for likeness. */
const LONGEST = 40;

/**
 * Calls `visit` once or more often for every pair of the texts that are at most `edits` letters apart (one put in, left out, replaced, or
 * two neighbours exchanged), by way of what is left when letters are left out, so that a text meets only its likes.
 * @param codes of the texts to search among @param edits 1 or 2 @param shortest for which two edits are looked for
 */
export function visitNearTexts(
  codes: readonly number[],
  textOf: (code: number) => string,
  edits: 1 | 2,
  shortest: number,
  visit: (one: number, other: number, distance: number) => void,
): void {
  const index = new NumberIndex(codes.length * 8);
  const next: number[] = [];
  const member: number[] = [];
  const heads: number[] = [];
  const put = (code: number, text: string, first: number, second: number): void => {
    const variant = index.add(hashWithout(text, first, second));
    for (let entry = heads[variant] ?? -1; entry >= 0; entry = next[entry]!) {
      const other = member[entry]!;
      if (other === code) return;
      const distance = editsBetween(text, textOf(other));
      if (distance <= edits && (distance < 2 || Math.min(text.length, textOf(other).length) >= shortest))
        visit(other, code, distance);
    }
    next.push(heads[variant] ?? -1);
    heads[variant] = member.length;
    member.push(code);
  };
  for (const code of codes) {
    const text = textOf(code);
    if (text.length < 2 || text.length > LONGEST) continue;
    put(code, text, -1, -1);
    for (let first = 0; first < text.length; first += 1) {
      put(code, text, first, -1);
      if (edits === 2 && text.length >= shortest)
        for (let second = first + 1; second < text.length; second += 1) put(code, text, first, second);
    }
  }
}

function hashWithout(text: string, first: number, second: number): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    if (i === first || i === second) continue;
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 2654435761);
    two = Math.imul(two ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0) || 1;
}

/** Optimal string alignment; 3 where it is more than two. */
export function editsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= other.length; j += 1) {
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
      least = Math.min(least, best);
    }
    if (least > 2) return 3;
    before = last;
    last = row;
  }
  return Math.min(3, last[other.length]!);
}
