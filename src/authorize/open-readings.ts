import type { Socket } from 'node:net';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { UNSEALED, type Sealing } from '../model/sealing.js';
import type { Viewer } from '../model/viewer.js';
import { boundsOf, type Bounds } from './bounds.js';
import { beginningOf } from './beginning.js';
import { openPool } from './open-pool.js';
import { isReadyForWhole, prepareWhole, readWhole } from './whole-reading.js';
import { ReadingFailed, readingFailed, type Following, type Reading, type Statement } from './reading.js';

/** The only door to reading. */
export interface Readings {
  /**
   * Runs the work in one read-only transaction that shows what this viewer may see. The connection is taken at the first
   * query, so that a request which is refused before costs the database nothing.
   * @throws ReadingFailed `stale` where the viewer's grants have changed, whatever the work made of it
   * Aborted by `following.signal`, what runs is stopped and the connection goes back.
   */
  read<T>(viewer: Viewer, work: (reading: Reading) => Promise<T>, following?: Following): Promise<T>;
  /** Connections of all pools: at work, and requests that wait for one. */
  state(): { readonly inUse: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export interface ReadingSettings {
  /** Of the role `hub_api`, which owns nothing. */
  readonly apiUrl: string;
  /** Connections for each level of viewer. */
  readonly poolSize?: number;
  /** Milliseconds, of one statement. */
  readonly statementTimeout?: number;
  /** Milliseconds to wait for a connection. */
  readonly patience?: number;
  /** Of the database that is read; without it nothing sealed is opened. */
  readonly sealing?: Sealing;
  /** Told of every statement's text; for tests and measurement. */
  readonly onStatement?: (text: string) => void;
}

export function openReadings(settings: ReadingSettings): Readings {
  // A plan under row-level security belongs to a role: two roles on one connection would plan everything again each time.
  const pools = new Map<Bounds['level'], Pool>();
  const timeout = settings.statementTimeout ?? 5000;
  const poolOf = (level: Bounds['level']): Pool => {
    let pool = pools.get(level);
    if (!pool) {
      const prepare = (client: PoolClient) => prepareWhole(client, level, timeout);
      pools.set(level, (pool = openPool({ ...settings, prepare })));
    }
    return pool;
  };
  let stopping: Pool | undefined;
  /** On a connection of its own, as the same role: that may stop what it runs itself, and nothing else. */
  const stopStatement = async (backend: number): Promise<void> => {
    stopping ??= openPool({ ...settings, poolSize: 1 });
    await stopping.query('select pg_cancel_backend($1)', [backend]);
  };
  return {
    read: async (viewer, work, following = {}) => {
      const bounds = boundsOf(viewer);
      const transaction = openTransaction(
        settings,
        timeout,
        poolOf(bounds.level),
        viewer,
        bounds,
        following,
        stopStatement,
      );
      const over = following.onReading?.();
      try {
        const result = await work(transaction);
        // What the work made of this failure was made of nothing.
        if (transaction.failed()?.failure === 'stale') throw transaction.failed();
        // Nothing was written: the answer need not wait, only the connection does, for whoever takes it next.
        void transaction.end('commit');
        return result;
      } catch (error) {
        await transaction.end('rollback');
        throw error;
      } finally {
        over?.();
      }
    },
    state: () => {
      const all = [...pools.values()];
      const sum = (of: (pool: Pool) => number) => all.reduce((total, pool) => total + of(pool), 0);
      return {
        inUse: sum((pool) => pool.totalCount - pool.idleCount),
        idle: sum((pool) => pool.idleCount),
        waiting: sum((pool) => pool.waitingCount),
      };
    },
    close: async () => {
      await Promise.all([...pools.values(), stopping].map((pool) => pool?.end()));
    },
  };
}

interface Transaction extends Reading {
  /** Why it ended early; null where it did not. */
  failed(): ReadingFailed | null;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

function openTransaction(
  settings: ReadingSettings,
  timeout: number,
  pool: Pool,
  viewer: Viewer,
  bounds: Bounds,
  { signal, onQuery }: Following,
  stopStatement: (backend: number) => Promise<void>,
): Transaction {
  let begun = false;
  let open: Promise<PoolClient> | null = null;
  /** What is ours until it goes back, also while its last statement is under way. */
  let held: PoolClient | null = null;
  let failed: ReadingFailed | null = null;
  let ended = false;
  let stopped: Promise<void> | undefined;
  const abandon = () => {
    failed ??= new ReadingFailed('unavailable', { cause: new Error('Nobody waits for the answer any more.') });
    if (held) stopped = stopStatement((held as unknown as { processID: number }).processID).catch(() => {});
  };
  if (signal?.aborted) abandon();
  else signal?.addEventListener('abort', abandon, { once: true });
  const take = async (): Promise<PoolClient> => {
    begun = true;
    return (held = await pool.connect());
  };
  const begin = (client: PoolClient): PoolClient => {
    // Nobody waits any more: it is taken only to be given back.
    if (failed) return client;
    settings.onStatement?.('begin');
    writeTogether(client);
    // Not waited for: should it fail, the role that owns nothing reads nothing, and the failure is told with the first query.
    client.query(beginningOf(viewer, bounds, `hub_${bounds.level}`, 'read only', timeout)).catch((error: unknown) => {
      failed ??= readingFailed(error);
    });
    return client;
  };
  /** Also after a failure: COMMIT of a failed transaction rolls back, and either ends what SET LOCAL made. */
  const close = async (client: PoolClient, how: 'commit' | 'rollback'): Promise<void> => {
    let broken: Error | undefined;
    await client.query(how).catch((error: Error) => {
      broken = error;
    });
    await giveBack(client, broken);
  };
  const giveBack = async (client: PoolClient, broken?: Error): Promise<void> => {
    held = null;
    // A stop that is still on its way would meet whoever gets the connection next.
    await stopped;
    client.release(broken);
  };
  return {
    viewer,
    bounds,
    failed: () => failed,
    get begun() {
      return begun;
    },
    sealing: settings.sealing ?? UNSEALED,
    query: async <T extends QueryResultRow>(
      statement: Statement,
      values: readonly unknown[],
      isLast = false,
    ): Promise<T[]> => {
      if (ended) throw new ReadingFailed('internal', { cause: new Error('The reading has ended.') });
      let told: ((rows: number | null) => void) | undefined;
      const tell = () => {
        if (failed) throw failed;
        if (ended) throw new Error('The reading has ended.');
        settings.onStatement?.(statement.text);
        told = onQuery?.(statement.name ?? 'unnamed');
      };
      try {
        // After one failure the reading answers nothing any more; the first reason is the one to tell.
        if (failed && !open) throw failed;
        if (isLast && !open) {
          const client = await take();
          if (isReadyForWhole(client)) {
            try {
              tell();
              const rows = await readWhole<T>(client, viewer, bounds, statement, values);
              told?.(rows.length);
              return rows;
            } finally {
              await giveBack(client);
            }
          }
          open = Promise.resolve(begin(client));
        }
        const client = await (open ??= take().then(begin));
        tell();
        const asked = client.query<T>({ ...statement, values: values as unknown[] });
        if (isLast) {
          open = null;
          void close(client, 'commit');
        }
        const { rows } = await asked;
        told?.(rows.length);
        return rows;
      } catch (error) {
        told?.(null);
        failed ??= readingFailed(error);
        throw failed;
      }
    },
    end: async (how) => {
      ended = true;
      signal?.removeEventListener('abort', abandon);
      const client = await open?.catch(() => null);
      open = null;
      if (client) await close(client, how);
    },
  };
}

/** What is asked until the program next waits leaves in one write: a write costs more than a statement by its key. */
function writeTogether(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
