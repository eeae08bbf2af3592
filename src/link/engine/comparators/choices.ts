import type { Comparator } from '../comparator.js';

/** One of a few: sex, state. */
export const choices: Comparator = {
  levels: [
    { code: 'EQUAL', termFrequency: true, zh: '相同', en: 'equal' },
    { code: 'DIFFERENT', zh: '不同', en: 'different' },
  ],
  prepare: () => ({
    extend: () => undefined,
    compare: (one, other) => (one === 0 || other === 0 ? 0 : one === other ? 1 : 2),
  }),
};
