import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Viewer } from '../model/viewer.js';
import { boundsOf, type Bounds } from './bounds.js';
import { beginningOf } from './beginning.js';
import { openPool } from './open-pool.js';
import { ReadingFailed, readingFailed, type Reading, type Statement } from './reading.js';

/** The only door to reading. */
export interface Readings {
  /**
   * Runs the work in one read-only transaction that shows what this viewer may see. The connection is taken at the first
   * query, so that a request which asks nothing of the database costs it nothing.
   * @throws ReadingFailed `stale` where the viewer's grants have changed, whatever the work made of it
   */
  read<T>(viewer: Viewer, work: (reading: Reading) => Promise<T>): Promise<T>;
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
  /** Told of every statement's text; for tests and measurement. */
  readonly onStatement?: (text: string) => void;
}

export function openReadings(settings: ReadingSettings): Readings {
  // A plan under row-level security belongs to a role: two roles on one connection would plan everything again each time.
  const pools = new Map<Bounds['level'], Pool>();
  const poolOf = (level: Bounds['level']): Pool => {
    let pool = pools.get(level);
    if (!pool) pools.set(level, (pool = openPool(settings)));
    return pool;
  };
  return {
    read: async (viewer, work) => {
      const bounds = boundsOf(viewer);
      const transaction = openTransaction(settings, poolOf(bounds.level), viewer, bounds);
      try {
        const result = await work(transaction);
        // What the work made of this failure was made of nothing.
        if (transaction.failed()?.failure === 'stale') throw transaction.failed();
        await transaction.end('commit');
        return result;
      } catch (error) {
        await transaction.end('rollback');
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

interface Transaction extends Reading {
  /** Why it ended early; null where it did not. */
  failed(): ReadingFailed | null;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

function openTransaction(settings: ReadingSettings, pool: Pool, viewer: Viewer, bounds: Bounds): Transaction {
  let begun: Promise<PoolClient> | null = null;
  let failed: ReadingFailed | null = null;
  let ended = false;
  let broken: Error | undefined;
  const begin = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    settings.onStatement?.('begin');
    // Not waited for: should it fail, the role that owns nothing reads nothing, and the failure is told with the first query.
    client
      .query(beginningOf(viewer, bounds, `hub_${bounds.level}`, 'read only', settings.statementTimeout ?? 5000))
      .catch((error: unknown) => {
        failed ??= readingFailed(error);
      });
    return client;
  };
  return {
    viewer,
    bounds,
    failed: () => failed,
    query: async <T extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<T[]> => {
      if (ended) throw new ReadingFailed('internal', { cause: new Error('The reading has ended.') });
      try {
        const client = await (begun ??= begin());
        // After one failure the transaction answers nothing any more; the first reason is the one to tell.
        if (failed) throw failed;
        if (ended) throw new Error('The reading has ended.');
        settings.onStatement?.(statement.text);
        return (await client.query<T>({ ...statement, values: values as unknown[] })).rows;
      } catch (error) {
        failed ??= readingFailed(error);
        throw failed;
      }
    },
    end: async (how) => {
      ended = true;
      const client = await begun?.catch(() => null);
      if (!client) return;
      // Also after a failure: COMMIT of a failed transaction rolls back, and either ends what SET LOCAL made.
      await client.query(how).catch((error: Error) => {
        broken = error;
      });
      client.release(broken);
    },
  };
}
