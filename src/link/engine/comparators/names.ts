import type { Comparator, Level, PreparedComparator } from '../comparator.js';
import { bitOf, PairTable } from '../pair-table.js';
import { TextTable } from '../text-table.js';
import { findLikeness } from './likeness.js';

/** Bits that the words two names share are worth, upwards of which a level begins. */
const STEPS = [24, 20, 16, 12, 8, 4, 0] as const;
/** What is left over: nothing, words of one name only, words of both. */
const LEFT = [
  { code: 'ALL', zh: '全部词都对应', en: 'every word has its like' },
  { code: 'MORE', zh: '一方多出词', en: 'one has words besides' },
  { code: 'BOTH', zh: '双方各有不对应的词', en: 'both have words that the other lacks' },
] as const;
/** An alike word is that much less than an equal one: one in eight is written differently. */
const LESS = 3;
/** More words than these are not looked at: they are titles and seats. */
const MOST_WORDS = 8;

/**
 * Whole names as sets of words: which are shared, equal or alike or as an initial, how rare those are, and whether words are left over on one side
 * or on both. One comparison for given name, surname, both exchanged, middle names, titles: these are not independent of each other.
 */
export const names: Comparator = {
  levels: [
    ...LEFT.flatMap((left) =>
      STEPS.map((step): Level => ({
        code: `${left.code}_${step}`,
        zh: `${left.zh}，共有词的稀有度 ≥ ${step} 比特`,
        en: `${left.en}; the shared are worth ${step} bits or more`,
      })),
    ),
    { code: 'NONE', zh: '没有共同的词', en: 'no word in common' },
  ],
  prepare: (values) => new PreparedNames(values),
};

const NONE = LEFT.length * STEPS.length + 1;

class PreparedNames implements PreparedComparator {
  readonly #words = new TextTable();
  #starts = Int32Array.of(0, 0);
  #list = new Int32Array(0);
  #known = 1;
  #vocabulary = 1;
  #alike = new PairTable();
  /** Of each name one bit a word, and these with the bits of all words that are alike: most names are known to share nothing by one look. */
  #marks = new Int32Array(1);
  #reach = new Int32Array(1);
  /** Bits of a word, and of anything like it. */
  #bits = new Float64Array(1);
  #alikeBits = new Float64Array(1);

  constructor(readonly values: TextTable) {}

  extend(): void {
    const starts = [...this.#starts.subarray(0, this.#known + 1)];
    const list = [...this.#list];
    while (this.values.textOf(this.#known) !== '') {
      const words = new Set(this.values.textOf(this.#known).split(' '));
      for (const word of [...words].slice(0, MOST_WORDS)) list.push(this.#words.codeOf(word));
      starts.push(list.length);
      this.#known += 1;
    }
    this.#starts = Int32Array.from(starts);
    this.#list = Int32Array.from(list);
    const codes: number[] = [];
    for (let code = 1; this.#words.textOf(code) !== ''; code += 1) codes.push(code);
    this.#vocabulary = codes.length + 1;
    this.#alike = findLikeness(codes, (code) => this.#words.textOf(code));
    this.#markNames();
    this.weigh(new Float64Array(this.#known).fill(1, 1));
  }

  /** @param subjects how many subjects (or records, as long as subjects are unknown) state each value */
  weigh(subjects: Float64Array): void {
    const words = this.#vocabulary;
    const having = new Float64Array(words);
    let total = 0;
    for (let code = 1; code < this.#known; code += 1) {
      total += subjects[code]!;
      for (let i = this.#starts[code]!; i < this.#starts[code + 1]!; i += 1)
        having[this.#list[i]!] = having[this.#list[i]!]! + subjects[code]!;
    }
    const near = having.slice();
    const spread = (one: number, other: number): void => {
      near[one] = near[one]! + having[other]!;
      near[other] = near[other]! + having[one]!;
    };
    this.#alike.forEach(spread);
    const bits = (count: number): number => Math.max(0, Math.log2(total / Math.max(1, count)));
    this.#bits = having.map(bits);
    this.#alikeBits = near.map((count) => Math.max(0, bits(count) - LESS));
  }

  #markNames(): void {
    this.#marks = new Int32Array(this.#known);
    this.#reach = new Int32Array(this.#known);
    for (let code = 1; code < this.#known; code += 1)
      for (let i = this.#starts[code]!; i < this.#starts[code + 1]!; i += 1) {
        const word = this.#list[i]!;
        this.#marks[code] = this.#marks[code]! | bitOf(word);
        this.#reach[code] = this.#reach[code]! | bitOf(word) | this.#alike.marksOf(word);
      }
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    if ((this.#reach[one]! & this.#marks[other]!) === 0) return NONE;
    const list = this.#list;
    const from = this.#starts[one]!;
    const to = this.#starts[one + 1]!;
    const otherFrom = this.#starts[other]!;
    const otherTo = this.#starts[other + 1]!;
    const all = (1 << (to - from)) - 1;
    const otherAll = (1 << (otherTo - otherFrom)) - 1;
    let shared = 0;
    let met = 0;
    let otherMet = 0;
    for (let i = from; i < to; i += 1) {
      const word = list[i]!;
      for (let j = otherFrom; j < otherTo; j += 1) {
        if (list[j] !== word) continue;
        shared += this.#bits[word]!;
        met |= 1 << (i - from);
        otherMet |= 1 << (j - otherFrom);
        break;
      }
    }
    // Each time the best of what is left, so that the order of the words does not matter.
    while (met !== all && otherMet !== otherAll) {
      let best = -1;
      let bestOne = 0;
      let bestOther = 0;
      for (let i = from; i < to; i += 1) {
        if ((met & (1 << (i - from))) !== 0) continue;
        const word = list[i]!;
        for (let j = otherFrom; j < otherTo; j += 1) {
          if ((otherMet & (1 << (j - otherFrom))) !== 0 || this.#alike.get(word, list[j]!) === 0) continue;
          const worth = Math.min(this.#alikeBits[word]!, this.#alikeBits[list[j]!]!);
          if (worth <= best) continue;
          best = worth;
          bestOne = i;
          bestOther = j;
        }
      }
      if (best < 0) break;
      shared += best;
      met |= 1 << (bestOne - from);
      otherMet |= 1 << (bestOther - otherFrom);
    }
    if (met === 0) return NONE;
    const left = (met === all ? 0 : 1) + (otherMet === otherAll ? 0 : 1);
    let step = 0;
    while (shared < STEPS[step]!) step += 1;
    return 1 + left * STEPS.length + step;
  }
}
