import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../../src/database/connect.js';

/** A fresh database with the hub's tables, cloned from the template; dropped by `close`. */
export async function cloneDatabase(): Promise<Database & { readonly apiUrl: string }> {
  const serverUrl = inject('serverUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = /\/([^/]+)$/.exec(serverUrl)![1]!;
  const admin = openDatabase(serverUrl.replace(/\/[^/]*$/, '/postgres'), 1);
  // Two files cloning at once: PostgreSQL refuses while another session uses the template.
  for (let tries = 0; ; tries += 1) {
    try {
      await admin.query(`create database ${name} template ${template}`);
      break;
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || tries > 100) throw error;
      await new Promise((wait) => setTimeout(wait, 50));
    }
  }
  const url = serverUrl.replace(/\/[^/]*$/, `/${name}`);
  const database = openDatabase(url);
  return {
    ...database,
    /** As the API connects: a role that owns nothing. */
    apiUrl: url.replace(/\/\/[^@]*@/, '//hub_api:api@'),
    close: async () => {
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}
