import { UsageError } from './command.js';

/** A whole number out of an option. @throws UsageError that says what would be accepted */
export function readNumber(flag: string, given: unknown, from: number, to: number): number {
  const text = String(given).trim();
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(number >= from && number <= to))
    throw new UsageError({
      zh: `${flag} 须为 ${from} 至 ${to} 的整数`,
      en: `${flag} takes a whole number, ${from} to ${to}.`,
    });
  return number;
}

/** Ten years: what is granted for longer is granted anew. */
export const MOST_DAYS = 3660;
/** Of anything that is numbered. */
export const LARGEST_ID = 999_999_999_999;
