import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findContradiction, type Standing } from '../../src/decide/find-contradiction.js';
import type { Verdict } from '../../src/model/decision.js';

const standing = (...rows: readonly [number, number, Verdict][]): Standing[] =>
  rows.map(([one, other, verdict], at) => ({ id: at + 1, one, other, verdict }));

describe('a word against what stands', () => {
  it('is refused where `same` leads from one to the other, naming the way', () => {
    const stands = standing([1, 2, 'same'], [2, 3, 'same'], [7, 8, 'same']);
    expect(findContradiction(stands, { one: 1, other: 3, verdict: 'different' })).toEqual({
      refusal: 'CONTRADICTS',
      ids: [1, 2],
    });
    expect(findContradiction(stands, { one: 1, other: 7, verdict: 'different' })).toBeNull();
  });

  it('is refused where `same` would join two that are held apart', () => {
    const stands = standing([1, 2, 'same'], [2, 5, 'different'], [5, 6, 'same']);
    expect(findContradiction(stands, { one: 1, other: 6, verdict: 'same' })).toEqual({
      refusal: 'CONTRADICTS',
      ids: [1, 2, 3],
    });
    expect(findContradiction(stands, { one: 1, other: 9, verdict: 'same' })).toBeNull();
  });

  it('is refused about the very same two, said again or said otherwise; `unsure` gives way to a plain word', () => {
    const stands = standing([1, 2, 'same'], [3, 4, 'unsure']);
    expect(findContradiction(stands, { one: 1, other: 2, verdict: 'same' })?.refusal).toBe('DECIDED');
    expect(findContradiction(stands, { one: 1, other: 2, verdict: 'different' })).toEqual({
      refusal: 'CONTRADICTS',
      ids: [1],
    });
    expect(findContradiction(stands, { one: 1, other: 2, verdict: 'unsure' })?.refusal).toBe('CONTRADICTS');
    expect(findContradiction(stands, { one: 3, other: 4, verdict: 'unsure' })?.refusal).toBe('DECIDED');
    expect(findContradiction(stands, { one: 3, other: 4, verdict: 'same' })).toBeNull();
  });

  it('leaves, whatever is tried in whatever order, no two held apart that are one', () => {
    const word = fc.record({
      one: fc.integer({ min: 1, max: 7 }),
      other: fc.integer({ min: 1, max: 7 }),
      verdict: fc.constantFrom<Verdict>('same', 'different'),
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const taken: Standing[] = [];
        const isConsistent = (list: readonly Standing[]): boolean => {
          const group = [0, 1, 2, 3, 4, 5, 6, 7];
          for (const { one, other, verdict } of list) {
            if (verdict !== 'same') continue;
            const [from, to] = [group[one]!, group[other]!];
            for (let at = 1; at < group.length; at += 1) if (group[at] === from) group[at] = to;
          }
          return list.every((each) => each.verdict !== 'different' || group[each.one] !== group[each.other]);
        };
        for (const [at, each] of words.entries()) {
          if (each.one === each.other) continue;
          const against = findContradiction(taken, each);
          const tried = [...taken, { id: at + 1, ...each }];
          if (!against) taken.push(tried.at(-1)!);
          else if (against.refusal === 'CONTRADICTS') {
            // What is named really stands against it, all by itself.
            const named = taken.filter(({ id }) => against.ids.includes(id));
            expect(isConsistent([...named, tried.at(-1)!])).toBe(false);
          }
          expect(isConsistent(taken)).toBe(true);
          if (against?.refusal !== 'DECIDED') expect(isConsistent(tried)).toBe(against === null);
        }
      }),
    );
  });
});
