import { Client, DatabaseError } from 'pg';
import type { Access } from '../model/access.js';
import { chainStart, hashRow, HASHED, textsOf, type ChainHead, type Digest, type HashedTexts } from './access-row.js';

export interface AccessLogSettings {
  /** Of the role `hub_api`, which may become `hub_access_writer`. */
  readonly apiUrl: string;
  readonly algorithm?: Digest;
  /** The hub's county, for accesses of none; null before its first delivery. */
  readonly county?: () => Promise<string | null>;
  /** Milliseconds that a group of rows may take, the wait for other writers with it. */
  readonly patience?: number;
  /** Told after each group, with its transaction ended. */
  readonly onWritten?: (accesses: readonly Access[]) => void;
}

export interface AccessLog {
  /**
   * Answers when the row is on disk. What is asked for while a group is being written goes together into the next one.
   * @param underWay whatever may come to write, this one with it: a group waits for no more than that
   * @throws whatever the database says: then nobody may be told what was read
   */
  write(access: Access, underWay?: number): Promise<void>;
  /** Writes what waits, and ends. */
  close(): Promise<void>;
}

interface Waiting {
  readonly access: Access & { readonly county: string };
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** The chain of a hub that has no county yet. */
const NOWHERE = '000000';
/** Rows of one transaction: enough to keep up with whatever is read, few enough to be on disk in a blink. */
const LARGEST_GROUP = 500;

/**
 * Milliseconds from one group to the next while many read: a group costs as much as ten rows, whatever is in it. Whoever reads alone
 * waits for nobody, and where so many wait that the group is worth its cost, or all who are under way, nor do they.
 */
const PACE = 10;
const ENOUGH = 12;

/** The one writer of this process: one connection, as a role that can append to the log and nothing else. */
export function openAccessLog(settings: AccessLogSettings): AccessLog {
  const algorithm = settings.algorithm ?? 'sha256';
  let waiting: Waiting[] = [];
  let client: Client | null = null;
  /** By county: where its chain stood after our last group. Somebody else may have written since: the database looks. */
  const heads = new Map<string, KnownHead>();
  let writing: Promise<void> | null = null;
  let closed = false;

  const connected = async (): Promise<Client> => {
    if (client) return client;
    const made = new Client({
      connectionString: settings.apiUrl,
      application_name: 'hub access log',
      connectionTimeoutMillis: settings.patience ?? 5000,
      statement_timeout: settings.patience ?? 5000,
      query_timeout: (settings.patience ?? 5000) * 2,
      options: '-c role=hub_access_writer -c synchronous_commit=on -c plan_cache_mode=force_generic_plan',
      keepAlive: true,
      pipeline: true,
    });
    // One that breaks fails what is being written; the next group connects anew.
    made.on('error', () => drop(made));
    await made.connect();
    return (client = made);
  };
  const drop = (broken: Client): void => {
    if (client === broken) client = null;
    void broken.end().catch(() => {});
  };

  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    // One that broke while nothing was written is not the readers' fault: it is replaced once.
    const idle = client;
    try {
      await append(await connected(), group, heads, algorithm);
    } catch (error) {
      if (client) drop(client);
      if (idle === null || isRefusal(error)) throw error;
      try {
        await append(await connected(), group, heads, algorithm);
      } catch (again) {
        if (client) drop(client);
        throw again;
      }
    }
  };

  let goOn = () => {};
  const pause = (milliseconds: number) =>
    new Promise<void>((over) => {
      const timer = setTimeout(over, milliseconds);
      goOn = () => {
        clearTimeout(timer);
        over();
      };
    });
  let began = -Infinity;
  let isCrowded = false;
  let mostToCome = Infinity;
  const areEnough = () => waiting.length >= Math.min(ENOUGH, mostToCome);
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const early = began + PACE - performance.now();
      if (isCrowded && early > 0 && !areEnough() && !closed) await pause(early);
      began = performance.now();
      isCrowded = waiting.length > 1;
      const group = waiting.slice(0, LARGEST_GROUP);
      waiting = waiting.slice(LARGEST_GROUP);
      try {
        await writeGroup(group);
        for (const each of group) each.done();
        settings.onWritten?.(group.map((each) => each.access));
      } catch (error) {
        for (const each of group) each.failed(error);
      }
    }
    writing = null;
  };

  return {
    write: async (access, underWay = Infinity) => {
      const county = access.county ?? (await settings.county?.()) ?? NOWHERE;
      if (closed) throw new Error('The access log is closed.');
      await new Promise<void>((done, failed) => {
        waiting.push({ access: { ...access, county }, done, failed });
        mostToCome = underWay;
        if (areEnough()) goOn();
        // Not before the other requests of this turn of the loop have come as well.
        writing ??= Promise.resolve().then(drain);
      });
    },
    close: async () => {
      closed = true;
      goOn();
      await writing;
      await client?.end();
      client = null;
    },
  };
}

/** The database answered, and said no: to ask it again would not help. EPIPE looks like a SQLSTATE and is none. */
const isRefusal = (error: unknown): boolean => error instanceof DatabaseError && !/^(08|57P0)/.test(error.code ?? '');

/** Where a chain stands, and what time it was in the database at a moment of our own clock. */
interface KnownHead extends ChainHead {
  readonly county: string;
  /** Since 1970, at `since`. */
  readonly micros: number;
  /** `performance.now()`. */
  readonly since: number;
}

async function append(
  client: Client,
  group: readonly Waiting[],
  heads: Map<string, KnownHead>,
  algorithm: Digest,
): Promise<void> {
  for (const [county, some] of Map.groupBy(group, (each) => each.access.county)) {
    const known = heads.get(county);
    // Whatever goes wrong, whether or not the rows were kept: the database is asked anew where the chain stands.
    heads.delete(county);
    const head =
      (known && (await appendAtKnown(client, some, known, algorithm))) ??
      (await appendAtAsked(client, some, county, algorithm));
    heads.set(county, head);
  }
}

/** One round trip; null where the chain does not stand there any more: then nothing was written. */
async function appendAtKnown(
  client: Client,
  group: readonly Waiting[],
  known: KnownHead,
  algorithm: Digest,
): Promise<KnownHead | null> {
  const micros = String(Math.floor(known.micros + (performance.now() - known.since) * 1000));
  const { rows, head } = chain(group, known, micros, algorithm);
  const { county, month, number, hash } = known;
  const values = [...columnsOf(rows), county, month, number, hash, micros];
  const { rowCount } = await client.query({ name: 'access rows go on', text: APPEND_AT_KNOWN, values });
  return rowCount === 0 ? null : head;
}

/** Two round trips: where the chain stands, which nobody else goes on from meanwhile, then the rows and the end of the transaction. */
async function appendAtAsked(
  client: Client,
  group: readonly Waiting[],
  county: string,
  algorithm: Digest,
): Promise<KnownHead> {
  try {
    const begun = client.query('begin');
    const asked = client.query<HeadRow>({ name: 'access head', text: HEAD, values: [county] });
    const [{ rows: found }] = await Promise.all([asked, begun]);
    const { micros, month, number, hash } = found[0]!;
    const known: KnownHead = {
      county,
      month,
      number: Number(number ?? 0),
      hash: hash ?? chainStart(algorithm, county, month),
      micros: Number(micros),
      since: performance.now(),
    };
    const { rows, head } = chain(group, known, micros, algorithm);
    const written = client.query({ name: 'access rows', text: APPEND, values: columnsOf(rows) });
    const [, { command }] = await Promise.all([written, client.query('commit')]);
    // COMMIT of a transaction that has failed answers ROLLBACK.
    if (command !== 'COMMIT') throw new Error(`The rows were not kept: ${command}.`);
    return head;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

interface HeadRow {
  readonly micros: string;
  readonly month: string;
  readonly number: string | null;
  readonly hash: Buffer | null;
}

function chain(
  group: readonly Waiting[],
  known: KnownHead,
  micros: string,
  algorithm: Digest,
): { rows: HashedTexts[]; head: KnownHead } {
  let head = known;
  const rows = group.flatMap(({ access }) =>
    textsOf(access, head, micros, algorithm).map((texts) => {
      const hash = hashRow(algorithm, head.hash, texts);
      const row = texts.concat(`\\x${head.hash.toString('hex')}`, `\\x${hash.toString('hex')}`);
      head = { ...head, number: head.number + 1, hash };
      return row;
    }),
  );
  return { rows, head };
}

/** A column at a time, words as the database writes arrays. */
function columnsOf(rows: readonly HashedTexts[]): (string | null)[][] {
  return SENT.map((column, at) =>
    TYPES[column] === 'text[]' ? rows.map((row) => arrayOf(row[at]!)) : rows.map((row) => row[at]!),
  );
}

/** `["a"]` → `{"a"}`: the same quotes and backslashes, once what JSON writes as an escape is what it stands for. */
function arrayOf(words: string): string {
  if (words === '[]') return '{}';
  return `{${(JSON.parse(words) as string[]).map((word) => `"${word.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const HEAD = `select micros::text, month::text, number::text, hash from access_head($1)`;

/** Each column, what it is in the table, and how it gets there from a text. */
const TYPES: Readonly<Record<string, string>> = {
  month: 'date',
  number: 'bigint',
  grants: 'bigint[]',
  emergency: 'boolean',
  asked: 'text[]',
  part: 'integer',
  parts: 'integer',
  persons: 'bigint[]',
  households: 'bigint[]',
  shown: 'text[]',
  masked: 'text[]',
  revealed: 'text[]',
  reveal_reasons: 'text[]',
  ms: 'integer',
  previous: 'bytea',
  hash: 'bytea',
};
const SENT = [...HASHED, 'previous', 'hash'];
const valueOf = (column: string) =>
  column === 'micros'
    ? `timestamptz 'epoch' + micros::bigint * interval '1 microsecond'`
    : TYPES[column]
      ? `${column}::${TYPES[column]}`
      : column;

/** Index: access_log's primary key refuses a second row of one number, should two chains ever be written at once. */
const APPEND = `insert into access_log (${SENT.map((column) => (column === 'micros' ? 'at' : column)).join(', ')})
  select ${SENT.map(valueOf).join(', ')}
  from unnest(${SENT.map((_, at) => `$${at + 1}::text[]`).join(', ')}) as row (${SENT.join(', ')})`;

/** County, month, number, hash and microseconds of what is known. */
const KNOWN = ['text', 'date', 'bigint', 'bytea', 'bigint'].map((type, at) => `$${SENT.length + at + 1}::${type}`);

/** The same where the chain stands as we know it; no row otherwise. */
const APPEND_AT_KNOWN = `with known as materialized (select access_continues(${KNOWN.join(', ')}) as holds)
  ${APPEND} where (select holds from known)`;
