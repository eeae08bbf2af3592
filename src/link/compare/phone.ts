import type { Comparator, Level, PreparedComparator } from '../engine/comparator.js';
import type { TextTable } from '../engine/text-table.js';
import { countDigits, firstDigit, packDigits } from './digits.js';

const LEVELS = [
  { code: 'EQUAL', zh: '电话相同', en: 'the phone numbers are equal', termFrequency: true },
  {
    code: 'AREA_CODE',
    zh: '固定电话相同，一方未写区号',
    en: 'the landline numbers are equal, one without its area code',
  },
  {
    code: 'ONE_DIGIT',
    zh: '电话一位不同或相邻两位颠倒',
    en: 'one digit of the phone number differs, or two changed places',
  },
  { code: 'DIFFERS', zh: '电话不同', en: 'the phone numbers differ' },
] as const satisfies readonly Level[];

const [EQUAL, AREA_CODE, ONE_DIGIT, DIFFERS] = [1, 2, 3, 4] as const;

/** Phone numbers, mobile and landline. How many people share one is not known here: the caller has to see to it. */
export const phone: Comparator = {
  levels: LEVELS,
  prepare: (values) => new PreparedPhones(values),
};

/** Two words of digits, the subscriber's digits of a landline and how many digits there are. */
const WORDS = 4;

class PreparedPhones implements PreparedComparator {
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
      const digits = digitsOf(text);
      packDigits(digits, this.#words, at, 2);
      packDigits(subscriberOf(digits), this.#words, at + 2, 1);
      this.#words[at + 3] = digits.length;
      this.#known += 1;
    }
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    if (one === other) return EQUAL;
    const words = this.#words;
    const at = one * WORDS;
    const met = other * WORDS;
    const length = words[at + 3]!;
    const metLength = words[met + 3]!;
    if (length === 0 || metLength === 0) return 0;
    if (length !== metLength) {
      const subscriber = words[at + 2]!;
      const isShort = length <= 8 || metLength <= 8;
      return isShort && subscriber !== 0 && subscriber === words[met + 2] ? AREA_CODE : DIFFERS;
    }
    const first = words[at]! ^ words[met]!;
    const second = words[at + 1]! ^ words[met + 1]!;
    const differing = countDigits(first) + countDigits(second);
    if (differing === 0) return EQUAL;
    if (differing === 1) return ONE_DIGIT;
    return differing === 2 && isTransposed(words, at, met, first, second) ? ONE_DIGIT : DIFFERS;
  }
}

function isTransposed(words: Int32Array, at: number, met: number, first: number, second: number): boolean {
  const i = first !== 0 ? firstDigit(first) : 8 + firstDigit(second);
  return digitOf(words, at, i) === digitOf(words, met, i + 1) && digitOf(words, at, i + 1) === digitOf(words, met, i);
}

function digitOf(words: Int32Array, at: number, i: number): number {
  return (words[at + (i >> 3)]! >>> (28 - 4 * (i & 7))) & 15;
}

/** Without the country's code, which nobody has to write; the extension of a switchboard is left out. */
function digitsOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/(?:转|ext\.?|#).*$/i, '')
    .replaceAll(/\D/g, '')
    .replace(/^(?:00)?86(?=1\d{10}$|0\d{9,11}$)/, '')
    .slice(0, 16);
}

/** The digits of a landline after its area code: 010, 02x, or 0xxx. @returns '' for a mobile number */
function subscriberOf(digits: string): string {
  if (/^[2-9]\d{6,7}$/.test(digits)) return digits;
  return /^0(?:10|2\d|[3-9]\d\d)([2-9]\d{6,7})$/.exec(digits)?.[1] ?? '';
}
