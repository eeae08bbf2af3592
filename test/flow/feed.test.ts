import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startFeedServer } from '../../fixtures/feed-server.js';
import type { Value } from '../../src/model/record.js';
import { openValue } from '../../src/model/sealing.js';
import { openTestHub, type TestHub } from './open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');

let hub: TestHub;
let server: Awaited<ReturnType<typeof startFeedServer>> | null = null;
beforeEach(async () => {
  hub = await openTestHub();
});
afterEach(async () => {
  await server?.close();
  await hub.close();
});

it('pulls the governance feed, and the next night only what came since', async () => {
  server = await startFeedServer({ folder: join(SAMPLE, 'day-1'), token: 'secret', pageLimit: 300 });
  const feed = { url: server.base, token: 'secret' };
  const first = await hub.receive(null, { feed });
  expect(first.deliveries.map((delivery) => delivery.state)).toEqual(Array(6).fill('taken'));
  const residents = first.deliveries.find((delivery) => delivery.dataset === 'governance/residents')!;
  expect(residents.added).toBeGreaterThan(1_500);

  const quiet = await hub.receive(null, { feed });
  expect(quiet.deliveries.reduce((rows, delivery) => rows + delivery.rows, 0)).toBe(0);

  await server.show(join(SAMPLE, 'day-2'));
  const next = await hub.receive(null, { feed });
  const changed = next.deliveries.find((delivery) => delivery.dataset === 'governance/residents')!;
  expect(changed.rows).toBeGreaterThan(0);
  expect(changed.rows).toBeLessThan(100);
});

it('makes of the feed what it makes of the same items in files', async () => {
  server = await startFeedServer({ folder: join(SAMPLE, 'day-1'), token: 'secret' });
  await hub.receive(null, { feed: { url: server.base, token: 'secret' } });
  const other = await openTestHub();
  try {
    await other.receive(join(SAMPLE, 'day-1/governance'));
    const stated = async ({ database }: TestHub) => {
      const rows = await database.query<{ dataset: string; item: string; stated: Record<string, Value> }>(
        `select dataset, item, stated from record order by dataset, item`,
      );
      return rows.map(({ dataset, item, stated: sealed }) => [dataset, item, openValue(database.sealing, sealed)]);
    };
    expect(await stated(hub)).toEqual(await stated(other));
  } finally {
    await other.close();
  }
});

it('survives a feed that stumbles, and takes nothing of one that does not get up', async () => {
  server = await startFeedServer({
    folder: join(SAMPLE, 'day-1'),
    token: 'secret',
    pageLimit: 500,
    faults: [
      { request: 1, kind: 'tooMany', retryAfter: 1 },
      { request: 3, kind: 'serverError' },
      { request: 5, kind: 'cut' },
      { request: 7, kind: 'invalidJson' },
    ],
  });
  const night = await hub.receive(null, { feed: { url: server.base, token: 'secret' } });
  expect(night.deliveries.every((delivery) => delivery.state === 'taken')).toBe(true);

  const before = await hub.picture();
  const denied = await hub.receive(null, { feed: { url: server.base, token: 'wrong' } });
  expect(denied.deliveries.every((delivery) => delivery.state === 'refused')).toBe(true);
  expect(JSON.stringify(denied)).not.toContain('wrong');
  expect(await hub.picture()).toBe(before);
});
