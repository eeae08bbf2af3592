import type { Coverage } from '../model/delivery.js';

/** What a delivery's name says of it; null where it does not say. */
export interface NameSays {
  readonly coverage: Coverage | null;
  /** `YYYY-MM-DD`; for a month its last day. */
  readonly statedOn: string | null;
  /** The date's digits as written. */
  readonly digits: string | null;
}

const COVERAGES: Readonly<Record<string, Coverage>> = { 全量: 'full', 增量: 'delta' };

/** `常住人口_全量_20260930.csv`, `党组织_202609.xls`. A pattern's groups `date` and `coverage` go before what is found by looking. */
export function readName(name: string, pattern?: RegExp): NameSays {
  const groups = pattern?.exec(name)?.groups ?? {};
  const written = groups['coverage'] ?? /全量|增量/.exec(name)?.[0] ?? '';
  const digits = groups['date'] ?? /(?<!\d)(\d{8}|\d{6})(?!\d)/.exec(name)?.[0] ?? null;
  const statedOn = digits === null ? null : dayOf(digits);
  return { coverage: COVERAGES[written] ?? null, statedOn, digits: statedOn === null ? null : digits };
}

function dayOf(digits: string): string | null {
  const [year, month] = [Number(digits.slice(0, 4)), Number(digits.slice(4, 6))];
  if (year < 1949 || month < 1 || month > 12) return null;
  const last = lastDay(year, month);
  const day = digits.length === 8 ? Number(digits.slice(6)) : last;
  if (day < 1 || day > last) return null;
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${String(day).padStart(2, '0')}`;
}

function lastDay(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
