import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import { beginIntake } from '../../src/stage/begin-intake.js';
import { COUNTY, deliver, find, fingerprint, invent, people, readRecord, readRecords } from './registers.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

it('tells added, changed, unchanged and retired rows apart, and validates none that it knows', async () => {
  const dataset = invent('counts');
  const first = await deliver(database, { dataset, rows: people(100) });
  expect(first).toMatchObject({ state: 'taken', rows: 100, added: 100, changed: 0, unchanged: 0, retired: 0 });
  expect(first.validated).toBe(100);

  const second = await deliver(database, {
    dataset,
    rows: [...people(100, { p3: { phone: '13900000000' }, p4: null }), { code: 'p100', name: '新' }],
  });
  expect(second).toMatchObject({ rows: 100, added: 1, changed: 1, unchanged: 98, retired: 1, validated: 2 });
  expect((await readRecord(database, dataset, 'p3')).stated['phone']).toBe('13900000000');
  expect(await readRecord(database, dataset, 'p4')).toMatchObject({
    status: 'retired',
    delivery: first.delivery,
  });
  const touched = await database.query(
    `select from touched_record t join record r on r.county = t.county and r.id = t.record where r.dataset = $1`,
    [dataset.name],
  );
  expect(touched).toHaveLength(2);
});

it('changes nothing when the same rows come again', async () => {
  const dataset = invent('again');
  await deliver(database, { dataset, rows: people(30) });
  const before = await readRecords(database, dataset);
  expect(await deliver(database, { dataset, rows: people(30) })).toMatchObject({ unchanged: 30, validated: 0 });
  expect(await readRecords(database, dataset)).toEqual(before);
});

it('revives the same record when a retired one comes back', async () => {
  const dataset = invent('revived');
  await deliver(database, { dataset, rows: people(5) });
  const { id } = await readRecord(database, dataset, 'p2');
  await deliver(database, { dataset, rows: people(5, { p2: null }) });
  expect((await readRecord(database, dataset, 'p2')).status).toBe('retired');
  expect(await deliver(database, { dataset, rows: people(5) })).toMatchObject({ added: 0, changed: 1, unchanged: 4 });
  expect(await readRecord(database, dataset, 'p2')).toMatchObject({ id, status: 'current' });
});

it('cites an unchanged row by the line it moved to, without touching its record', async () => {
  const dataset = invent('moved');
  await deliver(database, { dataset, rows: people(10) });
  const before = await readRecord(database, dataset, 'p7');
  const moved = await deliver(database, { dataset, rows: people(10).toReversed() });
  expect(await readRecord(database, dataset, 'p7')).toEqual(before);
  const [sighting] = await database.query<{ rows: number[]; records: number[] }>(
    'select rows, records::float8[] as records from sighting where county = $1 and delivery = $2',
    [COUNTY, moved.delivery],
  );
  expect(sighting!.rows[sighting!.records.indexOf(before.id)]).toBe(4);
});

it('sights every row of every delivery, changed and added ones too', async () => {
  const dataset = invent('sighted');
  for (const rows of [people(12), people(14, { p1: { phone: '1' }, p2: null })]) {
    const { delivery } = await deliver(database, { dataset, rows });
    const seen = await database.query<{ row: number; code: string }>(
      `select line as row, r.stated ->> 'code' as code
       from sighting s, unnest(s.rows, s.records) as seen (line, record)
         join record r on r.county = $1 and r.id = seen.record
       where s.county = $1 and s.delivery = $2 order by line`,
      [COUNTY, delivery],
    );
    expect(seen).toEqual(rows.map(({ code }, index) => ({ row: index + 2, code })));
  }
});

it('keeps two rows of one key as two records and says so where they differ', async () => {
  const dataset = invent('twice');
  const rows = [
    { code: 'a', name: '甲' },
    { code: 'a', name: '乙' },
    { code: 'b', name: '丙' },
    { code: 'b', name: '丙' },
  ];
  expect(await deliver(database, { dataset, rows })).toMatchObject({ added: 4, findings: 1 });
  const records = await readRecords(database, dataset);
  expect(records.map((record) => record.occurrence)).toEqual([1, 2, 1, 2]);
  const findings = await database.query<{ row: number }>(
    `select row_no as row from finding where county = $1 and code = 'ROW_TWICE' and record = $2`,
    [COUNTY, records[1]!.id],
  );
  expect(findings).toEqual([{ row: 3 }]);

  // The second changes: it is the second record that goes on, whatever the order, and the twins stay two.
  const changed = [{ code: 'a', name: '乙', phone: '1' }, rows[2]!, rows[0]!, rows[3]!];
  expect(await deliver(database, { dataset, rows: changed })).toMatchObject({ changed: 1, unchanged: 3, added: 0 });
  expect((await readRecords(database, dataset)).map(({ id }) => id)).toEqual(records.map(({ id }) => id));
  expect((await readRecords(database, dataset))[1]!.stated['phone']).toBe('1');

  // One of the twins goes.
  const fewer = [changed[0]!, rows[2]!, rows[0]!];
  expect(await deliver(database, { dataset, rows: fewer })).toMatchObject({ unchanged: 3, retired: 1 });
});

it('answers what was known at a moment from the record and its history', async () => {
  const dataset = invent('history');
  const moments: string[] = [];
  const now = async () => (await database.query<{ now: string }>('select clock_timestamp()::text as now'))[0]!.now;
  moments.push(await now());
  for (const phone of ['1', '2', '3']) {
    await deliver(database, { dataset, rows: [{ code: 'a', phone }] });
    moments.push(await now());
  }
  await deliver(database, { dataset, rows: [{ code: 'b' }] });
  moments.push(await now());
  const known: unknown[] = [];
  for (const moment of moments) {
    const [version] = await database.query<{ phone: string; status: string }>(
      `with version as (
         select county, id as record, status, stated, valid_from, 'infinity'::timestamptz as valid_to from record
         union all select county, record, status, stated, valid_from, valid_to from record_version)
       select stated ->> 'phone' as phone, status from version
       where county = $1 and record = (select id from record where dataset = $2 and stated ->> 'code' = 'a')
         and valid_from <= $3 and $3 < valid_to`,
      [COUNTY, dataset.name, moment],
    );
    known.push(version && [version.phone, version.status]);
  }
  expect(known).toEqual([undefined, ['1', 'current'], ['2', 'current'], ['3', 'current'], ['3', 'retired']]);
});

it('leaves the database byte for byte as it was when publishing fails half-way', async () => {
  const dataset = invent('failure');
  await deliver(database, { dataset, rows: people(40), findings: { p1: [find('PHONE_FORM')] } });
  await database.query(
    `create function fail() returns trigger language plpgsql as $$ begin raise exception 'no space'; end $$`,
  );
  await database.query('create trigger fail before insert on delivery_count execute function fail()');
  const before = await fingerprint(database);
  const night = { dataset, rows: people(41, { p1: { phone: '1' }, p5: null }), findings: { p1: [find('DATE_FORM')] } };
  try {
    await expect(deliver(database, night)).rejects.toThrow('no space');
    expect(await fingerprint(database)).toEqual(before);
  } finally {
    await database.query('drop function fail cascade');
  }
  expect(await deliver(database, night)).toMatchObject({ added: 1, changed: 1, unchanged: 38, retired: 1 });
  expect(await fingerprint(database)).not.toEqual(before);
});

it('leaves nothing of a delivery whose reading breaks off', async () => {
  const dataset = invent('broken off');
  await deliver(database, { dataset, rows: people(10) });
  const before = await fingerprint(database);
  const rows = people(10, { p1: { phone: '1' } });
  const broken = new Proxy(rows, {
    get: (target, name) =>
      name === 'entries'
        ? function* () {
            yield* target.slice(0, 5).entries();
            throw new Error('the cable');
          }
        : Reflect.get(target, name),
  });
  await expect(deliver(database, { dataset, rows: broken })).rejects.toThrow('the cable');
  expect(await fingerprint(database)).toEqual(before);
});

it('leaves nothing when the connection is cut in the middle, and takes the same delivery afterwards', async () => {
  const dataset = invent('killed');
  await deliver(database, { dataset, rows: people(10) });
  const before = await fingerprint(database);
  const intake = await beginIntake(database, {
    county: COUNTY,
    dataset,
    file: 'x.csv',
    sha256: 'killed',
    bytes: 1,
    format: 'csv',
    encoding: 'utf-8',
    coverage: 'full',
    statedOn: null,
  });
  const row = { sheet: null, row: 2, item: null, cells: ['x'] };
  const place = { township: null, village: null, grid: null, tie: null };
  await intake.add(row, { ...row, ...place, key: 'x', stated: { code: 'x' }, raw: {}, deleted: false }, []);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
  );
  await expect(intake.publish()).rejects.toThrow();
  await intake.abandon();
  expect(await fingerprint(database)).toEqual(before);
  expect(await deliver(database, { dataset, rows: people(11), sha256: 'killed' })).toMatchObject({ added: 1 });
});

it('stores what a hostile source writes, except what no text column can hold', async () => {
  const dataset = invent('hostile');
  const name = 'a\0b\ud800\\u0000"\t\\\n{}';
  await deliver(database, { dataset, rows: [{ code: 'a', name }] });
  expect((await readRecord(database, dataset, 'a')).stated['name']).toBe('ab\ufffd\\u0000"\t\\\n{}');
});

it('closes the findings of a record that changed or vanished, and of the rows an earlier full delivery was refused', async () => {
  const dataset = invent('findings');
  const findings = { p1: [find('PHONE_FORM', { column: 'phone' })], p2: [find('DATE_FORM', { column: 'born' })] };
  await deliver(database, { dataset, rows: [...people(30), null], findings });
  const open = async () =>
    (
      await database.query<{ code: string }>(
        `select code from finding where dataset = $1 and closed_at is null order by code`,
        [dataset.name],
      )
    ).map(({ code }) => code);
  expect(await open()).toEqual(['DATE_FORM', 'PHONE_FORM', 'ROW_NEEDED']);
  await deliver(database, { dataset, rows: [...people(30), null] });
  expect(await open()).toEqual(['DATE_FORM', 'PHONE_FORM', 'ROW_NEEDED']);
  await deliver(database, { dataset, rows: people(30, { p1: { phone: '1' }, p2: null }) });
  expect(await open()).toEqual([]);
});

it('reads every row again when the declaration changed, and touches no record that says the same', async () => {
  const dataset = invent('declared');
  const findings = { p1: [find('PHONE_FORM', { column: 'phone' })] };
  await deliver(database, { dataset, rows: people(30), findings });
  const before = await readRecords(database, dataset);
  const changed = { ...dataset, ignored: { more: 'of no use' } };
  const again = await deliver(database, { dataset: changed, rows: people(30), findings });
  expect(again).toMatchObject({ unchanged: 30, validated: 30, findings: 0 });
  expect(await readRecords(database, dataset)).toEqual(before);
  expect((await deliver(database, { dataset: changed, rows: people(30) })).validated).toBe(0);
});
