import { DatabaseError, type PoolClient } from 'pg';
import type { Viewer } from '../model/viewer.js';
import { beginningOf } from './beginning.js';
import { boundsOf } from './bounds.js';
import { openPool, type PoolSettings } from './open-pool.js';
import { readingFailed } from './reading.js';

/** The only door to writing for who comes with a token: as a role that can write a reviewer’s word, and nothing else. */
export interface Reviews {
  /**
   * Runs the work in one transaction that shows and takes what this viewer may review; rolls back on any error.
   * @throws ReadingFailed where the database fails; what the work itself throws is passed on
   */
  write<T>(viewer: Viewer, work: (client: Pick<PoolClient, 'query'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT = 10_000;

export function openReviews(settings: PoolSettings): Reviews {
  const pool = openPool({ poolSize: 2, ...settings });
  return {
    write: async (viewer, work) => {
      const bounds = boundsOf(viewer);
      const client = await pool.connect().catch((error: unknown) => {
        throw readingFailed(error);
      });
      let broken: Error | undefined;
      try {
        await client.query(beginningOf(viewer, bounds, 'hub_reviewer', 'read write', STATEMENT_TIMEOUT));
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure;
        });
        const failed = readingFailed(error);
        throw error instanceof DatabaseError || failed.failure === 'unavailable' ? failed : error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}
