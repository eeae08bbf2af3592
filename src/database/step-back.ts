import { getPriority, setPriority } from 'node:os';
import type { Pool, PoolClient } from 'pg';

/**
 * From here on this process, and the processes by which the database serves it, let others go first: who reads by day does not wait for
 * who writes by night. Only of a server on this machine that is the hub's own: elsewhere the number of its process is another program's.
 * @param niceness 0 … 19, as POSIX counts it; 0 changes nothing
 */
export function stepBack(pool: Pool, niceness: number): void {
  if (niceness === 0) return;
  lower(0, niceness);
  stepBackBeside(pool, niceness);
}

/** The same for what the database does for this process by one pool, while the process itself stays where it is. */
export function stepBackBeside(pool: Pool, niceness: number): void {
  if (niceness === 0) return;
  // Workers beside a connection are the server's own children, and would stand in front with the readers.
  pool.options.options = [pool.options.options, '-c max_parallel_workers_per_gather=0'].filter(Boolean).join(' ');
  pool.on('connect', (client: PoolClient & { readonly processID?: number | null }) => {
    if (client.processID) lower(client.processID, niceness);
  });
}

/** A server that runs as another account may be out of reach; the night is received all the same. */
function lower(process: number, niceness: number): void {
  try {
    // Who was started further back stays there.
    setPriority(process, Math.max(getPriority(process), niceness));
  } catch {}
}
