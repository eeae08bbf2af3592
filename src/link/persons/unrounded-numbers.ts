import { roundedPrefix } from '../compare/id-number.js';
import { setCheckDigit } from '../valid-number.js';

/**
 * The valid numbers, a hundred at most, that a spreadsheet, which keeps fifteen digits, turns into what is stated.
 * @param tell is lent the code units of a number
 */
export function eachUnrounded(stated: string, tell: (units: Uint8Array) => void): void {
  const prefix = roundedPrefix(stated);
  if (prefix?.length !== 15) return;
  for (let i = 0; i < 15; i += 1) UNROUNDED[i] = prefix.charCodeAt(i);
  for (let tail = 0; tail < 100; tail += 1) {
    UNROUNDED[15] = 48 + Math.floor(tail / 10);
    UNROUNDED[16] = 48 + (tail % 10);
    setCheckDigit(UNROUNDED);
    // A number that ends in X is no number to a spreadsheet, which leaves it alone.
    if (UNROUNDED[17] !== X) tell(UNROUNDED);
  }
}

const UNROUNDED = new Uint8Array(18);
const X = 'X'.charCodeAt(0);
