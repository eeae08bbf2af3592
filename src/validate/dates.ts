import type { FindingCode } from '../model/finding.js';
import { narrow } from './clean-text.js';
import { isRealDate } from './id-number.js';

export type DateReading =
  /** `YYYY-MM-DD`, or `YYYY-MM` / `YYYY` where no more was stated. `plain`: nothing of what was written is lost. */
  { readonly date: string; readonly plain: boolean } | { readonly fault: FindingCode };

/** A date in any form the registers write: 19900131, 1990-01-31, 1990.1, 199001, 1990年1月31日, an Excel serial number. */
export function readDate(cell: string | number): DateReading {
  if (typeof cell === 'number') return readNumber(cell);
  const known = remembered.get(cell);
  if (known !== undefined) return known;
  const reading = readText(cell);
  if (remembered.size < REMEMBERED) remembered.set(cell, reading);
  return reading;
}

/** As a date, and no more of it than the month: `YYYY-MM`, or `YYYY`. */
export function readMonth(cell: string | number): DateReading {
  const reading = readDate(cell);
  return 'date' in reading && reading.date.length > 7 ? { date: reading.date.slice(0, 7), plain: false } : reading;
}

/**
 * A moment as RFC 3339 with +08:00, the time of all departments. A date alone is a moment of no known hour and stays a date.
 */
export function readMoment(cell: string | number): DateReading {
  if (typeof cell === 'number') {
    return cell > 1e11 && cell < 4.2e12 ? { date: inShanghai(cell), plain: false } : readSerialMoment(cell);
  }
  const match = MOMENT.exec(cell) ?? MOMENT.exec(narrow(cell).trim());
  if (match === null) return readDate(cell);
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', fraction = '', zone = ''] = match;
  if (!isRealDate(Number(year), Number(month), Number(day))) return IMPOSSIBLE;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return IMPOSSIBLE;
  if (zone === '' || zone === '+08:00') {
    const padded = hour.length === 1 ? `0${hour}` : hour;
    return { date: `${year}-${two(month)}-${two(day)}T${padded}:${minute}:${second}${fraction}+08:00`, plain: true };
  }
  const at = Date.parse(
    `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}${fraction}${zone.toUpperCase()}`,
  );
  return Number.isNaN(at) ? IMPOSSIBLE : { date: inShanghai(at), plain: true };
}

/**
 * A birth whose year has two digits: 65.3, 65年3月12日. Only of the last century: 12.3 may be a centenarian's.
 * @param latest the day of delivery, YYYYMMDD
 */
export function readShortBirth(cell: string | number, latest: number): DateReading | null {
  const match = SHORT.exec(narrow(String(cell)).replace(/\s+/gu, ''));
  if (match === null) return null;
  const [, year = '', month = '', day] = match;
  if (Number(year) <= Math.floor(latest / 10_000) % 100) return null;
  // A number that lost its zero: 65.1 is January or October.
  const reading =
    typeof cell === 'number' && month === '1' ? build(`19${year}`, '00', undefined) : build(`19${year}`, month, day);
  return 'date' in reading ? { ...reading, plain: false } : null;
}

const SHORT = /^(\d{2})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/u;

/** A date written in full or in part, as the number YYYYMMDD with zeros for what is missing. */
export function dayNumber(date: string): number {
  return Number(date.slice(0, 4)) * 10_000 + Number(date.slice(5, 7)) * 100 + Number(date.slice(8, 10));
}

const REMEMBERED = 200_000;
const remembered = new Map<string, DateReading>();

const FORM: DateReading = { fault: 'DATE_FORM' };
const IMPOSSIBLE: DateReading = { fault: 'DATE_IMPOSSIBLE' };

const MOMENT =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]\s?(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?\s?(Z|z|[+-]\d{2}:\d{2})?$/u;
const SEPARATED = /^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/u;
const WITH_MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+08:00)?$/u;
const YEAR = /^(\d{4})年?$/u;
const COMPACT = /^(\d{4})(\d{2})(\d{2})?$/u;

function readText(written: string): DateReading {
  const text = narrow(written)
    .trim()
    .replace(/^['’‘]/u, '')
    .replace(WITH_MIDNIGHT, '')
    .replace(/\s+/gu, '');
  const compact = COMPACT.exec(text);
  if (compact !== null) return build(compact[1], compact[2], compact[3]);
  const separated = SEPARATED.exec(text);
  if (separated !== null) return build(separated[1], separated[2], separated[3]);
  const year = YEAR.exec(text);
  if (year !== null) return inCentury(Number(year[1])) ? { date: year[1] ?? '', plain: true } : FORM;
  // A workbook that was saved as text leaves its serial numbers.
  return /^\d{5}(?:\.\d+)?$/u.test(text) ? readNumber(Number(text)) : FORM;
}

function build(year = '', month = '', day: string | undefined): DateReading {
  if (!inCentury(Number(year))) return FORM;
  if (day === undefined || Number(day) === 0) {
    // 19900000 and 19900100 say that no more is known.
    if (Number(month) === 0) return { date: year, plain: false };
    return Number(month) <= 12 ? { date: `${year}-${two(month)}`, plain: day === undefined } : IMPOSSIBLE;
  }
  if (!isRealDate(Number(year), Number(month), Number(day))) return IMPOSSIBLE;
  return { date: `${year}-${two(month)}-${two(day)}`, plain: true };
}

/** A number is YYYYMMDD, YYYYMM, a year with a month behind the point (2021.3), or the days since 1900 that Excel counts. */
function readNumber(cell: number): DateReading {
  if (Number.isInteger(cell)) {
    if (cell >= 18_000_000 && cell <= 21_001_231) return readText(String(cell));
    if (cell >= 180_000 && cell <= 210_012) return readText(String(cell));
    if (inCentury(cell)) return { date: String(cell), plain: true };
  } else if (cell >= 1800 && cell < 2101) {
    // 2021.1 is January or, its zero lost, October: only the year is sure.
    const [year = '', month = ''] = String(cell).split('.');
    return month === '1' ? { date: year, plain: false } : readText(`${year}.${month}`);
  }
  if (!(cell >= FIRST_SERIAL && cell <= LAST_SERIAL)) return FORM;
  return { date: new Date(EXCEL_ZERO + Math.floor(cell) * DAY).toISOString().slice(0, 10), plain: false };
}

function readSerialMoment(cell: number): DateReading {
  if (!(cell >= FIRST_SERIAL && cell <= LAST_SERIAL) || Number.isInteger(cell)) return readNumber(cell);
  const local = new Date(EXCEL_ZERO + Math.round(cell * 86_400) * 1000).toISOString();
  return { date: `${local.slice(0, 19)}+08:00`, plain: false };
}

function inShanghai(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().replace(/(?:\.000)?Z$/u, '+08:00');
}

const inCentury = (year: number) => year >= 1850 && year <= 2100;
const two = (number: string) => (number.length === 1 ? `0${number}` : number);

const DAY = 86_400_000;
/** Excel takes 1900 for a leap year, so its days count from 30 December 1899. */
const EXCEL_ZERO = Date.UTC(1899, 11, 30);
/** 1905-03-14 … 2064-04-08: below, numbers are years; a person born earlier is written as text. */
const FIRST_SERIAL = 1900;
const LAST_SERIAL = 60_000;
