/**
 * Identity numbers and telephones inside a text (a remark, an address): 18 characters, or 11 of a mobile, or an area code before a
 * landline; in any width, and with the blanks and hyphens that people put between digits. A run of more digits is something else.
 */
const DIGIT = '[0-9０-９]';
const GAP = '[ \\u00a0\\u3000-]?';
const NUMBERS = new RegExp(
  `(?<!${DIGIT})(?:${digits(17)}${GAP}[0-9Xx０-９Ｘｘ]|[1１]${GAP}[3-9３-９]${GAP}${digits(9)}|[0０]${DIGIT}{2,3}[-－ ]${DIGIT}{7,8})(?!${DIGIT})`,
  'gu',
);

/** Ten digits with little between them: without them there is nothing to look for. */
const MANY_DIGITS = new RegExp(digits(10), 'u');

function digits(count: number): string {
  return `${DIGIT}(?:${GAP}${DIGIT}){${count - 1}}`;
}

/** The text with the middle of each number starred; the text itself where it has none. */
export function maskNumbers(text: string): string {
  if (text.length < 10 || !MANY_DIGITS.test(text)) return text;
  return text.replaceAll(NUMBERS, (found) => maskDigits(found.normalize('NFKC').replaceAll(/[ \u00a0-]/gu, '')));
}

/** Whether a code is an identity number in a place where none belongs: by form, date and check digit. @see GB 11643-1999 */
export function isNumber(text: string): boolean {
  if (!/^\d{6}(?:19|20)\d{2}(?:0\d|1[0-2])[0-3]\d{4}[\dXx]$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Three stay: this stands in the database, and is less than a viewer is shown. Of what is short, nothing. */
export function maskDigits(number: string): string {
  const { length } = number;
  return length < 11 ? '*'.repeat(length) : number.slice(0, 3) + '*'.repeat(length - 3);
}
