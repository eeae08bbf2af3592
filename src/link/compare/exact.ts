import type { Comparator, PreparedComparator } from '../engine/comparator.js';

/** Equal or not, by the code alone; the words are those of the field. */
export function exact(zh: string, en: string): Comparator {
  return {
    levels: [
      { code: 'EQUAL', zh: `${zh}相同`, en: `${en}: equal`, termFrequency: true },
      { code: 'DIFFERS', zh: `${zh}不同`, en: `${en}: different` },
    ],
    prepare: () => SAME_CODE,
  };
}

const SAME_CODE: PreparedComparator = {
  extend: () => undefined,
  compare: (one, other) => (one === 0 || other === 0 ? 0 : one === other ? 1 : 2),
};
