import { roundedPrefix } from '../compare/id-number.js';
import { checkDigitOf } from '../valid-number.js';

/** The valid numbers, a hundred at most, that a spreadsheet, which keeps fifteen digits, turns into what is stated. */
export function unroundedOf(stated: string): readonly string[] {
  const prefix = roundedPrefix(stated);
  if (prefix?.length !== 15) return [];
  const numbers: string[] = [];
  for (let tail = 0; tail < 100; tail += 1) {
    const body = prefix + String(tail).padStart(2, '0');
    const check = checkDigitOf(body);
    // A number that ends in X is no number to a spreadsheet, which leaves it alone.
    if (check !== 'X') numbers.push(body + check);
  }
  return numbers;
}
