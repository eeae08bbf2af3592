import type { Comparator, Level, PreparedComparator } from '../engine/comparator.js';
import type { TextTable } from '../engine/text-table.js';
import { countDigits, packDigits } from './digits.js';
import { solarDayOf } from './lunar-days.js';

const LEVELS = [
  { code: 'EQUAL', zh: '出生日期相同', en: 'the dates of birth are equal', termFrequency: true },
  {
    code: 'AS_FAR_AS_STATED',
    zh: '出生年（月）相同，其余未写',
    en: 'year, or year and month, of birth are equal, the rest was not stated',
  },
  { code: 'DAY_MONTH_SWAPPED', zh: '出生月日颠倒', en: 'day and month of birth changed places' },
  { code: 'TRANSPOSED', zh: '出生日期相邻两位颠倒', en: 'two digits of the date of birth changed places' },
  { code: 'LUNAR', zh: '一为农历、一为公历的同一天', en: 'one day in the lunar and in the solar calendar' },
  {
    code: 'YEAR_BESIDE',
    zh: '出生月日相同，年份差一年',
    en: 'day and month of birth are equal, the years are neighbours',
  },
  { code: 'ONE_DIGIT', zh: '出生日期一位不同', en: 'one digit of the date of birth differs' },
  {
    code: 'DEFAULT_DAY',
    zh: '出生年相同，一方写作一月一日或当月一日',
    en: 'the year of birth is equal, one side has the first of January or of the month',
  },
  { code: 'SAME_DAY', zh: '出生月日相同，年份不同', en: 'day and month of birth are equal, the years differ' },
  { code: 'SAME_YEAR', zh: '仅出生年相同', en: 'only the year of birth is equal' },
  { code: 'GENERATION', zh: '相差十五岁以上，似为两代人', en: 'a generation of fifteen years and more apart' },
  { code: 'DIFFERS', zh: '出生日期不同', en: 'the dates of birth differ' },
] as const satisfies readonly Level[];

const [EQUAL, AS_FAR_AS_STATED, DAY_MONTH_SWAPPED, TRANSPOSED, LUNAR, YEAR_BESIDE] = [1, 2, 3, 4, 5, 6] as const;
const [ONE_DIGIT, DEFAULT_DAY, SAME_DAY, SAME_YEAR, GENERATION, DIFFERS] = [7, 8, 9, 10, 11, 12] as const;

/** Dates of birth as YYYYMMDD, YYYYMM or YYYY, with or without signs between; any other text is not stated. */
export const birthDate: Comparator = {
  levels: LEVELS,
  prepare: (values) => new PreparedDates(values),
};

/** Year, month × 32 + day, the eight digits, the day since 1970, and that day were the date lunar: as it stands, of the year before, of a leap month. */
const WORDS = 7;
const [YEAR, DAY, DIGITS, SOLAR, AS_LUNAR, AS_LUNAR_BEFORE, AS_LEAP] = [0, 1, 2, 3, 4, 5, 6] as const;
const NO_DAY = -0x80000000;
const DAY_LENGTH = 86_400_000;
const YEARS_OF_A_GENERATION = 15;
const FIRST_OF_JANUARY = 33;

class PreparedDates implements PreparedComparator {
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
      if (at + WORDS > this.#words.length) {
        const more = new Int32Array(this.#words.length * 2);
        more.set(this.#words);
        this.#words = more;
      }
      writeDate(text, this.#words, at);
      this.#known += 1;
    }
  }

  compare(one: number, other: number): number {
    const words = this.#words;
    const at = one * WORDS;
    const met = other * WORDS;
    const year = words[at + YEAR]!;
    const metYear = words[met + YEAR]!;
    if (year === 0 || metYear === 0) return 0;
    const day = words[at + DAY]!;
    const metDay = words[met + DAY]!;
    const gap = Math.abs(year - metYear);
    if ((day & 31) === 0 || (metDay & 31) === 0) return comparePartial(gap, day >> 5, metDay >> 5);
    if (gap === 0) {
      if (day === metDay) return EQUAL;
      if (day >> 5 === (metDay & 31) && (day & 31) === metDay >> 5) return DAY_MONTH_SWAPPED;
    }
    const differing = words[at + DIGITS]! ^ words[met + DIGITS]!;
    const count = countDigits(differing);
    if (count === 2 && isTransposed(words[at + DIGITS]!, words[met + DIGITS]!, differing)) return TRANSPOSED;
    if (gap <= 1 && (isLunarOf(words, at, met) || isLunarOf(words, met, at))) return LUNAR;
    if (gap === 1 && day === metDay) return YEAR_BESIDE;
    if (gap === 0 && (day === FIRST_OF_JANUARY || metDay === FIRST_OF_JANUARY)) return DEFAULT_DAY;
    if (count === 1) return ONE_DIGIT;
    if (gap === 0)
      return day >> 5 === metDay >> 5 && ((day & 31) === 1 || (metDay & 31) === 1) ? DEFAULT_DAY : SAME_YEAR;
    if (day === metDay) return SAME_DAY;
    return gap >= YEARS_OF_A_GENERATION ? GENERATION : DIFFERS;
  }
}

function comparePartial(gap: number, month: number, metMonth: number): number {
  if (gap === 0) return month === 0 || metMonth === 0 || month === metMonth ? AS_FAR_AS_STATED : SAME_YEAR;
  return gap >= YEARS_OF_A_GENERATION ? GENERATION : DIFFERS;
}

function isLunarOf(words: Int32Array, solar: number, lunar: number): boolean {
  const day = words[solar + SOLAR]!;
  if (day === NO_DAY) return false;
  return day === words[lunar + AS_LUNAR] || day === words[lunar + AS_LUNAR_BEFORE] || day === words[lunar + AS_LEAP];
}

/** Two digits of the year, of the month or of the day that stand beside each other; all of them, so two places of one part. */
function isTransposed(digits: number, metDigits: number, differing: number): boolean {
  for (let i = 0; i < 7; i += 1) {
    // The last digit of a part and the first of the next are not typed as one.
    if (i === 3 || i === 5) continue;
    const shift = 24 - 4 * i;
    if ((differing & ~(0xff << shift)) !== 0) continue;
    const pair = (digits >>> shift) & 0xff;
    const metPair = (metDigits >>> shift) & 0xff;
    return pair >> 4 === (metPair & 15) && (pair & 15) === metPair >> 4;
  }
  return false;
}

function writeDate(text: string, into: Int32Array, at: number): void {
  const digits = text.replaceAll(/\D/g, '');
  if (digits.length !== 8 && digits.length !== 6 && digits.length !== 4) return;
  const year = Number(digits.slice(0, 4));
  const month = Number(digits.slice(4, 6));
  const day = Number(digits.slice(6, 8));
  if (month > 31 || day > 31) return;
  into[at + YEAR] = year;
  into[at + DAY] = month * 32 + day;
  packDigits(digits, into, at + DIGITS, 1);
  into[at + SOLAR] = isRealDay(Number(digits)) ? Date.UTC(year, month - 1, day) / DAY_LENGTH : NO_DAY;
  into[at + AS_LUNAR] = lunarOr(year, month, day, false);
  into[at + AS_LEAP] = lunarOr(year, month, day, true);
  // In the weeks before the lunar new year the solar year is stated with the lunar month and day of the year before.
  const before = solarDayOf(year - 1, month, day, false);
  const isOfThisYear = before !== null && new Date(before * DAY_LENGTH).getUTCFullYear() === year;
  into[at + AS_LUNAR_BEFORE] = isOfThisYear ? before : NO_DAY;
}

function lunarOr(year: number, month: number, day: number, isLeap: boolean): number {
  return solarDayOf(year, month, day, isLeap) ?? NO_DAY;
}

/** Whether YYYYMMDD is a day that somebody alive or dead in a register may be born on. */
export function isRealDay(date: number): boolean {
  const year = Math.floor(date / 10000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  if (year < 1860 || year > 2035 || month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && year !== 1900;
  return day <= (month === 2 && isLeap ? 29 : DAYS_OF_MONTHS[month - 1]!);
}

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
