import type { Comparator, PreparedComparator } from '../comparator.js';
import { PairTable } from '../pair-table.js';
import { visitNearTexts } from '../near-texts.js';
import type { TextTable } from '../text-table.js';

/** Numbers and codes without a meaning in their parts: papers, telephones, houses. */
export const codes: Comparator = {
  levels: [
    { code: 'EQUAL', termFrequency: true, zh: '相同', en: 'equal' },
    { code: 'ONE_EDIT', zh: '差一位或相邻两位颠倒', en: 'one character differs, or two neighbours are exchanged' },
    { code: 'TWO_EDITS', zh: '差两位', en: 'two characters differ' },
    { code: 'DIFFERENT', zh: '不同', en: 'different' },
  ],
  prepare: (values) => new PreparedCodes(values),
};

class PreparedCodes implements PreparedComparator {
  #alike = new PairTable();
  #known = 1;

  constructor(readonly values: TextTable) {}

  extend(): void {
    const all: number[] = [];
    for (this.#known = 1; this.values.textOf(this.#known) !== ''; this.#known += 1) all.push(this.#known);
    this.#alike = new PairTable();
    visitNearTexts(
      all,
      (code) => this.values.textOf(code),
      2,
      LONG,
      (one, other, distance) => this.#alike.put(one, other, distance),
    );
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    return one === other ? 1 : 1 + (this.#alike.get(one, other) || 3);
  }
}

/** Two edits leave enough of a code of so many characters. */
const LONG = 6;
