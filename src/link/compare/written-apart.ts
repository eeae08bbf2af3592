import { strokesOf } from './characters.js';
import type { NameForms } from './name-forms.js';

const MOST_PARTS = 3;
/** Of so few strokes one other makes another character. */
const FEW = 6;

/**
 * Whether a character was written in two or three, or two or three in one: 玥 and 王月, 犇 and 牛牛牛. One stroke may be another, as it
 * is where a component is squeezed (牛 in 犇).
 * @param longer the name in which it stands apart @param from place of the first part
 */
export function isWrittenApart(whole: number, forms: NameForms, longer: number, from: number, parts: number): boolean {
  const strokes = strokesOf(whole);
  if (strokes === '' || parts < 2 || parts > MOST_PARTS) return false;
  let count = 0;
  for (let i = from; i < from + parts; i += 1) {
    const part = strokesOf(forms.at(longer, i)).length;
    if (part === 0) return false;
    count += part;
  }
  if (Math.abs(count - strokes.length) > 1) return false;
  let apart = '';
  for (let i = from; i < from + parts; i += 1) apart += strokesOf(forms.at(longer, i));
  return strokes === apart || (strokes.length >= FEW && isOneEditAway(strokes, apart));
}

/** One digit more, less or other, or two neighbours that changed places. @param other one longer or shorter at most */
function isOneEditAway(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = one.length;
  let otherEnd = other.length;
  while (end > start && otherEnd > start && one[end - 1] === other[otherEnd - 1]) {
    end -= 1;
    otherEnd -= 1;
  }
  const left = end - start;
  const otherLeft = otherEnd - start;
  if (left <= 1 && otherLeft <= 1) return true;
  return left === 2 && otherLeft === 2 && one[start] === other[start + 1] && one[start + 1] === other[start];
}
