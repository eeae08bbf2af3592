import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenDelivery, Refusal } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';
import { FoundWhileReading } from './collect-findings.js';
import { decodeText } from './decode-text.js';
import { fetchPage, PATIENCE, type Patience } from './fetch-page.js';
import { LIMITS } from './limits.js';
import { openSource } from './open-source.js';
import { ItemReading } from './read-items.js';
import { refuse } from './refuse.js';
import { RepeatedItems } from './repeated-items.js';
import { unreadable, UnreadableDelivery } from './unreadable-delivery.js';

export interface FeedQuestion {
  /** `https://host/base`; nothing else is asked, and no redirect leads elsewhere. */
  readonly baseUrl: string;
  readonly token: string;
  /** Of the format `items`. */
  readonly dataset: Dataset;
  /** A cursor or an RFC 3339 time; null for everything. */
  readonly since: string | null;
  /** Where the pages are kept until they are read: a file of this process, readable by nobody else. */
  readonly spoolDir: string;
  readonly fetch?: typeof fetch;
  readonly patience?: Partial<Patience>;
}

/**
 * Pulls all pages of a resource, and gives them as one delivery; a pull that does not reach the last page is a refusal, and nothing of it is
 * left. An item that comes again in the same pull counts as it came last.
 */
export async function openFeed(question: FeedQuestion): Promise<OpenDelivery | Refusal> {
  const { dataset, since } = question;
  if (dataset.file.format !== 'items') throw new Error(`${dataset.name} is not a dataset of items`);
  const { resource } = dataset.file;
  await mkdir(question.spoolDir, { recursive: true, mode: 0o700 });
  const path = join(question.spoolDir, `feed-${resource.replace(/[^a-z0-9-]/gi, '_')}-${randomUUID()}.ndjson`);
  try {
    const pull = await pullInto(path, question, resource);
    const source = await openSource(path);
    const collected = new FoundWhileReading();
    const skip = await pull.repeated.earlier(decodeText(source, 'utf-8'));
    const reading = new ItemReading(decodeText(source, 'utf-8'), dataset, collected, { skip });
    return {
      dataset,
      file: resource,
      sha256: pull.sha256,
      bytes: pull.bytes,
      format: 'feed',
      encoding: 'utf-8',
      coverage: 'delta',
      statedOn: null,
      async *tables() {
        yield reading.table();
        await source.mustBeUnchanged();
      },
      findings: () => collected.list(),
      cutOff: () => false,
      nextCursor: () => pull.cursor ?? since,
      close: async () => {
        await source.close();
        await rm(path, { force: true });
      },
    };
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof UnreadableDelivery) return refuse({ file: resource, bytes: 0, dataset }, error.finding);
    throw error;
  }
}

interface Pull {
  readonly sha256: string;
  readonly bytes: number;
  readonly cursor: string | null;
  readonly repeated: RepeatedItems;
}

async function pullInto(path: string, question: FeedQuestion, resource: string): Promise<Pull> {
  const spool = await open(path, 'wx', 0o600);
  try {
    return await pullPages(spool, question, resource);
  } finally {
    await spool.close();
  }
}

async function pullPages(spool: FileHandle, question: FeedQuestion, resource: string): Promise<Pull> {
  const patience = { ...PATIENCE, ...question.patience };
  const deadline = performance.now() + patience.pull;
  const hash = createHash('sha256');
  const repeated = new RepeatedItems();
  const asked = new Set<string>();
  let since = question.since;
  let bytes = 0;
  for (let pages = 0; pages < LIMITS.pages; pages++) {
    const url = addressOf(question.baseUrl, resource, since);
    const page = await fetchPage({ url, token: question.token, fetch: question.fetch ?? fetch, patience, deadline });
    const text = page.items.map((item) => `${JSON.stringify(item)}\n`).join('');
    for (const item of page.items) repeated.see(item['id']);
    hash.update(text);
    bytes += Buffer.byteLength(text);
    if (bytes > LIMITS.pull) throw unreadable('DELIVERY_TOO_LARGE', `more than ${LIMITS.pull} bytes`, `${LIMITS.pull}`);
    await spool.write(text);
    if (page.next === null) return { sha256: hash.digest('hex'), bytes, cursor: page.cursor, repeated };
    asked.add(since ?? '');
    if (asked.has(page.next))
      throw unreadable('DELIVERY_UNREADABLE', 'a cursor that leads in a circle', 'a new cursor on every page');
    since = page.next;
  }
  throw unreadable('DELIVERY_TOO_LARGE', `more than ${LIMITS.pages} pages`, `${LIMITS.pages}`);
}

function addressOf(baseUrl: string, resource: string, since: string | null): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v1/${encodeURIComponent(resource)}`);
  if (since !== null) url.searchParams.set('since', since);
  url.searchParams.set('limit', String(LIMITS.itemsOfPage));
  return url;
}
