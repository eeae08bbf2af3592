import type { Comparator, PreparedComparator } from '../comparator.js';
import type { TextTable } from '../text-table.js';

/** Dates as the reader `date` leaves them, also such as cannot be: 14670154 is 14670124 with a slip of the pen. */
export const dates: Comparator = {
  levels: [
    { code: 'EQUAL', termFrequency: true, zh: '日期相同', en: 'equal' },
    { code: 'ONE_DIGIT', zh: '差一位数字或相邻两位颠倒', en: 'one digit differs, or two neighbours are exchanged' },
    { code: 'DAY_MONTH', zh: '日与月颠倒', en: 'day and month exchanged' },
    { code: 'YEAR_MONTH', zh: '年月相同', en: 'year and month equal' },
    { code: 'YEAR', zh: '年份相同', en: 'year equal' },
    { code: 'MONTH_DAY', zh: '月日相同', en: 'month and day equal' },
    { code: 'YEAR_1', zh: '相差一年', en: 'a year apart' },
    { code: 'YEAR_10', zh: '相差十年以内', en: 'at most ten years apart' },
    { code: 'DIFFERENT', zh: '不同', en: 'different' },
  ],
  prepare: (values) => new PreparedDates(values),
};

class PreparedDates implements PreparedComparator {
  /** A digit in each four bits. */
  #packed = new Int32Array(1);
  #known = 1;

  constructor(readonly values: TextTable) {}

  extend(): void {
    const packed = [...this.#packed];
    for (; this.values.textOf(this.#known) !== ''; this.#known += 1)
      packed.push(Number.parseInt(this.values.textOf(this.#known), 16) | 0);
    this.#packed = Int32Array.from(packed);
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    if (one === other) return 1;
    const a = this.#packed[one]!;
    const b = this.#packed[other]!;
    if (isOneDigit(a, b)) return 2;
    const yearA = a >>> 16;
    const yearB = b >>> 16;
    const dayA = a & 0xffff;
    const dayB = b & 0xffff;
    if (yearA === yearB) {
      if (dayA >>> 8 === (dayB & 0xff) && (dayA & 0xff) === dayB >>> 8) return 3;
      return dayA >>> 8 === dayB >>> 8 ? 4 : 5;
    }
    // The first of January mostly stands for "that year".
    if (dayA === dayB && dayA !== 0x0101) return 6;
    const apart = Math.abs(yearOf(yearA) - yearOf(yearB));
    return apart === 1 ? 7 : apart <= 10 ? 8 : 9;
  }
}

function isOneDigit(one: number, other: number): boolean {
  const differing = one ^ other;
  const last = 31 - Math.clz32(differing & -differing);
  const shift = last & ~3;
  const rest = differing >>> shift;
  if (rest <= 0xf) return true;
  if (rest > 0xff) return false;
  const a = (one >>> shift) & 0xff;
  const b = (other >>> shift) & 0xff;
  return a >>> 4 === (b & 0xf) && (a & 0xf) === b >>> 4;
}

function yearOf(packed: number): number {
  return (packed >>> 12) * 1000 + ((packed >>> 8) & 0xf) * 100 + ((packed >>> 4) & 0xf) * 10 + (packed & 0xf);
}
