import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCreditCode } from '../../src/validate/credit-code.js';
import {
  birthDateIn,
  checkDigit,
  convertIdNumber,
  isValidIdNumber,
  readIdNumber,
  sexIn,
} from '../../src/validate/id-number.js';

const LATEST = 20_261_001;
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2026-10-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const places = (digits: number) =>
  fc.integer({ min: 0, max: 10 ** digits - 1 }).map((n) => String(n).padStart(digits, '0'));
const number = fc.tuple(places(6), day, places(3)).map(([area, born, serial]) => {
  const first = area + born + serial;
  return first + checkDigit(first);
});

const wide = (text: string) =>
  [...text].map((each) => String.fromCodePoint((each.codePointAt(0) ?? 0) + 0xfee0)).join('');

const born = (date: string) => {
  const first = `990001${date}001`;
  return readIdNumber(first + checkDigit(first), false, LATEST).code;
};

describe('an identity number', () => {
  it.each(['11010519491231002X', '440524188001010014'])(
    'the standard’s own example %s has a right check digit',
    (example) => {
      expect(checkDigit(example.slice(0, 17))).toBe(example[17]);
    },
  );

  it('satisfies ISO 7064 MOD 11-2, of which the standard’s weights are the powers of two', () => {
    fc.assert(
      fc.property(number, (valid) => {
        const sum = [...valid].reduce((carry, each) => (carry * 2 + (each === 'X' ? 10 : Number(each))) % 11, 0);
        expect(sum).toBe(1);
      }),
    );
  });

  it('is taken whatever its area and date, and read back as it was', () => {
    fc.assert(
      fc.property(number, (valid) => {
        expect(readIdNumber(valid, false, LATEST)).toEqual({ number: valid, invalid: null, key: valid, code: null });
      }),
    );
  });

  it('is refused when one digit is another', () => {
    fc.assert(
      fc.property(number, fc.nat(16), fc.integer({ min: 1, max: 9 }), (valid, at, by) => {
        const digit = (Number(valid[at]) + by) % 10;
        const wrong = valid.slice(0, at) + digit + valid.slice(at + 1);
        const { number: taken, invalid, code } = readIdNumber(wrong, false, LATEST);
        expect(taken).toBeNull();
        expect(invalid).toBe(wrong);
        expect(['ID_NUMBER_CHECK_DIGIT', 'ID_NUMBER_DATE', 'ID_NUMBER_SPREADSHEET']).toContain(code);
      }),
    );
  });

  it('of 15 digits becomes the one of 18, and is recognised by the 15', () => {
    fc.assert(
      fc.property(
        number.filter((each) => each.slice(6, 8) === '19'),
        (valid) => {
          const old = valid.slice(0, 6) + valid.slice(8, 17);
          const reading = readIdNumber(old, false, LATEST);
          expect(reading).toEqual({ number: valid, invalid: null, key: old, code: 'ID_NUMBER_CONVERTED' });
          expect(convertIdNumber(old)).toBe(valid);
        },
      ),
    );
  });

  it('survives blanks, an apostrophe, full-width digits and a lower-case x', () => {
    fc.assert(
      fc.property(
        number,
        fc.constantFrom(
          (text: string) => `'${text}`,
          (text: string) => ` ${text}\u3000`,
          (text: string) => `${text.slice(0, 6)} ${text.slice(6, 14)} ${text.slice(14)}`,
          wide,
          (text: string) => text.toLowerCase(),
          (text: string) => `${text.slice(0, 17).replaceAll('0', 'O').replaceAll('1', 'l')}${text[17]}`,
        ),
        (valid, spoil) => {
          expect(readIdNumber(spoil(valid), false, LATEST).number).toBe(valid);
        },
      ),
    );
  });

  it('that a spreadsheet rounded is never used, even where the check digit happens to pass', () => {
    const rounded = [...Array(10).keys()]
      .flatMap((tens) => [...Array(10).keys()].map((ones) => `9900011990013${tens}${ones}000`))
      .find((candidate) => isValidIdNumber(candidate, LATEST));
    expect(rounded).toBeDefined();
    expect(readIdNumber(rounded ?? '', true, LATEST)).toMatchObject({
      number: null,
      key: null,
      code: 'ID_NUMBER_SPREADSHEET',
    });
    expect(readIdNumber(Number(rounded), true, LATEST)).toMatchObject({ number: null, code: 'ID_NUMBER_SPREADSHEET' });
    expect(readIdNumber('5.30502E+17', true, LATEST)).toMatchObject({
      number: null,
      key: null,
      code: 'ID_NUMBER_SPREADSHEET',
    });
    expect(readIdNumber(5.30502e17, true, LATEST)).toMatchObject({ number: null, code: 'ID_NUMBER_SPREADSHEET' });
    expect(readIdNumber(rounded ?? '', false, LATEST).number).toBe(rounded);
  });

  it('needs a day that existed, and not one to come', () => {
    expect(born('20000229')).toBeNull();
    for (const never of ['19000229', '20010229', '19990431', '18991231', '20261002', '19991301']) {
      expect(born(never)).toBe('ID_NUMBER_DATE');
    }
  });

  it('tells the day of birth and the sex', () => {
    expect([birthDateIn('11010519491231002X'), sexIn('11010519491231002X')]).toEqual(['1949-12-31', '2']);
  });

  it('keeps nothing where no number can be meant', () => {
    expect(readIdNumber('未办理', false, LATEST)).toMatchObject({ number: null, invalid: null, key: null });
  });
});

describe('a social credit code', () => {
  it.each(['91110000802100433B', '9144030071526726XG', ' 9111 0000 8021 00433b'])('%s is taken', (code) => {
    expect(readCreditCode(code)).toHaveProperty('code');
  });
  it.each(['91110000802100433C', '9111000080210043', '9111000O802100433B'])('%s is refused', (code) => {
    expect(readCreditCode(code)).toHaveProperty('fault');
  });
});
