import { availableParallelism } from 'node:os';
import { Pool, types, type ClientBase, type PoolClient } from 'pg';

/**
 * Connections of a pool. More than the cores can serve only wait inside the database, each with plans and a catalogue of its own that it has
 * to bring back into the processor's cache: on two cores five answer a tenth more than eight.
 */
export const POOL_SIZE = Math.min(8, 1 + 2 * availableParallelism());

export interface PoolSettings {
  /** Of the role `hub_api`, which owns nothing. */
  readonly apiUrl: string;
  readonly poolSize?: number;
  /** Milliseconds to wait for a connection. */
  readonly patience?: number;
  /** Done with each new connection before anybody gets it. */
  readonly prepare?: (client: PoolClient) => Promise<void>;
}

export function openPool({ apiUrl, poolSize = POOL_SIZE, patience = 5000, prepare }: PoolSettings): Pool {
  const pool = new Pool({
    connectionString: apiUrl,
    max: poolSize,
    connectionTimeoutMillis: patience,
    application_name: 'hub api',
    keepAlive: true,
    // What one level of an answer asks goes out together, and the beginning of the transaction with it.
    pipeline: true,
    types: { getTypeParser },
    ...(prepare && { onConnect: prepare as (client: ClientBase) => Promise<void> }),
  });
  // A server that goes away breaks idle connections; the next query says so to whoever asks.
  pool.on('error', () => {});
  // So does one that breaks while it is in use; without a listener of its own that would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** A bigint of ours is an id or a count below 2^53; a date is a day and no moment. */
const getTypeParser = ((type: number, format?: 'text' | 'binary') => {
  if (type === types.builtins.INT8) return Number;
  if (type === types.builtins.DATE) return (day: string) => day;
  return types.getTypeParser(type, format as 'text');
}) as typeof types.getTypeParser;
