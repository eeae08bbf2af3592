import type { PoolClient } from 'pg';

/** Where COPY may write the rows of a table, and how they get from there into it. */
export interface Fill {
  readonly table: string;
  finish(): Promise<void>;
}

/**
 * PostgreSQL refuses COPY into a table under row-level security to an owner who is neither superuser nor may bypass it. Such an
 * owner (a managed server's) fills a temporary table, from which an ordinary INSERT goes through the importer's policy.
 */
export async function openFill(client: PoolClient, table: string): Promise<Fill> {
  const { rows } = await client.query<{ free: boolean }>(
    'select rolsuper or rolbypassrls as free from pg_roles where rolname = current_user',
  );
  if (rows[0]?.free) return { table, finish: async () => {} };
  const waiting = `${table}_waiting`;
  await client.query(`create temp table ${waiting} (like ${table} including defaults) on commit drop`);
  return {
    table: waiting,
    finish: async () => {
      await client.query(`insert into ${table} select * from ${waiting}`);
      await client.query(`drop table ${waiting}`);
    },
  };
}
