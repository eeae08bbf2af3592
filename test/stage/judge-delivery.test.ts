import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import { findTaken, newestFull } from '../../src/stage/find-taken.js';
import { recordRefusal } from '../../src/stage/record-refusal.js';
import { ReceiveBusy, withReceiveLock } from '../../src/stage/receive-lock.js';
import { COUNTY, deliver, find, fingerprint, invent, people, readRecords } from './registers.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

const refusedRows = (count: number) => Array.from({ length: count }, () => null);

const readDelivery = async (id: number | null) =>
  (
    await database.query<{ state: string; reason: string | null; detail: Record<string, unknown> | null }>(
      'select state, reason, reason_detail as detail from delivery where county = $1 and id = $2',
      [COUNTY, id],
    )
  )[0];

it('believes two in a hundred retired and not one more', async () => {
  const dataset = invent('share');
  await deliver(database, { dataset, rows: people(1000) });
  const before = await readRecords(database, dataset);
  const held = await deliver(database, { dataset, rows: people(1000).slice(21) });
  expect(held).toMatchObject({
    state: 'held',
    reason: { code: 'DELIVERY_RETIRES_TOO_MANY', found: '21', accepted: '20' },
  });
  expect(held).toMatchObject({ rows: 979, added: 0, retired: 0 });
  expect(await readRecords(database, dataset)).toEqual(before);
  expect(await deliver(database, { dataset, rows: people(1000).slice(20) })).toMatchObject({
    state: 'taken',
    retired: 20,
  });
});

it('always believes fewer than twenty', async () => {
  const dataset = invent('few');
  await deliver(database, { dataset, rows: people(30) });
  expect(await deliver(database, { dataset, rows: people(10) })).toMatchObject({ state: 'held' });
  expect(await deliver(database, { dataset, rows: people(11) })).toMatchObject({ state: 'taken', retired: 19 });
});

it('holds a file cut in half, changes nothing, and publishes it on an officer’s word', async () => {
  const dataset = invent('half', { believable: { rows: [50, 500] } });
  await deliver(database, { dataset, rows: people(100) });
  const before = await fingerprint(database);
  const half = { dataset, rows: [...people(40), null], sha256: 'half' };
  const held = await deliver(database, { ...half, cutOff: true });
  expect(held).toMatchObject({ state: 'held', reason: { code: 'DELIVERY_CUT_OFF' }, refusedRows: 1 });
  expect(await readDelivery(held.delivery)).toMatchObject({ state: 'held', reason: 'DELIVERY_CUT_OFF' });
  const after = await fingerprint(database);
  const differing = Object.keys(before).filter((table) => before[table] !== after[table]);
  expect(differing).toEqual(['delivery', 'delivery_count', 'finding']);
  const findings = await database.query<{ code: string }>(`select code from finding where delivery = $1 order by id`, [
    held.delivery,
  ]);
  expect(findings.map(({ code }) => code)).toEqual(['DELIVERY_CUT_OFF', 'ROW_NEEDED']);

  // The same again is no second delivery.
  await deliver(database, { ...half, cutOff: true });
  expect(await fingerprint(database)).toEqual(after);
  expect(await findTaken(database, COUNTY, 'half')).toBeNull();

  const accept = { by: '王', reason: 'the village was merged' };
  const taken = await deliver(database, { ...half, cutOff: true, accept });
  expect(taken).toMatchObject({ state: 'taken', delivery: held.delivery, retired: 60, unchanged: 40 });
  expect(await readDelivery(held.delivery)).toMatchObject({ state: 'taken', detail: accept });
  expect(await findTaken(database, COUNTY, 'half')).toMatchObject({ id: held.delivery, rows: 41 });
  const open = await database.query<{ code: string }>(
    `select code from finding where delivery = $1 and closed_at is null`,
    [held.delivery],
  );
  expect(open.map(({ code }) => code)).toEqual(['ROW_NEEDED']);
});

it('tells what a delivery would do and does nothing when asked for a preview', async () => {
  const dataset = invent('preview');
  await deliver(database, { dataset, rows: people(50) });
  const before = await fingerprint(database);
  const night = { dataset, rows: people(51, { p1: { phone: '1' }, p2: null }), preview: true };
  expect(await deliver(database, night)).toMatchObject({
    delivery: null,
    added: 1,
    changed: 1,
    unchanged: 48,
    retired: 1,
  });
  expect(await deliver(database, { dataset, rows: people(10), preview: true })).toMatchObject({ state: 'held' });
  expect(await fingerprint(database)).toEqual(before);
});

it('refuses a delivery without rows whoever accepts it, but not an empty pull', async () => {
  const dataset = invent('empty');
  await deliver(database, { dataset, rows: people(5) });
  const accept = { by: '王', reason: 'sure' };
  const empty = await deliver(database, { dataset, rows: [], accept });
  expect(empty).toMatchObject({ state: 'refused', reason: { code: 'DELIVERY_EMPTY' } });
  const cursor = { register: 'test', resource: 'empty', cursor: 'c7' };
  expect(await deliver(database, { dataset, rows: [], format: 'feed', coverage: 'delta', cursor })).toMatchObject({
    state: 'taken',
    rows: 0,
  });
  expect(await database.query('select cursor from feed_cursor where county = $1', [COUNTY])).toEqual([
    { cursor: 'c7' },
  ]);
});

it('holds a full delivery outside its believable number of rows, and lets a delta be small', async () => {
  const dataset = invent('rows', { believable: { rows: [10, 50] } });
  const few = await deliver(database, { dataset, rows: people(9) });
  expect(few).toMatchObject({
    state: 'held',
    reason: { code: 'DELIVERY_TOO_FEW_ROWS', found: '9', accepted: '10–50' },
  });
  expect(await deliver(database, { dataset, rows: people(51) })).toMatchObject({ state: 'held' });
  expect(await deliver(database, { dataset, rows: people(10) })).toMatchObject({ state: 'taken' });
  expect(await deliver(database, { dataset, rows: people(1), coverage: 'delta' })).toMatchObject({ state: 'taken' });
});

it('holds a delivery that refuses too many rows and shows the officer which', async () => {
  const dataset = invent('refused');
  const rows = [...people(370), ...refusedRows(30)];
  const held = await deliver(database, { dataset, rows });
  expect(held).toMatchObject({
    state: 'held',
    reason: { code: 'DELIVERY_REFUSES_TOO_MANY', found: '30', accepted: '20' },
  });
  expect(held.findings).toBe(31);
  expect(await readRecords(database, dataset)).toEqual([]);
  expect(await deliver(database, { dataset, rows: [...people(380), ...refusedRows(20)] })).toMatchObject({
    state: 'taken',
  });
});

it('counts a row that could not even be read as refused, and a remark of the reading as none', async () => {
  const dataset = invent('unreadable');
  const unreadable = Array.from({ length: 21 }, (_, row) => find('ROW_CELLS', { row }));
  const notes = [...unreadable, find('COLUMN_ABSENT', { column: 'phone' }), find('ROW_SUMMARY', { row: 99 })];
  const held = await deliver(database, { dataset, rows: people(100), notes });
  expect(held).toMatchObject({ state: 'held', rows: 121, refusedRows: 21, findings: 24 });
});

it('keeps at most a thousand findings of a held delivery, the errors first', async () => {
  const dataset = invent('thousand');
  const rows = [...people(900), ...Array.from({ length: 900 }, () => null)];
  const findings = Object.fromEntries(people(900).map(({ code }) => [code, [find('PHONE_FORM')]]));
  const held = await deliver(database, { dataset, rows, findings });
  const kept = await database.query(
    `select code, count(*) as n from finding where delivery = $1 group by 1 order by 1`,
    [held.delivery],
  );
  expect(kept).toEqual([
    { code: 'DELIVERY_REFUSES_TOO_MANY', n: 1 },
    { code: 'PHONE_FORM', n: 99 },
    { code: 'ROW_NEEDED', n: 900 },
  ]);
});

it('knows the newest full delivery by the day it speaks of', async () => {
  const dataset = invent('newest');
  expect(await newestFull(database, COUNTY, dataset.name)).toBeNull();
  await deliver(database, { dataset, rows: people(2), statedOn: '2026-09-30' });
  await deliver(database, { dataset, rows: people(2), statedOn: '2026-08-31' });
  await deliver(database, { dataset, rows: people(2), statedOn: '2026-10-31', coverage: 'delta' });
  expect(await newestFull(database, COUNTY, dataset.name)).toMatchObject({ statedOn: '2026-09-30' });
});

it('notes a file that could not be opened once, however often it comes', async () => {
  const refusal = {
    refused: true,
    file: 'police/x.csv',
    sha256: 'beef',
    bytes: 3,
    dataset: null,
    finding: find('DELIVERY_ENCODING', { found: 'utf-7', accepted: 'utf-8' }),
  } as const;
  const first = await recordRefusal(database, COUNTY, refusal);
  expect(first).toMatchObject({ state: 'refused', reason: { code: 'DELIVERY_ENCODING' }, findings: 1 });
  const before = await fingerprint(database);
  expect(await recordRefusal(database, COUNTY, refusal)).toEqual(first);
  expect(await fingerprint(database)).toEqual(before);
});

it('lets one importer work on a county and tells the second who is at it', async () => {
  const order: string[] = [];
  let finish: (() => void) | undefined;
  const first = withReceiveLock(database, COUNTY, async () => {
    await new Promise<void>((done) => (finish = done));
    order.push('first');
  });
  await expect.poll(() => finish).toBeDefined();
  await expect(withReceiveLock(database, COUNTY, async () => {})).rejects.toThrow(ReceiveBusy);
  await expect(withReceiveLock(database, COUNTY, async () => {})).rejects.toThrow(/since 20\d\d-.*hub/);
  expect(await withReceiveLock(database, '530500', async () => 'another county')).toBe('another county');
  const second = withReceiveLock(database, COUNTY, async () => order.push('second'), { onBusy: () => finish?.() });
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
});
