import type { Comparator, PreparedComparator } from '../comparator.js';
import { PairTable } from '../pair-table.js';
import { visitNearTexts } from '../near-texts.js';
import { TextTable } from '../text-table.js';

/** Codes that begin with the larger place: British (outward code, area) and such of digits only (all but the last, the first two). */
export const postcodes: Comparator = {
  levels: [
    { code: 'EQUAL', termFrequency: true, zh: '相同', en: 'equal' },
    { code: 'ONE_EDIT', zh: '差一位或相邻两位颠倒', en: 'one character differs, or two neighbours are exchanged' },
    { code: 'DISTRICT', zh: '同一投递区', en: 'the same district' },
    { code: 'AREA', zh: '同一地区', en: 'the same area' },
    { code: 'DIFFERENT', zh: '不同', en: 'different' },
  ],
  prepare: (values) => new PreparedPostcodes(values),
};

/** `tq138df` → `tq13`; `2119` → `211`. */
export function districtOf(postcode: string): string {
  return postcode.slice(0, /^\d+$/.test(postcode) ? -1 : -3);
}

/** `tq138df` → `tq`; `2119` → `21`. */
function areaOf(postcode: string): string {
  return /^\p{L}+/u.exec(postcode)?.[0] ?? postcode.slice(0, 2);
}

class PreparedPostcodes implements PreparedComparator {
  #alike = new PairTable();
  readonly #places = new TextTable();
  #districts = new Int32Array(1);
  #areas = new Int32Array(1);

  constructor(readonly values: TextTable) {}

  extend(): void {
    const [all, districts, areas]: [number[], number[], number[]] = [[], [0], [0]];
    for (let code = 1; this.values.textOf(code) !== ''; code += 1) {
      all.push(code);
      districts.push(this.#places.codeOf(districtOf(this.values.textOf(code))));
      areas.push(this.#places.codeOf(areaOf(this.values.textOf(code))));
    }
    this.#districts = Int32Array.from(districts);
    this.#areas = Int32Array.from(areas);
    this.#alike = new PairTable();
    visitNearTexts(
      all,
      (code) => this.values.textOf(code),
      1,
      0,
      (one, other) => this.#alike.put(one, other, 1),
    );
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    if (one === other) return 1;
    if (this.#alike.get(one, other) > 0) return 2;
    if (this.#districts[one] === this.#districts[other]) return 3;
    return this.#areas[one] === this.#areas[other] ? 4 : 5;
  }
}
