import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Database } from './connect.js';
import { PROJECT_FOLDER } from './project-folder.js';

const FOLDER = join(PROJECT_FOLDER, 'schema/migrations');

/**
 * Brings the schema up to this program's. Forward only: each file of `schema/migrations` runs once, in order, all in one
 * transaction. Two programs that start at once take turns.
 * @returns the names of the migrations that ran
 */
export async function migrate(database: Database): Promise<string[]> {
  const turn = await database.pool.connect();
  try {
    await turn.query(`select pg_advisory_lock(hashtext('hub migrate'))`);
    const orm = await MikroORM.init({
      clientUrl: database.url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      logger: () => {},
      extensions: [Migrator],
      migrations: { migrationsList: readMigrations(), snapshot: false, allOrNothing: true, tableName: 'hub_migration' },
    });
    try {
      return (await orm.migrator.up()).map((done) => done.name);
    } finally {
      await orm.close(true);
    }
  } finally {
    await turn.query(`select pg_advisory_unlock(hashtext('hub migrate'))`).catch(() => {});
    turn.release();
  }
}

function readMigrations() {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => {
      const statements = readFileSync(join(FOLDER, name), 'utf8');
      return {
        name: name.replace(/\.sql$/, ''),
        class: class extends Migration {
          override up(): void {
            this.addSql(statements);
          }
        },
      };
    });
}
