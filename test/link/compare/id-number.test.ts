import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idNumber, repairsOf, roundedPrefix } from '../../../src/link/compare/id-number.js';
import { checkDigitOf, isValidNumber } from '../../../src/link/valid-number.js';
import { compareCodes } from './compare-codes.js';

const compare = compareCodes(idNumber);
const full = (first17: string) => first17 + checkDigitOf(first17);

const ONE = full('43010219900307123');
const SAME_DAY = full('43010219900307456');
const WITH_X = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '11', '12', '13']
  .map((last) => full(`430102199003071${last.padStart(2, '0')}`))
  .find((number) => number.endsWith('X'))!;
const broken = (number: string, at: number) =>
  number.slice(0, at) + String((Number(number[at]) + 1) % 10) + number.slice(at + 1);

describe('two identity numbers', () => {
  it.each([
    [ONE, ` ${ONE.slice(0, 6)} ${ONE.slice(6)}`, 'EQUAL'],
    [WITH_X, WITH_X.toLowerCase(), 'EQUAL'],
    [ONE, `${ONE.slice(0, 6)}${ONE.slice(8, 17)}`, 'OTHER_FORM'],
    [ONE, broken(ONE, 16), 'ONE_DIGIT'],
    [ONE, broken(ONE, 9), 'ONE_DIGIT'],
    [ONE, broken(`${ONE.slice(0, 6)}${ONE.slice(8, 17)}`, 14), 'ONE_DIGIT'],
    ['430102199003071231', '430102199003072131', 'TRANSPOSED'],
    ['430102199003071231', '430102190903071231', 'TRANSPOSED'],
    [ONE, ONE.slice(0, 5) + ONE.slice(6), 'ONE_MISSING'],
    [ONE, `${ONE.slice(0, 9)}0${ONE.slice(9)}`, 'ONE_MISSING'],
    [WITH_X, WITH_X.slice(0, 17), 'ONE_MISSING'],
    [ONE, `${ONE.slice(0, 15)}000`, 'ROUNDED'],
    [`${ONE.slice(0, 15)}000`, `${ONE.slice(0, 15)}000`, 'ROUNDED'],
    [ONE, `${ONE[0]}.${ONE.slice(1, 15)}E+17`, 'ROUNDED'],
    [ONE, '4.30102E+17', 'STATED_DIGITS'],
    [ONE, '4.40102E+17', 'DIFFERS'],
    [ONE, SAME_DAY, 'BOTH_VALID'],
    [broken(broken(ONE, 14), 16), SAME_DAY, 'AREA_AND_BIRTH'],
    [`510${broken(broken(ONE, 14), 16).slice(3)}`, SAME_DAY, 'BIRTH'],
    ['E12345678', 'E12345678', 'EQUAL'],
    ['E12345678', 'E12345679', 'DIFFERS'],
    ['E12345678', ONE, 'DIFFERS'],
    ['', ONE, null],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });

  it('never differ in one digit where both are valid: the check digit sees to that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }), (one, other) => {
        const numbers = [one, other].map((sequence) => full(`43010219900307${String(sequence).padStart(3, '0')}`));
        const level = compare(numbers[0]!, numbers[1]!);
        expect(['EQUAL', 'BOTH_VALID', 'ROUNDED']).toContain(level);
      }),
    );
  });

  it('stand the same way whichever comes first', () => {
    const text = fc
      .array(fc.constantFrom(...'4310219X'), { minLength: 1, maxLength: 20 })
      .map((parts) => parts.join(''));
    fc.assert(fc.property(text, text, (one, other) => compare(one, other) !== null));
  });
});

describe('the repairs of a number', () => {
  it('hold the number that one slip was made in', () => {
    const slip = fc.oneof(
      fc.record({ at: fc.integer({ min: 0, max: 17 }), digit: fc.integer({ min: 0, max: 9 }) }).map(
        ({ at, digit }) =>
          (number: string) =>
            number.slice(0, at) + digit + number.slice(at + 1),
      ),
      fc
        .integer({ min: 0, max: 16 })
        .map((at) => (number: string) => number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2)),
      fc.integer({ min: 0, max: 17 }).map((at) => (number: string) => number.slice(0, at) + number.slice(at + 1)),
      fc.record({ at: fc.integer({ min: 0, max: 17 }), digit: fc.integer({ min: 0, max: 9 }) }).map(
        ({ at, digit }) =>
          (number: string) =>
            number.slice(0, at) + digit + number.slice(at),
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), slip, (sequence, make) => {
        const number = full(`43010219900307${String(sequence).padStart(3, '0')}`);
        const made = make(number);
        // An X within a number is a slip that no digit's change makes.
        fc.pre(/^\d+[\dX]$/.test(made) && !isValidNumber(made) && roundedPrefix(made) === null);
        expect(repairsOf(made)).toContain(number);
      }),
      { numRuns: 1000 },
    );
  });

  it('are about ten, all of them valid', () => {
    const found = repairsOf(broken(ONE, 16));
    expect(found.length).toBeGreaterThan(3);
    expect(found.length).toBeLessThan(25);
    expect(found.every(isValidNumber)).toBe(true);
    expect(found).toEqual(found.toSorted());
  });

  it('of 15 digits are the one number of 18', () => {
    expect(repairsOf(`${ONE.slice(0, 6)}${ONE.slice(8, 17)}`)).toEqual([ONE]);
  });

  it.each([ONE, `${ONE.slice(0, 15)}000`, 'E12345678', '', '4.30102E+17'])('are none for %j', (number) => {
    expect(repairsOf(number)).toEqual([]);
  });
});

describe('what a spreadsheet leaves of a number', () => {
  it.each([
    ['430102199003071000', '430102199003071'],
    ['4.30102199003071E+17', '430102199003071'],
    ['4.30102E+17', null],
    ['430102199003071231', null],
    ['430102900307123', null],
  ])('of %s: %s', (number, prefix) => {
    expect(roundedPrefix(number)).toBe(prefix);
  });
});
