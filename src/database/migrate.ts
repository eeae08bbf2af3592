import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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
    if (await isUpToDate(database)) return [];
    // Half a second to load, for something that happens once a release.
    const [{ Migration, Migrator }, { MikroORM }] = await Promise.all([
      import('@mikro-orm/migrations'),
      import('@mikro-orm/postgresql'),
    ]);
    const migrationsList = readMigrations().map(({ name, statements }) => ({
      name,
      class: class extends Migration {
        override up(): void {
          this.addSql(statements);
        }
      },
    }));
    const orm = await MikroORM.init({
      clientUrl: database.url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      logger: () => {},
      extensions: [Migrator],
      migrations: { migrationsList, snapshot: false, allOrNothing: true, tableName: 'hub_migration' },
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

async function isUpToDate(database: Database): Promise<boolean> {
  const [table] = await database.query(`select to_regclass('hub_migration') as there`);
  if (table?.['there'] === null) return false;
  const done = await database.query<{ name: string }>('select name from hub_migration');
  const names = new Set(done.map((row) => row.name));
  return readMigrations().every(({ name }) => names.has(name));
}

function readMigrations(): { name: string; statements: string }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ name: name.replace(/\.sql$/, ''), statements: readFileSync(join(FOLDER, name), 'utf8') }));
}
