import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import type { Value } from '../../src/model/record.js';
import { openValue, UNSEALED, type Sealing } from '../../src/model/sealing.js';
import { receiveNight, sealAll } from '../../src/pipeline.js';
import { openSeal, type Seal } from '../../src/seal/open-seal.js';
import { addDataKey, openSealKeys } from '../../src/seal/seal-keys.js';
import { countSeals, renewSeals } from '../../src/stage/renew-seals.js';
import { openTestHub, type TestHub } from '../flow/open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');
const COUNTY = '530502';
let hub: TestHub;

beforeEach(async () => {
  hub = await openTestHub();
});
afterEach(() => hub.close());

const settings = () => ({ home: hub.config.home, suite: 'sm', masterKey: null, masterCommand: null }) as const;
const newest = (): Seal => openSeal(() => openSealKeys(settings(), false));
const receive = (sealing: Hub['database']['sealing'], day: string) =>
  receiveNight(
    { ...hub, database: { ...hub.database, sealing } },
    { folder: join(SAMPLE, day), feed: null, accept: null, preview: false, onProgress: () => {} },
  );
/** As it stands there, where nothing opens it. */
const readStated = async (sealing: Pick<Sealing, 'open'> = { open: (text) => text }): Promise<unknown[]> =>
  (
    await hub.database.query<{ stated: Value; raw: Value }>(
      'select id, stated, raw from record union all select record, stated, raw from record_version order by 1, 2',
    )
  ).map(({ stated, raw }) => JSON.stringify([openValue(sealing, stated), openValue(sealing, raw)]));
const persons = (): Promise<unknown[]> =>
  hub.database.query('select record, person, household, person_reason from link order by 1');

it('moves everything under a new key of another algorithm while it is read, and the nights go on', async () => {
  await hub.receive(join(SAMPLE, 'day-1'));
  const before = (await readStated(hub.database.sealing)).toSorted();
  addDataKey(settings());
  const seal = newest();
  const [rows, read] = await Promise.all([
    renewSeals(hub.database, seal, COUNTY),
    // A server that began before the key was made opens what is under it.
    new Promise((wait) => setTimeout(wait, 1100)).then(() => readStated(hub.database.sealing)),
  ]);
  expect(rows).toBeGreaterThan(3_000);
  expect(read.toSorted()).toEqual(before);
  expect((await countSeals(hub.database, COUNTY)).map(({ key }) => key)).toEqual(['SM4-CTR+HMAC-SM3:k2']);
  expect((await readStated(seal)).toSorted()).toEqual(before);
  expect(await renewSeals(hub.database, seal, COUNTY)).toBe(0);
  const night = await receive(seal, 'day-2');
  expect(night.link!.full).toBe(false);
  expect(
    night.deliveries.map(({ added, changed }) => added + changed).reduce((one, other) => one + other),
  ).toBeLessThan(100);
}, 120_000);

it('leaves a row that somebody is writing for the next look', async () => {
  await hub.receive(join(SAMPLE, 'day-1/party-building'));
  addDataKey(settings());
  const writer = await hub.database.pool.connect();
  await writer.query('begin');
  await writer.query('select from record order by id limit 1 for update');
  const renewing = renewSeals(hub.database, newest(), COUNTY);
  await new Promise((wait) => setTimeout(wait, 500));
  expect(await countSeals(hub.database, COUNTY)).toHaveLength(2);
  await writer.query('commit');
  writer.release();
  await renewing;
  expect(await countSeals(hub.database, COUNTY)).toHaveLength(1);
}, 60_000);

it('seals a county that was taken in before, whose people stay who they are', async () => {
  await hub.database.query(`delete from setting where name = 'seal'`);
  await receive(UNSEALED, 'day-1');
  await receive(UNSEALED, 'day-2');
  const [before, linked] = [await readStated(), await persons()];
  expect(before.join()).toMatch(/"idNumber":"\d{17}/u);
  const { fingerprint } = openSealKeys(settings(), false);
  await sealAll({ ...hub, database: { ...hub.database, sealing: UNSEALED } }, COUNTY, newest(), fingerprint, () => {});
  expect((await readStated()).join()).not.toMatch(/Number":"\d{17}|phone":"1\d{10}"/u);
  expect((await readStated(newest())).toSorted()).toEqual(before.toSorted());
  expect(await persons()).toEqual(linked);
  const count = `select (select count(*) from record) as records, (select count(*) from record_version) as versions`;
  const rows = await hub.database.query(count);
  await hub.database.query(`update delivery set sha256 = 'taken before ' || id`);
  await receive(newest(), 'day-2');
  expect(await hub.database.query(count)).toEqual(rows);
}, 120_000);
