import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccessLog } from '../../src/accesses/index.js';
import { cloneDatabase } from '../database/clone.js';
import { anAccess } from './an-access.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

it('numbers the rows of many requests at once without a gap', async () => {
  const log = openAccessLog({ apiUrl: database.apiUrl });
  await Promise.all(Array.from({ length: 300 }, (_, at) => log.write(anAccess({ persons: [at, at + 1] }))));
  await log.close();
  const [row] = await database.query(
    'select count(*) as n, min(number) as first, max(number) as last, count(distinct at) < 10 as together from access_log',
  );
  expect(row).toEqual({ n: 300, first: 1, last: 300, together: true });
});
