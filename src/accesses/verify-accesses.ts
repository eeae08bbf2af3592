import type { QueryArrayResult } from 'pg';
import type { Database } from '../database/connect.js';
import { chainStart, HASHED, hashRow, type HashedTexts } from './access-row.js';
import type { Anchor } from './anchor.js';
import { endOf } from './expire-accesses.js';
import { listChains } from './list-chains.js';

/** The first row that does not fit its chain, or what an anchor knows and the log does not. */
export interface Misfit {
  readonly county: string;
  /** YYYY-MM */
  readonly month: string;
  readonly number: number;
  /**
   * missing: no row of this number, though later ones are there · altered: its hash is not that of what it says · order: it does not go on
   * from the row before it · cut: an anchor saw this row, and the chain ends before it · other: an anchor saw another row of this number
   */
  readonly what: 'missing' | 'altered' | 'order' | 'cut' | 'other';
}

/** What fits its chain, and was written by a clock that was wrong: somebody has to know why. */
export interface Oddity {
  readonly county: string;
  /** YYYY-MM */
  readonly month: string;
  readonly number: number;
  /** back: it is earlier than the row before it · late: an anchor of after the month's end had not seen it */
  readonly what: 'back' | 'late';
}

export interface Verified {
  readonly rows: number;
  readonly chains: number;
  readonly anchors: number;
  readonly misfit: Misfit | null;
  /** The first hundred. */
  readonly oddities: readonly Oddity[];
}

export interface VerifyOptions {
  /** Months, YYYY-MM; everything unless told. */
  readonly from?: string | null;
  readonly to?: string | null;
  readonly anchors?: readonly Anchor[];
  readonly onRows?: (rows: number) => void;
}

const PAGE = 20_000;
const MOST_ODDITIES = 100;
/** Clocks are set right by less than this all the time. Microseconds. */
const SET_RIGHT = 1_000_000;
/** A group of rows that was begun in a month is on disk so soon after it. Milliseconds. */
const MONTH_IS_WRITTEN = 600_000;

/** Goes through every chain from its first row, and stops at the first that does not fit. */
export async function verifyAccesses(database: Database, options: VerifyOptions = {}): Promise<Verified> {
  const { from = null, to = null, anchors = [] } = options;
  const wanted = (month: string) => (from === null || month >= from) && (to === null || month <= to);
  const chains = (await listChains(database)).filter(({ month }) => wanted(month.slice(0, 7)));
  const oddities: Oddity[] = [];
  const odd = (county: string, month: string, number: number, what: Oddity['what']): void => {
    if (oddities.length < MOST_ODDITIES) oddities.push({ county, month: month.slice(0, 7), number, what });
  };
  let rows = 0;
  const count = (more: number): void => {
    rows += more;
    options.onRows?.(rows);
  };
  for (const { county, month } of chains) {
    const seen = seenBy(anchors, county, month);
    const before = rows;
    const misfit = await verifyChain(database, county, month, seen, count, (at) => odd(county, month, at, 'back'));
    if (misfit) return { rows, chains: chains.length, anchors: anchors.length, misfit, oddities };
    const whole = rowsOfWholeMonth(anchors, county, month);
    if (whole !== null && rows - before > whole) odd(county, month, whole + 1, 'late');
  }
  return { rows, chains: chains.length, anchors: anchors.length, misfit: lostChain(chains, anchors, wanted), oddities };
}

type Seen = ReadonlyMap<number, string>;

/** What the anchors say of a chain: number → hash. */
function seenBy(anchors: readonly Anchor[], county: string, month: string): Seen {
  const of = anchors.flatMap((anchor) => anchor.chains);
  return new Map(
    of.filter((each) => each.county === county && each.month === month).map((each) => [each.rows, each.hash]),
  );
}

/** How many rows the first anchor saw that was made when the month was over; null where there was none. */
function rowsOfWholeMonth(anchors: readonly Anchor[], county: string, month: string): number | null {
  const over = endOf(month) + MONTH_IS_WRITTEN;
  const after = anchors.find((anchor) => Date.parse(anchor.at) > over);
  if (!after) return null;
  return after.chains.find((each) => each.county === county && each.month === month)?.rows ?? 0;
}

/** A chain of which an anchor saw rows and of which there are none: unless it was let go when its time had come. */
function lostChain(
  chains: readonly { county: string; month: string }[],
  anchors: readonly Anchor[],
  wanted: (month: string) => boolean,
): Misfit | null {
  const there = new Set(chains.map(({ county, month }) => `${county} ${month}`));
  for (const each of anchors.flatMap((anchor) => anchor.expired)) there.add(`${each.county} ${each.month}`);
  for (const { county, month, rows } of anchors.flatMap((anchor) => anchor.chains)) {
    if (wanted(month.slice(0, 7)) && !there.has(`${county} ${month}`))
      return { county, month: month.slice(0, 7), number: rows, what: 'cut' };
  }
  return null;
}

async function verifyChain(
  database: Database,
  county: string,
  month: string,
  seen: Seen,
  onRows: (more: number) => void,
  onBack: (number: number) => void,
): Promise<Misfit | null> {
  let number = 0;
  let latest = 0;
  let head: Buffer | null = null;
  const misfit = (at: number, what: Misfit['what']): Misfit => ({ county, month: month.slice(0, 7), number: at, what });
  // The next page is on its way while this one is hashed.
  let coming = readPage(database, county, month, 0);
  for (;;) {
    const page = await coming;
    if (page.length === PAGE) coming = readPage(database, county, month, Number(page.at(-1)![2]));
    for (const [at, row] of page.entries()) {
      const texts: HashedTexts = row.slice(0, -2) as HashedTexts;
      const [previous, hash] = row.slice(-2) as [Buffer, Buffer];
      const algorithm = texts.at(-1)!;
      number += 1;
      const ends = Number(texts[2]) === number ? null : misfit(number, 'missing');
      if (ends) return stop(ends);
      head ??= chainStart(algorithm, county, month);
      if (!hashRow(algorithm, previous, texts).equals(hash)) return stop(misfit(number, 'altered'));
      if (!previous.equals(head)) return stop(misfit(number, 'order'));
      const anchored = seen.get(number);
      if (anchored !== undefined && anchored !== hash.toString('hex')) return stop(misfit(number, 'other'));
      head = hash;
      const micros = Number(texts[3]);
      if (micros < latest - SET_RIGHT) onBack(number);
      latest = micros;
      if (at === page.length - 1) onRows(page.length);
    }
    if (page.length < PAGE) break;
  }
  const last = Math.max(0, ...seen.keys());
  return last > number ? misfit(number + 1, 'cut') : null;

  function stop(found: Misfit): Misfit {
    coming.catch(() => {});
    return found;
  }
}

const AS_TEXT: Readonly<Record<string, string>> = {
  micros: '((extract(epoch from at) * 1000000)::bigint)::text',
  ...Object.fromEntries(
    ['month', 'number', 'grants', 'emergency', 'part', 'parts', 'persons', 'households', 'ms'].map((column) => [
      column,
      `${column}::text`,
    ]),
  ),
  ...Object.fromEntries(
    ['asked', 'shown', 'masked', 'revealed', 'reveal_reasons'].map((column) => [
      column,
      `array_to_json(${column})::text`,
    ]),
  ),
};
/** Index: the primary key. */
const ROWS = `select ${HASHED.map((column) => AS_TEXT[column] ?? column).join(', ')}, previous, hash
  from access_log l where county = $1 and month = $2::date and number > $3 order by l.number limit ${PAGE}`;

async function readPage(database: Database, county: string, month: string, after: number) {
  const result: QueryArrayResult<(string | null | Buffer)[]> = await database.pool.query({
    name: 'verify accesses',
    text: ROWS,
    values: [county, month, after],
    rowMode: 'array',
  });
  return result.rows;
}
