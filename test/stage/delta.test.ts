import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import type { Dataset } from '../../src/model/importer.js';
import { COUNTY, deliver, invent, people, readRecord, readRecords } from './registers.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

const at = (day: string) => `2026-09-${day}T08:00:00+08:00`;
const delta = { coverage: 'delta' } as const;
const items = { file: { format: 'items', resource: 'x', name: /x/, coverage: 'delta' } } satisfies Partial<Dataset>;

it('keeps what a delta does not state and cites the row that did; a full delivery clears it', async () => {
  const dataset = invent('kept');
  const first = await deliver(database, { dataset, rows: people(3) });
  expect(await deliver(database, { dataset, ...delta, rows: [{ code: 'p1', name: '改' }] })).toMatchObject({
    rows: 1,
    changed: 1,
    retired: 0,
  });
  const merged = await readRecord(database, dataset, 'p1');
  expect(merged.stated).toEqual({ code: 'p1', name: '改', phone: '13800000000' });
  expect(merged.carried).toEqual({ phone: { delivery: first.delivery, row: 3 } });

  await deliver(database, { dataset, ...delta, rows: [{ code: 'p1', note: '再' }] });
  const twice = await readRecord(database, dataset, 'p1');
  expect(twice.carried).toEqual({
    phone: { delivery: first.delivery, row: 3 },
    name: { delivery: merged.delivery, row: 2 },
  });

  expect(await deliver(database, { dataset, rows: people(3, { p1: { phone: undefined } }) })).toMatchObject({
    changed: 1,
    unchanged: 2,
  });
  expect(await readRecord(database, dataset, 'p1')).toMatchObject({
    stated: { code: 'p1', name: '人p1' },
    carried: null,
  });
});

it('clears carried values by a full row that is the delta’s row over again', async () => {
  const dataset = invent('carried and repeated');
  await deliver(database, { dataset, rows: people(2) });
  await deliver(database, { dataset, ...delta, rows: [{ code: 'p1', name: '改' }] });
  await deliver(database, { dataset, rows: [people(2)[0]!, { code: 'p1', name: '改' }] });
  expect((await readRecord(database, dataset, 'p1')).stated).toEqual({ code: 'p1', name: '改' });
});

it('cites the full delivery’s row for what it repeats of a carried record, and knows it from then on', async () => {
  const dataset = invent('carried no more');
  await deliver(database, { dataset, rows: people(2) });
  await deliver(database, { dataset, ...delta, rows: [{ code: 'p1', note: '新' }] });
  const full = { dataset, rows: people(2, { p1: { note: '新' } }) };
  const { delivery } = await deliver(database, full);
  expect(await readRecord(database, dataset, 'p1')).toMatchObject({ delivery, carried: null });
  expect((await deliver(database, full)).validated).toBe(0);
});

it('keeps what an item stated when a full delivery says that it is over and no more', async () => {
  const dataset = invent('over', items);
  const night = { dataset, format: 'ndjson' } as const;
  await deliver(database, { ...night, rows: people(3) });
  expect(
    await deliver(database, {
      ...night,
      rows: people(3, { p1: { name: undefined, phone: undefined } }),
      deleted: ['p1'],
    }),
  ).toMatchObject({ retired: 1, unchanged: 2 });
  expect(await readRecord(database, dataset, 'p1')).toMatchObject({ status: 'retired', stated: { name: '人p1' } });
});

it('does not let an old wrong number stand beside the right one that a delta brings', async () => {
  const dataset = invent('numbers');
  await deliver(database, { dataset, rows: [{ code: 'a', idNumberInvalid: '99', addressElements: { road: 'x' } }] });
  await deliver(database, { dataset, ...delta, rows: [{ code: 'a', idNumber: '990502199001010019', address: '?' }] });
  expect((await readRecord(database, dataset, 'a')).stated).toEqual({
    code: 'a',
    idNumber: '990502199001010019',
    address: '?',
  });
});

it('counts a delta’s row that says nothing new as unchanged', async () => {
  const dataset = invent('nothing new');
  await deliver(database, { dataset, rows: people(3) });
  const before = await readRecords(database, dataset);
  expect(await deliver(database, { dataset, ...delta, rows: [{ code: 'p1', name: '人p1' }] })).toMatchObject({
    unchanged: 1,
    changed: 0,
  });
  expect(await readRecords(database, dataset)).toEqual(before);
});

it('retires what the source says is over, counts it where it was never known, and revives it', async () => {
  const dataset = invent('deleted', items);
  const night = { dataset, ...delta, format: 'ndjson' } as const;
  await deliver(database, { ...night, rows: people(3) });
  const over = await deliver(database, { ...night, rows: [{ code: 'p1' }, { code: 'zz' }], deleted: ['p1', 'zz'] });
  expect(over).toMatchObject({ rows: 2, retired: 1, added: 0, unchanged: 1 });
  const ended = await readRecord(database, dataset, 'p1');
  expect(ended).toMatchObject({ status: 'retired', stated: { name: '人p1' } });
  expect(await readRecords(database, dataset)).toHaveLength(3);
  expect(
    await database.query('select items, records::float8[] as records from sighting where delivery = $1', [
      over.delivery,
    ]),
  ).toEqual([{ items: ['p1'], records: [ended.id] }]);
  await deliver(database, { ...night, rows: [{ code: 'p1', phone: '2' }] });
  expect(await readRecord(database, dataset, 'p1')).toMatchObject({ status: 'current', stated: { phone: '2' } });
});

it('takes an item that one pull meets twice as one record, also on the first night', async () => {
  const dataset = invent('met twice', items);
  const night = { dataset, ...delta, format: 'ndjson' } as const;
  const rows = [{ code: 'a', name: '甲', phone: '1' }, { code: 'b' }, { code: 'a', phone: '2' }];
  const first = await deliver(database, { ...night, rows });
  expect(first).toMatchObject({ rows: 3, added: 2 });
  expect(await readRecord(database, dataset, 'a')).toMatchObject({ stated: { code: 'a', name: '甲', phone: '2' } });
  const sightings = await database.query<{ items: string[]; records: number[] }>(
    'select items, records::float8[] as records from sighting where county = $1 and delivery = $2',
    [COUNTY, first.delivery],
  );
  expect(sightings.map((sighting) => sighting.items)).toEqual([['a', 'b', 'a']]);
  expect(sightings[0]!.records[0]).toBe(sightings[0]!.records[2]);
  expect(
    await deliver(database, {
      ...night,
      rows: [
        { code: 'b', name: '乙' },
        { code: 'b', phone: '3' },
      ],
    }),
  ).toMatchObject({ rows: 2, changed: 1 });
  expect((await readRecord(database, dataset, 'b')).stated).toEqual({ code: 'b', name: '乙', phone: '3' });
});

it('follows a journal’s entry from its beginning to its end within one delta', async () => {
  const values = { 登记: false, 注销: true };
  const dataset = invent('journal', {
    columns: [{ field: 'cancelled', headers: ['操作'], word: { kind: 'deleted', values } }],
  });
  const rows = [{ code: 'a', name: '甲' }, { code: 'b' }, { code: 'a', phone: '1' }];
  await deliver(database, { dataset, ...delta, rows });
  expect((await readRecord(database, dataset, 'a')).stated).toEqual({ code: 'a', name: '甲', phone: '1' });
  await deliver(database, { dataset, ...delta, rows: [{ code: 'b', phone: '2' }, { code: 'a' }], deleted: ['a'] });
  expect(await readRecords(database, dataset)).toMatchObject([{ status: 'retired' }, { status: 'current' }]);
});

it('puts an item older than the record into the history only', async () => {
  const dataset = invent('late', items);
  const night = { dataset, ...delta, format: 'ndjson' } as const;
  await deliver(database, { ...night, rows: [{ code: 'a', phone: '2', updatedAt: at('20') }] });
  const before = await readRecords(database, dataset);
  expect(await deliver(database, { ...night, rows: [{ code: 'a', phone: '1', updatedAt: at('10') }] })).toMatchObject({
    unchanged: 1,
    changed: 0,
  });
  expect(await readRecords(database, dataset)).toEqual(before);
  const history = await database.query<{ phone: string; never: boolean }>(
    `select stated ->> 'phone' as phone, valid_from = valid_to as never from record_version where county = $1 and record = $2`,
    [COUNTY, before[0]!.id],
  );
  expect(history).toEqual([{ phone: '1', never: true }]);
});

it('does not let a delta of an earlier day undo what a full delivery confirmed since', async () => {
  const dataset = invent('confirmed');
  await deliver(database, { dataset, statedOn: '2026-09-01', rows: people(3) });
  await deliver(database, { dataset, statedOn: '2026-09-30', rows: people(3, { p2: null }) });
  const late = {
    dataset,
    ...delta,
    rows: [
      { code: 'p1', phone: '1' },
      { code: 'p2', phone: '1' },
    ],
  };
  expect(await deliver(database, { ...late, statedOn: '2026-09-15' })).toMatchObject({ unchanged: 2 });
  expect((await readRecord(database, dataset, 'p2')).status).toBe('retired');
  expect(await deliver(database, { ...late, statedOn: '2026-09-30' })).toMatchObject({ changed: 2 });
});

it('does not retire by a full delivery what a delta of a later day stated', async () => {
  const dataset = invent('later day');
  await deliver(database, { dataset, statedOn: '2026-09-01', rows: people(3) });
  await deliver(database, { dataset, ...delta, statedOn: '2026-10-02', rows: [{ code: 'new', name: '新' }] });
  expect(await deliver(database, { dataset, statedOn: '2026-10-01', rows: people(3) })).toMatchObject({ retired: 0 });
  expect((await readRecord(database, dataset, 'new')).status).toBe('current');
});

it('keeps a grid only within the village that the delta states, and the tie where its column is silent', async () => {
  const dataset = invent('places', {
    columns: [{ field: 'residence', headers: ['residence'], word: { kind: 'tie', values: {} } }],
  });
  const place = { township: '530502001', village: '530502001002', grid: '530502001002003', tie: 'registered' } as const;
  const where = () =>
    database.query(`select township, village, grid, tie from record where dataset = $1`, [dataset.name]);
  await deliver(database, { dataset, rows: [{ code: 'a', residence: 'x' }], places: { a: place } });
  await deliver(database, { dataset, ...delta, rows: [{ code: 'a', phone: '1' }], places: { a: { tie: 'resident' } } });
  expect(await where()).toEqual([place]);
  const moved = { township: '530502002', village: '530502002001', tie: 'resident' } as const;
  await deliver(database, { dataset, ...delta, rows: [{ code: 'a', residence: 'y' }], places: { a: moved } });
  expect(await where()).toEqual([{ ...moved, grid: null }]);
});
