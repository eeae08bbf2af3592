import type { FindingCode } from '../model/finding.js';
import { narrow } from './clean-text.js';

/** What a cell of identity numbers held. */
export interface IdReading {
  /** 18 characters, valid; null otherwise. */
  readonly number: string | null;
  /** What stood there when it is not valid, cleaned; null where no number can be meant. */
  readonly invalid: string | null;
  /** The cleaned form as written, by which a row is recognised again: a 15-digit number keeps its own key. */
  readonly key: string | null;
  readonly code: FindingCode | null;
}

/**
 * Reads an identity number. The area prefix is never looked at: it is the county of first registration, and of its time.
 * `latest` is the last day of birth that is believed, as the number YYYYMMDD.
 * @see GB 11643-1999
 */
export function readIdNumber(cell: string | number, workbook: boolean, latest: number): IdReading {
  if (typeof cell === 'number') return readNumberCell(cell, latest);
  if (isValidIdNumber(cell, latest) && !(workbook && endsInZeros(cell))) return valid(cell, cell);
  const text = tidy(cell);
  if (EXPONENT.test(text)) return damaged(text);
  const number =
    text.length === 15 || text.length === 18 ? text.replace(MISREAD, (letter) => DIGIT_OF[letter] ?? letter) : text;
  if (number.length === 18) {
    if (endsInZeros(number) && (workbook || !isValidIdNumber(number, latest))) return damaged(number);
    const wrong = faultOf(number, latest);
    return wrong === null ? valid(number, number) : refused(number, wrong);
  }
  if (OLD_FORM.test(number)) {
    const converted = convertIdNumber(number);
    return isValidIdNumber(converted, latest)
      ? { number: converted, invalid: null, key: number, code: 'ID_NUMBER_CONVERTED' }
      : refused(number, 'ID_NUMBER_DATE');
  }
  return refused(text, 'ID_NUMBER_LENGTH');
}

/** True for 18 characters with a right check digit and a date that existed between 1900 and `latest` (YYYYMMDD). */
export function isValidIdNumber(text: string, latest: number): boolean {
  if (text.length !== 18) return false;
  let sum = 0;
  for (let at = 0; at < 17; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
    sum += digit * (WEIGHTS[at] ?? 0);
  }
  return text.charCodeAt(17) === CHECKS.charCodeAt(sum % 11) && isRealDay(birthDay(text), latest);
}

/** The 18th character for the first 17. */
export function checkDigit(first17: string): string {
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += (first17.charCodeAt(at) - 48) * (WEIGHTS[at] ?? 0);
  return CHECKS.charAt(sum % 11);
}

/** A number of 15 digits, given out until 1999, as the one of 18: the century it left out, and the check digit. */
export function convertIdNumber(old: string): string {
  const first17 = `${old.slice(0, 6)}19${old.slice(6)}`;
  return first17 + checkDigit(first17);
}

/** `YYYY-MM-DD` in a valid number. */
export function birthDateIn(idNumber: string): string {
  return `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
}

/** GB/T 2261.1 code in a valid number: an odd 17th digit is a man's. */
export function sexIn(idNumber: string): '1' | '2' {
  return idNumber.charCodeAt(16) % 2 === 1 ? '1' : '2';
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';
const EXPONENT = /^[0-9]+(?:\.[0-9]+)?E\+?[0-9]+$/;
const OLD_FORM = /^[0-9]{15}$/;
/** Letters that are typed for digits. The last place is left alone: there, X is a digit and anything else a mistake. */
const MISREAD = /[OQIL](?=.)/g;
const DIGIT_OF: Readonly<Record<string, string>> = { O: '0', Q: '0', I: '1', L: '1' };
const AROUND = /[\s'’‘`´"“”＇,，.·\-_—–]+/gu;

const valid = (number: string, key: string): IdReading => ({ number, invalid: null, key, code: null });
/** No key: Excel leaves the same digits of many people. */
const damaged = (invalid: string): IdReading => ({ number: null, invalid, key: null, code: 'ID_NUMBER_SPREADSHEET' });
const refused = (text: string, code: FindingCode): IdReading => {
  const kept = /[0-9]/.test(text) ? text.slice(0, LONGEST) : null;
  return { number: null, invalid: kept, key: kept !== null && kept.length >= 10 ? kept : null, code };
};
const LONGEST = 40;

/** A spreadsheet's number holds 15 digits: an old number survives in one, a new one does not. */
function readNumberCell(cell: number, latest: number): IdReading {
  const text = String(cell);
  return OLD_FORM.test(text)
    ? readIdNumber(text, true, latest)
    : Math.abs(cell) >= 1e15
      ? damaged(text)
      : refused(text, 'ID_NUMBER_LENGTH');
}

function tidy(written: string): string {
  const text = narrow(written).toUpperCase().replace('×', 'X');
  return EXPONENT.test(text.trim()) ? text.trim() : text.replace(AROUND, '');
}

function faultOf(number: string, latest: number): FindingCode | null {
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return 'ID_NUMBER_LENGTH';
  if (!isRealDay(birthDay(number), latest)) return 'ID_NUMBER_DATE';
  return number[17] === checkDigit(number) ? null : 'ID_NUMBER_CHECK_DIGIT';
}

function birthDay(number: string): number {
  let day = 0;
  for (let at = 6; at < 14; at += 1) day = day * 10 + number.charCodeAt(at) - 48;
  return day;
}

function isRealDay(day: number, latest: number): boolean {
  if (day < 19_000_101 || day > latest) return false;
  return isRealDate(Math.trunc(day / 10_000), Math.trunc(day / 100) % 100, day % 100);
}

/** JavaScript rolls 31 February over into March; a table of lengths does not. */
export function isRealDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0));
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function endsInZeros(number: string): boolean {
  return number.length === 18 && number.endsWith('000');
}
