import { Pool, types, type PoolClient, type QueryResultRow } from 'pg';
import { UNSEALED, type Sealing } from '../model/sealing.js';

// A bigint of ours is an id or a count below 2^53; a date is a day and no moment; a moment is a text with its zone.
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(types.builtins.DATE, (day) => day);

/** The owner's door to the database: imports, linkage, migrations. Readers never get it; theirs is `src/authorize`. */
export interface Database {
  readonly pool: Pool;
  readonly url: string;
  /** Seals what is written and opens what is read; the hub gives it its keys. */
  readonly sealing: Sealing;
  query<T extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs the work in one transaction; rolls back on any error and throws it again. */
  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openDatabase(url: string, connections = 8): Database {
  const pool = new Pool({ connectionString: url, max: connections, application_name: 'hub' });
  // A server that goes away breaks idle connections; the next query says so to whoever asks.
  pool.on('error', () => {});
  // One that breaks while it is in use fails the query under way; without a listener it would end the program.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    pool,
    url,
    sealing: UNSEALED,
    query: async <T extends QueryResultRow>(text: string, values?: readonly unknown[]) =>
      (await pool.query<T>(text, values as unknown[])).rows,
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
