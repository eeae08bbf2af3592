import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { birthDate } from '../../../src/link/compare/birth-date.js';
import { compareCodes } from './compare-codes.js';

const compare = compareCodes(birthDate);

describe('two dates of birth', () => {
  it.each([
    ['19900307', '1990-03-07', 'EQUAL'],
    ['19900307', '199003', 'AS_FAR_AS_STATED'],
    ['19900307', '1990', 'AS_FAR_AS_STATED'],
    ['199003', '199004', 'SAME_YEAR'],
    ['1990', '1991', 'DIFFERS'],
    ['1960', '19900307', 'GENERATION'],
    ['19900307', '19900703', 'DAY_MONTH_SWAPPED'],
    ['19900312', '19900321', 'TRANSPOSED'],
    ['19870312', '19780312', 'TRANSPOSED'],
    ['19900127', '19900101', 'LUNAR'],
    ['19900120', '19891224', 'LUNAR'],
    ['19900120', '19901224', 'LUNAR'],
    // 2 June 1990 is the tenth of the fifth month, the leap month of that year began on 23 June.
    ['19900602', '19900510', 'LUNAR'],
    ['19900702', '19900510', 'LUNAR'],
    ['19890307', '19900307', 'YEAR_BESIDE'],
    ['19900307', '19900308', 'ONE_DIGIT'],
    ['19600307', '19900307', 'ONE_DIGIT'],
    ['19900307', '19900101', 'DEFAULT_DAY'],
    ['19900318', '19900301', 'DEFAULT_DAY'],
    ['19880307', '19900307', 'SAME_DAY'],
    ['19900307', '19901125', 'SAME_YEAR'],
    ['19620914', '19900307', 'GENERATION'],
    ['19870914', '19900307', 'DIFFERS'],
    ['', '19900307', null],
    ['unknown', '19900307', null],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });

  it('stand the same way whichever comes first', () => {
    const part = (max: number) => fc.integer({ min: 1, max }).map((value) => String(value).padStart(2, '0'));
    const date = fc.tuple(fc.integer({ min: 1900, max: 2035 }), part(12), part(31)).map((parts) => parts.join(''));
    fc.assert(fc.property(date, date, (one, other) => compare(one, other) !== null));
  });
});
