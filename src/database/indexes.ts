import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './connect.js';
import { PROJECT_FOLDER } from './project-folder.js';

const FOLDER = join(PROJECT_FOLDER, 'schema/migrations');
const STATEMENTS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('-indexes.sql'))
  .flatMap((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n'))
  .filter((line) => line.startsWith('create '));

export interface IndexBuilding {
  /** Told after each. */
  readonly onIndex?: (done: number, of: number) => void;
  /** All unless told; those of one table are built by one at a time. */
  readonly of?: (table: string) => boolean;
  /** Two unless told: one a core. */
  readonly atOnce?: 1 | 2;
}

/** Builds whatever index is missing; a first load that was cut short leaves some so. */
export async function ensureIndexes(
  database: Database,
  { onIndex, of = () => true, atOnce = 2 }: IndexBuilding = {},
): Promise<void> {
  const present = new Set(
    (
      await database.query<{ name: string }>(`select indexname as name from pg_indexes where schemaname = 'public'`)
    ).map((row) => row.name),
  );
  const missing = STATEMENTS.filter((statement) => of(tableOf(statement)) && !present.has(nameOf(statement)));
  let done = 0;
  const waiting = [...missing];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let statement = waiting.shift(); statement; statement = waiting.shift()) {
        await database.query(statement);
        onIndex?.((done += 1), missing.length);
      }
    }),
  );
}

/** Drops the secondary indexes of the tables named, before they are filled for the first time. */
export async function dropIndexes(database: Database, tables: readonly string[]): Promise<void> {
  for (const statement of STATEMENTS) {
    if (tables.includes(tableOf(statement))) {
      await database.query(`drop index if exists ${nameOf(statement)}`);
    }
  }
}

function tableOf(statement: string): string {
  return / on (\w+) /.exec(statement)![1]!;
}

function nameOf(statement: string): string {
  return /if not exists (\w+)/.exec(statement)![1]!;
}
