import { createHash } from 'node:crypto';
import type { Database } from '../../src/database/connect.js';
import type { DeliveryReport } from '../../src/model/delivery.js';
import type { Finding } from '../../src/model/finding.js';
import type { Dataset } from '../../src/model/importer.js';
import type { Row, Value, ValidRecord } from '../../src/model/record.js';
import { beginIntake, type PublishOptions } from '../../src/stage/begin-intake.js';
import type { DeliveryHead } from '../../src/stage/delivery-head.js';

export const COUNTY = '530502';

/** A register of the tests' own: a key, a name, a telephone. */
export function invent(name: string, changes: Partial<Dataset> = {}): Dataset {
  const text = { kind: 'text' } as const;
  return {
    name: `test/${name}`,
    register: 'test',
    title: { zh: name, en: name },
    file: { format: 'csv', name: /x/, coverage: 'full' },
    speaksOf: ['person'],
    tie: null,
    duplicates: 'ordinary',
    mentions: [],
    columns: ['code', 'name', 'phone', 'note'].map((field) => ({ field, headers: [field], word: text })),
    key: [[{ field: 'code' }]],
    refused: {},
    ignored: {},
    believable: {},
    ...changes,
  };
}

/** A row of a test's delivery: what it states, and what is out of the ordinary with it. */
export interface Told {
  readonly code: string;
  readonly [field: string]: Value | undefined;
}

export interface Telling extends Partial<Omit<DeliveryHead, 'dataset' | 'county'>>, PublishOptions {
  readonly dataset: Dataset;
  /** `null` is a row that was refused. */
  readonly rows: readonly (Told | null)[];
  readonly deleted?: readonly string[];
  readonly findings?: Readonly<Record<string, readonly Finding[]>>;
  readonly places?: Readonly<Record<string, Partial<Pick<ValidRecord, 'township' | 'village' | 'grid' | 'tie'>>>>;
  /** What the reading of the file found. */
  readonly notes?: readonly Finding[];
  /** Rows begin on this line. */
  readonly line?: number;
}

let serial = 0;

/** Takes a delivery in as the pipeline does. @returns the report and how many rows had to be validated */
export async function deliver(database: Database, telling: Telling): Promise<DeliveryReport & { validated: number }> {
  const { dataset, rows, deleted: _deleted, places: _places, findings, notes, line = 2, ...rest } = telling;
  const { accept, cutOff, cursor, preview, ...head } = rest;
  serial += 1;
  const intake = await beginIntake(database, {
    county: COUNTY,
    dataset,
    file: `test/${serial}.csv`,
    sha256: createHash('sha256').update(String(serial)).digest('hex'),
    bytes: 1,
    format: 'csv',
    encoding: 'utf-8',
    coverage: 'full',
    statedOn: null,
    ...head,
  });
  let validated = 0;
  try {
    intake.openTable(['cells'], { name: '姓名' });
    for (const [index, told] of rows.entries()) {
      const item = dataset.file.format === 'items' ? (told?.code ?? 'refused') : null;
      const row: Row = { sheet: null, row: item ? null : line + index, item, cells: [JSON.stringify(told)] };
      if (told === null) {
        await intake.refuse(row, [find('ROW_NEEDED', { row: row.row, column: 'name' })]);
        continue;
      }
      if (intake.known(row)) {
        await intake.drain();
        continue;
      }
      validated += 1;
      await intake.add(row, read(row, told, telling), findings?.[told.code] ?? []);
    }
    await intake.note(notes ?? []);
    return { ...(await intake.publish({ accept, cutOff, cursor, preview })), validated };
  } finally {
    await intake.abandon();
  }
}

function read(row: Row, told: Told, { deleted, places }: Telling): ValidRecord {
  const stated = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Record<
    string,
    Value
  >;
  return {
    sheet: row.sheet,
    row: row.row,
    item: row.item,
    key: told.code,
    stated,
    raw: {},
    township: null,
    village: null,
    grid: null,
    tie: null,
    ...places?.[told.code],
    deleted: deleted?.includes(told.code) ?? false,
  };
}

export function find(code: Finding['code'], more: Partial<Finding> = {}): Finding {
  return { code, sheet: null, row: null, item: null, column: null, found: null, accepted: null, ...more };
}

/** `count` people, `p0` …; `change` says what is different about some. */
export function people(count: number, change: Readonly<Record<string, Partial<Told> | null>> = {}): Told[] {
  return Array.from({ length: count }, (_, i) => `p${i}`)
    .filter((code) => change[code] !== null)
    .map((code) => Object.assign({ code, name: `人${code}`, phone: '13800000000' }, change[code]));
}

export interface Kept {
  readonly id: number;
  readonly status: string;
  readonly row: number;
  readonly delivery: number;
  readonly stated: Record<string, Value>;
  readonly carried: Record<string, Record<string, Value>> | null;
  readonly occurrence: number;
}

export async function readRecords(database: Database, dataset: Dataset): Promise<Kept[]> {
  return await database.query<Kept & Record<string, unknown>>(
    `select id, status, row_no as row, delivery, stated, carried, occurrence from record
     where county = $1 and dataset = $2 order by stated ->> 'code', occurrence`,
    [COUNTY, dataset.name],
  );
}

export async function readRecord(database: Database, dataset: Dataset, code: string): Promise<Kept> {
  const found = (await readRecords(database, dataset)).filter((record) => record.stated['code'] === code);
  if (found.length !== 1) throw new Error(`${found.length} records of ${code}`);
  return found[0]!;
}

/** A fingerprint of every row of every table. */
export async function fingerprint(database: Database): Promise<Record<string, string>> {
  const tables = await database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await database.query<{ print: string }>(
      `select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as print from ${name} t`,
    );
    prints[name] = row!.print;
  }
  return prints;
}
