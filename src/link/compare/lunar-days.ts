const FIRST_YEAR = 1899;
const LAST_YEAR = 2036;
const DAY = 86_400_000;

const FORMAT = new Intl.DateTimeFormat('en-u-ca-chinese', {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  timeZone: 'UTC',
});

/** First day of lunar month (year − 1899) × 24 + (month − 1) × 2 + (1 for the leap month), as days since 1970; and its length. */
let months: { readonly start: Int32Array; readonly length: Uint8Array } | null = null;

/**
 * The solar day of a lunar one between 1900 and 2035, as days since 1970.
 * @param isLeap the second of two months of one number @returns null where the year has no such day
 * @see Node's Intl, calendar "chinese"
 */
export function solarDayOf(year: number, month: number, day: number, isLeap: boolean): number | null {
  if (year < FIRST_YEAR || year >= LAST_YEAR || month < 1 || month > 12 || day < 1) return null;
  months ??= readMonths();
  const at = indexOf(year, month, isLeap);
  return day <= months.length[at]! ? months.start[at]! + day - 1 : null;
}

function indexOf(year: number, month: number, isLeap: boolean): number {
  return (year - FIRST_YEAR) * 24 + (month - 1) * 2 + (isLeap ? 1 : 0);
}

/** Asks for one or two days a month, not for every day of 136 years. */
function readMonths(): { readonly start: Int32Array; readonly length: Uint8Array } {
  const start = new Int32Array((LAST_YEAR - FIRST_YEAR) * 24);
  const length = new Uint8Array(start.length);
  let from = Date.UTC(FIRST_YEAR, 0, 1) / DAY;
  while (lunarDay(from).day !== 1) from += 1;
  for (;;) {
    const { year, month, isLeap } = lunarDay(from);
    if (year >= LAST_YEAR) return { start, length };
    const days = lunarDay(from + 29).day === 1 ? 29 : 30;
    if (year >= FIRST_YEAR) {
      start[indexOf(year, month, isLeap)] = from;
      length[indexOf(year, month, isLeap)] = days;
    }
    from += days;
  }
}

function lunarDay(day: number): { year: number; month: number; isLeap: boolean; day: number } {
  const parts = new Map(FORMAT.formatToParts(day * DAY).map(({ type, value }) => [type as string, value]));
  const month = parts.get('month')!;
  return {
    year: Number(parts.get('relatedYear')),
    month: Number.parseInt(month, 10),
    isLeap: month.endsWith('bis'),
    day: Number(parts.get('day')),
  };
}
