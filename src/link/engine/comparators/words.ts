import type { Comparator, PreparedComparator } from '../comparator.js';
import { PairTable } from '../pair-table.js';
import { TextTable } from '../text-table.js';
import { findLikeness, LIKENESS } from './likeness.js';

/** A word or a few that are one name: a place, a trade, a single given name. */
export const words: Comparator = {
  levels: [
    { code: 'EQUAL', termFrequency: true, zh: '相同', en: 'equal' },
    { code: 'ONE_EDIT', zh: '差一个字母', en: 'one letter differs, or two neighbours are exchanged' },
    { code: 'TWO_EDITS', zh: '长词差两个字母', en: 'two letters of a long one differ' },
    { code: 'BEGINNING', zh: '一个是另一个的开头', en: 'one is the beginning of the other' },
    { code: 'SOUND', zh: '读音相近', en: 'sounds much the same' },
    { code: 'SHARED', zh: '有共同的词', en: 'has a word in common' },
    { code: 'DIFFERENT', zh: '不同', en: 'different' },
  ],
  prepare: (values) => new PreparedWords(values),
};

const DIFFERENT = 7;

class PreparedWords implements PreparedComparator {
  #alike = new PairTable();
  readonly #words = new TextTable();
  #lists: Int32Array[] = [];

  constructor(readonly values: TextTable) {}

  extend(): void {
    const codes: number[] = [];
    for (let code = 1; this.values.textOf(code) !== ''; code += 1) codes.push(code);
    this.#alike = findLikeness(codes, (code) => this.values.textOf(code));
    this.#lists = [new Int32Array(0)];
    for (const code of codes)
      this.#lists.push(Int32Array.from(this.values.textOf(code).split(' '), (word) => this.#words.codeOf(word)));
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    if (one === other) return 1;
    const likeness = this.#alike.get(one, other);
    if (likeness > 0) return 1 + Math.min(likeness, LIKENESS.sound);
    const some = this.#lists[one]!;
    const more = this.#lists[other]!;
    if (some.length + more.length > 2)
      for (let i = 0; i < some.length; i += 1)
        for (let j = 0; j < more.length; j += 1) if (some[i] === more[j]) return DIFFERENT - 1;
    return DIFFERENT;
  }
}
