import { describe, expect, it } from 'vitest';
import { readDate, readMoment, readMonth, readShortBirth } from '../../src/validate/dates.js';

const dateOf = (cell: string | number) => {
  const reading = readDate(cell);
  return 'date' in reading ? reading.date : reading.fault;
};

describe('a date', () => {
  it.each([
    ['19900305', '1990-03-05'],
    ['1990-03-05', '1990-03-05'],
    ['1990/3/5', '1990-03-05'],
    ['1990.3.5', '1990-03-05'],
    ['1990年3月5日', '1990-03-05'],
    ['１９９０年３月', '1990-03'],
    ['2021.3', '2021-03'],
    ['2021-03', '2021-03'],
    ['202103', '2021-03'],
    ['1990', '1990'],
    ['1990年', '1990'],
    ['19900300', '1990-03'],
    ['19900000', '1990'],
    ['1990-03-05 00:00:00', '1990-03-05'],
    [19_900_305, '1990-03-05'],
    [202_103, '2021-03'],
    [2021.3, '2021-03'],
    [32_937, '1990-03-05'],
    ['32937', '1990-03-05'],
    [1990, '1990'],
  ])('written %s is %s', (written, date) => {
    expect(dateOf(written)).toBe(date);
  });

  it.each([['20010229'], ['1999-13-01'], ['2021.13'], ['1999-04-31']])('%s never existed', (written) => {
    expect(dateOf(written)).toBe('DATE_IMPOSSIBLE');
  });

  it.each([['正月初五'], ['农历三月初三'], ['昨天'], ['9999'], ['0'], [''], ['1990-03-05-07']])(
    '%s has no form of a date',
    (written) => {
      expect(dateOf(written)).toBe('DATE_FORM');
    },
  );

  it('2021.1 as a number may be October, so that only the year is taken', () => {
    expect(dateOf(2021.1)).toBe('2021');
    expect(dateOf('2021.1')).toBe('2021-01');
  });

  it('loses its day where a month is asked for', () => {
    expect(readMonth(44_256)).toMatchObject({ date: '2021-03' });
  });
});

describe('a birth with a year of two digits', () => {
  it.each([
    ['65.3', '1965-03'],
    ['65年3月12日', '1965-03-12'],
    [65.3, '1965-03'],
    [65.1, '1965'],
  ])('%s was in the last century: %s', (written, date) => {
    expect(readShortBirth(written, 20_260_930)).toEqual({ date, plain: false });
  });

  it.each([['12.3'], ['26.3'], ['65.13'], ['65'], ['365.3']])('%s tells nothing', (written) => {
    expect(readShortBirth(written, 20_260_930)).toBeNull();
  });
});

describe('a moment', () => {
  it.each([
    ['2026-09-30 08:15:02', '2026-09-30T08:15:02+08:00'],
    ['2026-09-30T00:15:02Z', '2026-09-30T08:15:02+08:00'],
    ['2026-09-30T00:15:02.250Z', '2026-09-30T08:15:02.250+08:00'],
    ['2026-09-30T08:15:02+08:00', '2026-09-30T08:15:02+08:00'],
    ['2026/9/30 8:15', '2026-09-30T08:15:00+08:00'],
    ['2026-09-30T23:30:00-01:00', '2026-10-01T08:30:00+08:00'],
    ['2026-09-30', '2026-09-30'],
    ['20260930', '2026-09-30'],
  ])('%s is %s', (written, moment) => {
    expect(readMoment(written)).toMatchObject({ date: moment });
  });
  it.each(['2026-09-31 08:15:02', '2026-09-30 25:00:00'])('%s never was', (written) => {
    expect(readMoment(written)).toEqual({ fault: 'DATE_IMPOSSIBLE' });
  });
});
