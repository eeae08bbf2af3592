import { setTimeout as wait } from 'node:timers/promises';
import { LIMITS } from './limits.js';
import { unreadable } from './unreadable-delivery.js';
import type { Item } from './read-items.js';

/** Milliseconds. */
export interface Patience {
  /** Until the answer's headers are there. */
  readonly answer: number;
  /** Between two pieces of the body. */
  readonly piece: number;
  /** For a page's body as a whole, however steadily it trickles. */
  readonly body: number;
  /** For the whole pull with all its tries. */
  readonly pull: number;
  /** The first pause between two tries; it doubles, and the real one is drawn between nothing and it. */
  readonly pause: number;
  readonly longestPause: number;
}

export const PATIENCE: Patience = {
  answer: 30_000,
  piece: 30_000,
  body: 120_000,
  pull: 600_000,
  pause: 500,
  longestPause: 30_000,
};

export interface Page {
  readonly items: readonly Item[];
  readonly next: string | null;
  /** On the last page: where the next pull goes on. */
  readonly cursor: string | null;
  readonly bytes: number;
}

export interface PageQuestion {
  readonly url: URL;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly patience: Patience;
  /** `performance.now()` at which the pull is given up. */
  readonly deadline: number;
}

/** Status codes that no second try changes, and what the officer does about them. */
const FINAL: Readonly<Record<number, string>> = {
  400: 'a cursor that the feed knows',
  401: 'a valid token',
  403: 'a token with the right to this resource',
  404: 'an address that exists',
};

/** Failed in a way that another try may mend. `after` is the feed's own wish, in milliseconds. */
class TryAgain extends Error {
  constructor(
    readonly found: string,
    readonly after: number | null = null,
  ) {
    super(found);
  }
}

/**
 * One page of the feed, tried up to five times. The token goes to the configured host only and into no error.
 * @throws UnreadableDelivery with what the feed did
 */
export async function fetchPage(question: PageQuestion): Promise<Page> {
  const { patience, deadline } = question;
  for (let tries = 1; ; tries++) {
    try {
      return await tryPage(question);
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const accepted = `${LIMITS.triesOfPage} tries in ${patience.pull / 1000} s`;
      const drawn = Math.random() * Math.min(patience.longestPause, patience.pause * 2 ** (tries - 1));
      const pause = error.after === null ? drawn : error.after + Math.random() * patience.pause;
      const late = performance.now() + pause >= deadline;
      if (tries >= LIMITS.triesOfPage || late) throw unreadable('DELIVERY_UNREADABLE', error.found, accepted);
      await wait(pause);
    }
  }
}

async function tryPage(question: PageQuestion): Promise<Page> {
  const abort = new AbortController();
  const { patience, deadline } = question;
  const left = () => Math.max(deadline - performance.now(), 1);
  const response = await within(Math.min(patience.answer, left()), abort, () => ask(question, abort.signal));
  try {
    judgeStatus(response);
    const body = await readBody(response, patience, left(), abort);
    return pageOf(body);
  } finally {
    // A body that nobody reads would keep the connection.
    abort.abort();
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A redirect within the configured host is followed; one to another host would carry the token away. */
async function ask(question: PageQuestion, signal: AbortSignal): Promise<Response> {
  let url = question.url;
  for (let hops = 0; hops <= 3; hops++) {
    const headers = {
      authorization: `Bearer ${question.token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    };
    const response = await question.fetch(url.href, { headers, redirect: 'manual', signal });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const target = URL.parse(response.headers.get('location') ?? '', url.href);
    if (target === null || target.origin !== question.url.origin) {
      throw unreadable('DELIVERY_UNREADABLE', 'a redirect to another host', 'the configured address only');
    }
    url = target;
  }
  throw unreadable('DELIVERY_UNREADABLE', 'redirects without end', 'the configured address only');
}

function judgeStatus(response: Response): void {
  const { status } = response;
  if (status === 200) return;
  const found = `HTTP ${status}`;
  if (status === 429 || status === 503) throw new TryAgain(found, retryAfter(response.headers.get('retry-after')));
  if (status >= 500 || status === 408 || status === 425) throw new TryAgain(found);
  throw unreadable('DELIVERY_UNREADABLE', found, FINAL[status] ?? 'HTTP 200');
}

/** Seconds, or a date; null where the feed states neither. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(date - Date.now(), 0);
}

async function readBody(response: Response, patience: Patience, left: number, abort: AbortController): Promise<Buffer> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new TryAgain('an answer without content');
  const pieces: Uint8Array[] = [];
  const end = performance.now() + Math.min(patience.body, left);
  let bytes = 0;
  for (;;) {
    const patienceLeft = Math.min(patience.piece, Math.max(end - performance.now(), 1));
    const { done, value } = await within(patienceLeft, abort, () => reader.read());
    if (done) return Buffer.concat(pieces);
    bytes += value.length;
    // Counted after gzip: a small answer may unpack without end.
    if (bytes > LIMITS.page)
      throw unreadable('DELIVERY_TOO_LARGE', `a page of more than ${LIMITS.page} bytes`, `${LIMITS.page}`);
    pieces.push(value);
  }
}

/** Whatever the connection does wrong is one more reason to try again; its own words may hold the address. */
async function within<T>(time: number, abort: AbortController, act: () => Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new TryAgain('no answer in time')), time);
  try {
    return await Promise.race([act(), timer.promise]);
  } catch (error) {
    abort.abort();
    if (error instanceof TryAgain || (error instanceof Error && error.name === 'UnreadableDelivery')) throw error;
    throw new TryAgain('the connection failed');
  } finally {
    clearTimeout(timeout);
  }
}

/** A login page with status 200, or half an answer, is not a page. */
function pageOf(body: Buffer): Page {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new TryAgain(
      /^\s*</.test(body.subarray(0, 100).toString('latin1')) ? 'HTML instead of JSON' : 'invalid JSON',
    );
  }
  if (!isObject(value) || !Array.isArray(value['items']) || !value['items'].every(isObject)) {
    throw new TryAgain('JSON without a list of items');
  }
  const { items, next, cursor } = value as { items: readonly Item[]; next: unknown; cursor: unknown };
  if (next !== null && (typeof next !== 'string' || next === '')) throw new TryAgain('JSON without next');
  if (items.length > LIMITS.itemsOfPage) throw new TryAgain(`a page of ${items.length} items`);
  return { items, next, cursor: typeof cursor === 'string' && cursor !== '' ? cursor : null, bytes: body.length };
}

function isObject(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
