import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreparedComparator } from '../../../src/link/engine/comparator.js';
import { LATIN_COMPARATORS } from '../../../src/link/engine/comparators/latin.js';
import { soundOf } from '../../../src/link/engine/comparators/sound.js';
import { editsBetween, visitNearTexts } from '../../../src/link/engine/near-texts.js';
import { TextTable } from '../../../src/link/engine/text-table.js';

function prepare(name: string, values: readonly string[]): { levelOf: (one: string, other: string) => string } {
  const comparator = LATIN_COMPARATORS[name]!;
  const texts = new TextTable();
  for (const value of values) texts.codeOf(value);
  const prepared: PreparedComparator = comparator.prepare(texts);
  prepared.extend();
  return {
    levelOf: (one, other) => {
      const level = prepared.compare(texts.codeOf(one), texts.codeOf(other));
      expect(prepared.compare(texts.codeOf(other), texts.codeOf(one))).toBe(level);
      return level === 0 ? 'SILENT' : comparator.levels[level - 1]!.code;
    },
  };
}

describe('every comparator', () => {
  const value = fc.constantFrom(
    'anna maria smith',
    'smith anna',
    '18500101',
    '18501010',
    'sw1a2jh',
    'sw1a',
    'jon',
    'x',
  );
  it.each(Object.keys(LATIN_COMPARATORS))(
    '%s is symmetric, silent where a value is missing, strongest where equal',
    (name) => {
      fc.assert(
        fc.property(fc.uniqueArray(value, { minLength: 2 }), (values) => {
          const { levelOf } = prepare(name, values);
          for (const one of values) {
            expect(levelOf(one, '')).toBe('SILENT');
            expect(levelOf(one, one)).not.toMatch(/NONE|DIFFERENT|BOTH|MORE/);
            for (const other of values) levelOf(one, other);
          }
        }),
      );
    },
  );
});

describe('visitNearTexts', () => {
  it('finds every pair that stands so near, and no other', () => {
    const texts = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 9 }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(texts, (all) => {
        const found = new Set<string>();
        visitNearTexts(
          all.map((_, i) => i),
          (i) => all[i]!,
          2,
          2,
          (one, other, distance) => found.add(`${Math.min(one, other)} ${Math.max(one, other)} ${distance}`),
        );
        const expected = new Set<string>();
        all.forEach((one, i) =>
          all.slice(0, i).forEach((other, j) => {
            const distance = editsBetween(one, other);
            if (distance <= 2) expected.add(`${j} ${i} ${distance}`);
          }),
        );
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe('names', () => {
  const names = prepare('names', [
    'john edward morris',
    'john morris',
    'jon morice',
    'morris john',
    'wil lloyd',
    'wilford lloyd',
    'mary brown',
    'john smith',
  ]);
  it.each([
    ['john morris', 'morris john', 'ALL'],
    ['john morris', 'jon morice', 'ALL'],
    ['wil lloyd', 'wilford lloyd', 'ALL'],
    ['john morris', 'john edward morris', 'MORE'],
    ['john morris', 'john smith', 'BOTH'],
    ['john morris', 'mary brown', 'NONE'],
  ])('%s and %s: %s', (one, other, left) => expect(names.levelOf(one, other).split('_')[0]).toBe(left));
});

describe('dates', () => {
  const dates = prepare('dates', []);
  it.each([
    ['14670124', '14670154', 'ONE_DIGIT'],
    ['18550317', '18550371', 'ONE_DIGIT'],
    ['18550312', '18551203', 'DAY_MONTH'],
    ['18550317', '18550329', 'YEAR_MONTH'],
    ['18550317', '18551129', 'YEAR'],
    ['18550317', '17440317', 'MONTH_DAY'],
    ['18550101', '17440101', 'DIFFERENT'],
    ['18550317', '18561129', 'YEAR_1'],
    ['18550317', '18641129', 'YEAR_10'],
  ])('%s and %s: %s', (one, other, level) => {
    const prepared = prepare('dates', [one, other]);
    expect(prepared.levelOf(one, other)).toBe(level);
    expect(dates.levelOf('', '')).toBe('SILENT');
  });
});

it.each([
  ['philip', 'filip'],
  ['sharp', 'sharpe'],
  ['thomas', 'tomas'],
  ['knight', 'night'],
  ['wright', 'right'],
  ['smith', 'smyth'],
])('%s sounds like %s', (one, other) => expect(soundOf(one)).toBe(soundOf(other)));
