const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1] as const;

/** By the remainder of the sum. */
const CHECK_DIGITS = '10X98765432';

/** What a digit weighs in the sum, by its place from 0; that of the check digit is 17. */
export function checkWeight(place: number): number {
  return WEIGHTS[place]!;
}

/** Whether a number inside a list (which no column's word has read) is a citizen identity number. @see GB 11643-1999 §6 */
export function isValidNumber(number: string): boolean {
  // Ten of eleven that are asked about fall at the sum, which costs less than the look at the letters.
  return number.length === 18 && number[17] === checkDigitOf(number) && /^\d{17}[\dX]$/.test(number);
}

/** The 18th character for the 17 digits that a text begins with. */
export function checkDigitOf(number: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i += 1) sum += WEIGHTS[i]! * (number.charCodeAt(i) - 48);
  return CHECK_DIGITS[sum % 11]!;
}

/** The weighted sum of 18 code units, in elevenths: 1 where the last is the right one. */
export function remainderOf(units: Uint8Array): number {
  let sum = units[17] === X ? 10 : units[17]! - 48;
  for (let i = 0; i < 17; i += 1) sum += WEIGHTS[i]! * (units[i]! - 48);
  return sum % 11;
}

/** Writes the 18th character behind the code units of 17 digits. */
export function setCheckDigit(units: Uint8Array): void {
  units[17] = 48;
  units[17] = CHECK_DIGITS.charCodeAt(remainderOf(units));
}

const X = 'X'.charCodeAt(0);
