import type { Comparator, Level, PreparedComparator } from '../engine/comparator.js';
import type { TextTable } from '../engine/text-table.js';
import { checkWeight, isValidNumber, remainderOf, setCheckDigit } from '../valid-number.js';
import { isRealDay } from './birth-date.js';
import { countDigits, firstDigit, packDigits } from './digits.js';

const LEVELS = [
  { code: 'EQUAL', zh: '身份证号码相同', en: 'the identity numbers are equal' },
  { code: 'OTHER_FORM', zh: '15位与18位为同一号码', en: 'the 15-digit and the 18-digit form of one number' },
  { code: 'ONE_DIGIT', zh: '号码一位不同', en: 'one digit of the number differs' },
  { code: 'TRANSPOSED', zh: '号码相邻两位颠倒', en: 'two neighbouring digits of the number changed places' },
  { code: 'ONE_MISSING', zh: '号码缺一位或多一位', en: 'one digit of the number is missing or too many' },
  {
    code: 'ROUNDED',
    zh: '号码前15位相同，后三位被电子表格抹成零',
    en: 'the first 15 digits are equal, a spreadsheet rounded the rest',
  },
  {
    code: 'STATED_DIGITS',
    zh: '号码被写成科学计数，所余各位相同',
    en: 'the few digits that a spreadsheet left are equal',
  },
  { code: 'AREA_AND_BIRTH', zh: '号码中地区与出生日期相同', en: 'area and date of birth in the numbers are equal' },
  { code: 'BIRTH', zh: '号码中出生日期相同', en: 'the dates of birth in the numbers are equal' },
  { code: 'BOTH_VALID', zh: '两个有效号码不同', en: 'both numbers are valid and they differ' },
  { code: 'DIFFERS', zh: '号码不同', en: 'the numbers differ' },
] as const satisfies readonly Level[];

const [
  EQUAL,
  OTHER_FORM,
  ONE_DIGIT,
  TRANSPOSED,
  ONE_MISSING,
  ROUNDED,
  STATED_DIGITS,
  AREA_AND_BIRTH,
  BIRTH,
  BOTH_VALID,
  DIFFERS,
] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;

/** Identity numbers as they were stated, valid or not. @see GB 11643-1999 */
export const idNumber: Comparator = {
  levels: LEVELS,
  prepare: (values) => new PreparedNumbers(values),
};

/** Marks above the count of digits. */
const VALID = 1 << 8;
const OLD = 1 << 9;
const ROUNDED_OFF = 1 << 10;
const BORN = 1 << 11;
const FOREIGN = 1 << 12;
const COUNT = 0xff;

/** Three words of digits and one of marks. */
const WORDS = 4;
const MOST_DIGITS = 24;

class PreparedNumbers implements PreparedComparator {
  readonly #values: TextTable;
  #words = new Int32Array(1024 * WORDS);
  #known = 1;

  constructor(values: TextTable) {
    this.#values = values;
    this.extend();
  }

  extend(): void {
    for (let text = this.#values.textOf(this.#known); text !== ''; text = this.#values.textOf(this.#known)) {
      const at = this.#known * WORDS;
      if (at === this.#words.length) {
        const more = new Int32Array(at * 2);
        more.set(this.#words);
        this.#words = more;
      }
      const { digits, marks } = takeApart(text);
      packDigits(digits, this.#words, at, WORDS - 1);
      this.#words[at + WORDS - 1] = marks | digits.length;
      this.#known += 1;
    }
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    const words = this.#words;
    const at = one * WORDS;
    const met = other * WORDS;
    const marks = words[at + 3]!;
    const metMarks = words[met + 3]!;
    const either = marks | metMarks;
    // Many people share what a spreadsheet leaves of a number.
    if (one === other && (either & ROUNDED_OFF) === 0) return EQUAL;
    if ((either & FOREIGN) !== 0) return DIFFERS;
    const first = words[at]! ^ words[met]!;
    const second = words[at + 1]! ^ words[met + 1]!;
    const third = words[at + 2]! ^ words[met + 2]!;
    if ((either & ROUNDED_OFF) !== 0) return compareRounded(first, second, marks, metMarks);
    const count = marks & COUNT;
    const metCount = metMarks & COUNT;
    // An old number has no check digit: of the other, too, only the 17 digits before it are looked at.
    const isOld = (either & OLD) !== 0;
    const last = isOld && (marks & metMarks & OLD) === 0 ? third & 0xf0000000 : third;
    if (count === metCount || (isOld && count + metCount === 35)) {
      const differing = countDigits(first) + countDigits(second) + countDigits(last);
      if (differing === 0) return ((marks ^ metMarks) & OLD) === 0 ? EQUAL : OTHER_FORM;
      if (differing === 1) return ONE_DIGIT;
      if (differing === 2 && isTransposed(words, at, met, first, second, last)) return TRANSPOSED;
    } else if (count === metCount + 1) {
      if (isWithoutOne(words, met, at, metCount)) return ONE_MISSING;
    } else if (metCount === count + 1) {
      if (isWithoutOne(words, at, met, count)) return ONE_MISSING;
    }
    if ((marks & metMarks & VALID) !== 0) {
      return first === 0 && second >>> 4 === 0 && (endsRounded(words, at) || endsRounded(words, met))
        ? ROUNDED
        : BOTH_VALID;
    }
    if ((marks & metMarks & BORN) === 0 || (first & 0xff) !== 0 || second >>> 8 !== 0) return DIFFERS;
    return first >>> 8 === 0 ? AREA_AND_BIRTH : BIRTH;
  }
}

/** The digits that are left to one side have to be those of the other. */
function compareRounded(first: number, second: number, marks: number, metMarks: number): number {
  const count = Math.min(marks & COUNT, metMarks & COUNT, 15);
  const equal = first === 0 ? 8 + firstDigit(second) : firstDigit(first);
  if (equal < count) return equal >= 14 && (marks & metMarks & BORN) !== 0 ? AREA_AND_BIRTH : DIFFERS;
  return count === 15 ? ROUNDED : STATED_DIGITS;
}

function digitOf(words: Int32Array, at: number, i: number): number {
  return (words[at + (i >> 3)]! >>> (28 - 4 * (i & 7))) & 15;
}

function isTransposed(
  words: Int32Array,
  at: number,
  met: number,
  first: number,
  second: number,
  third: number,
): boolean {
  const i = first !== 0 ? firstDigit(first) : second !== 0 ? 8 + firstDigit(second) : 16 + firstDigit(third);
  return digitOf(words, at, i) === digitOf(words, met, i + 1) && digitOf(words, at, i + 1) === digitOf(words, met, i);
}

function isWithoutOne(words: Int32Array, shorter: number, longer: number, count: number): boolean {
  let skipped = 0;
  for (let i = 0; i < count; i += 1) {
    if (digitOf(words, shorter, i) === digitOf(words, longer, i + skipped)) continue;
    skipped += 1;
    if (skipped > 1 || digitOf(words, shorter, i) !== digitOf(words, longer, i + 1)) return false;
  }
  return count >= 14;
}

/** 18 digits that end in 000: the check digit of what a spreadsheet left happens to pass once in eleven. */
function endsRounded(words: Int32Array, at: number): boolean {
  return (words[at + 1]! & 15) === 0 && words[at + 2] === 0;
}

interface Parts {
  readonly digits: string;
  readonly marks: number;
}

function takeApart(text: string): Parts {
  const plain = tidy(text);
  const exponent = EXPONENT.exec(plain);
  if (exponent) return { digits: `${exponent[1]}${exponent[2] ?? ''}`.slice(0, 15), marks: ROUNDED_OFF };
  if (!/^\d+X?$/.test(plain) || plain.length > MOST_DIGITS) return { digits: '', marks: FOREIGN };
  if (/^\d{15}$/.test(plain)) {
    const digits = `${plain.slice(0, 6)}19${plain.slice(6)}`;
    return { digits, marks: OLD | bornMark(digits) };
  }
  if (isValidNumber(plain)) return { digits: plain, marks: bornMark(plain) === 0 ? 0 : VALID | BORN };
  if (roundedPrefix(plain) !== null) return { digits: plain.slice(0, 15), marks: ROUNDED_OFF | bornMark(plain) };
  return { digits: plain, marks: bornMark(plain) };
}

function bornMark(digits: string): number {
  return isRealDay(Number(digits.slice(6, 14))) ? BORN : 0;
}

/**
 * Of a number that a spreadsheet rounded, the 15 digits that are left; also where the check digit happens to pass, since only the
 * caller knows whether a spreadsheet was in it. @returns null for any other number
 */
export function roundedPrefix(number: string): string | null {
  const plain = tidy(number);
  if (/^\d{15}000$/.test(plain)) return plain.slice(0, 15);
  const exponent = EXPONENT.exec(plain);
  const digits = exponent ? `${exponent[1]}${exponent[2] ?? ''}` : '';
  return digits.length >= 15 && Number(exponent![3]) === 17 ? digits.slice(0, 15) : null;
}

/**
 * The valid numbers that one slip leads away from to the one stated: one digit changed, two neighbours transposed, one digit lost or
 * doubled, an X lost, the form of 15 digits. In ascending order; about ten for a broken number, none for a valid or a rounded one.
 */
export function repairsOf(number: string): string[] {
  const found = new Set<string>();
  eachRepair(number, (units) => found.add(String.fromCharCode(...units)));
  return [...found].toSorted();
}

/** The same, without a text for each: in any order, some more than once. @param tell is lent the code units of a number */
export function eachRepair(number: string, tell: (units: Uint8Array) => void): void {
  const plain = tidy(number);
  if (!/^\d{14,18}[\dX]$/.test(plain) || isPlausible(plain) || roundedPrefix(plain) !== null) return;
  if (plain.length === 15) {
    if (plain[14] === 'X') return;
    setUnits(`${plain.slice(0, 6)}19${plain.slice(6)}0`);
    tellChecked(tell);
  } else if (plain.length === 17) {
    setUnits(`${plain}0`);
    if (plain[16] !== 'X') tellChecked(tell);
    // What is lost stood before one of the digits; the first time before the first.
    setUnits(`0${plain}`);
    for (let i = 0; i < 17; i += 1) {
      tellMended(i, missingFrom(REPAIRED), tell);
      REPAIRED[i] = REPAIRED[i + 1]!;
    }
  } else if (plain.length === 18) {
    setUnits(plain);
    // One slip in seventeen digits has 170 forms, of which the sum leaves about fifteen: only these are written.
    const missing = missingFrom(REPAIRED);
    for (let i = 0; i < 17; i += 1) {
      const [own, next] = [REPAIRED[i]!, REPAIRED[i + 1]!];
      tellMended(i, missing, tell);
      if (next === X || ((checkWeight(i) - checkWeight(i + 1)) * (next - own) - missing) % 11 !== 0) continue;
      REPAIRED[i] = next;
      REPAIRED[i + 1] = own;
      tellPlausible(tell);
      REPAIRED[i] = own;
      REPAIRED[i + 1] = next;
    }
    tellChecked(tell);
  } else {
    setUnits(plain.slice(1));
    for (let i = 0; i < 19; i += 1) {
      tellPlausible(tell);
      REPAIRED[i] = plain.charCodeAt(i);
    }
  }
}

/** The number that is being mended, as code units. */
const REPAIRED = new Uint8Array(18);
const X = 'X'.charCodeAt(0);

function setUnits(number: string): void {
  for (let i = 0; i < 18; i += 1) REPAIRED[i] = number.charCodeAt(i);
}

function tellPlausible(tell: (units: Uint8Array) => void): void {
  if (remainderOf(REPAIRED) === 1 && isRealDay(numberAt(REPAIRED, 6, 14))) tell(REPAIRED);
}

/** With the one digit at a place that the sum asks for. */
function tellMended(place: number, missing: number, tell: (units: Uint8Array) => void): void {
  const own = REPAIRED[place]!;
  const digit = (own - 48 + missing * INVERSES[place]!) % 11;
  if (digit === 10) return;
  REPAIRED[place] = 48 + digit;
  tellPlausible(tell);
  REPAIRED[place] = own;
}

/** By how much, in elevenths, the sum falls short of the one that is right. */
function missingFrom(units: Uint8Array): number {
  return (12 - remainderOf(units)) % 11;
}

/** With the check digit of the seventeen before it. */
function tellChecked(tell: (units: Uint8Array) => void): void {
  setCheckDigit(REPAIRED);
  tellPlausible(tell);
}

/** What turns a place's weight into 1, in elevenths. */
const INVERSES = Array.from(
  { length: 17 },
  (_, place) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].findIndex((factor) => (factor * checkWeight(place)) % 11 === 1) + 1,
);

function numberAt(units: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i += 1) number = number * 10 + units[i]! - 48;
  return number;
}

/** The area is not looked at: it is that of the first registration and of its time, and numbers made up for tests have none. */
function isPlausible(number: string): boolean {
  return isValidNumber(number) && isRealDay(Number(number.slice(6, 14)));
}

const EXPONENT = /^(\d)(?:\.(\d+))?E\+?(\d+)$/;

function tidy(text: string): string {
  return text.toUpperCase().replaceAll(/[\s'-]/g, '');
}
