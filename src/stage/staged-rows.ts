import type { PoolClient } from 'pg';
import { copyInto } from '../database/copy.js';
import type { Finding } from '../model/finding.js';
import type { ValidRecord } from '../model/record.js';
import type { Stated } from '../model/sealing.js';

/**
 * The rows of one delivery on their way into the records: a temporary table of its transaction, filled by one COPY, so that
 * nothing of it is left however the delivery ends.
 */
export interface StagedRows {
  /** A row to be compared with the records. `rank`: the how-manieth of its key in the delivery. */
  record(
    record: Omit<ValidRecord, 'raw'> & Stated,
    place: StagedPlace,
    findings: readonly Finding[],
  ): Promise<void> | void;
  /** Findings without a record. */
  findings(findings: readonly Finding[]): Promise<void> | void;
  /** Which row was which record, where that is known already. */
  sighting(chunk: SightingChunk): Promise<void> | void;
  /** Records that no row has been taken for. */
  unseen(records: readonly number[]): Promise<void> | void;
  end(): Promise<number>;
  abort(): Promise<void>;
}

interface StagedPlace {
  readonly key: string;
  readonly hash: bigint;
  readonly rank: number;
  /** The id that the record gets if it is new. */
  readonly id: number;
  /** What the record stated before and keeps when this row does not state it. */
  readonly keepsUnstated: boolean;
}

export interface SightingChunk {
  readonly sheet: string | null;
  readonly rows: readonly number[] | null;
  readonly items: readonly string[] | null;
  readonly records: readonly number[];
}

/** `kind`: r a record's row, f one folded into a later one of the same item, x findings alone, s a sighting, u unseen. */
const TABLE = `
  create temporary table staged_row (
    n integer not null,
    kind "char" not null,
    sheet text,
    row_no integer,
    item text,
    key uuid,
    hash bigint,
    rank integer,
    fresh bigint,
    township text,
    village text,
    grid text,
    tie text,
    deleted boolean,
    stated jsonb,
    raw jsonb,
    drops text[],
    findings jsonb,
    rows integer[],
    items text[],
    records bigint[]
  ) on commit drop`;

const COLUMNS =
  'n kind sheet row_no item key hash rank fresh township village grid tie deleted stated raw drops findings rows items records'.split(
    ' ',
  );

export async function openStagedRows(client: PoolClient): Promise<StagedRows> {
  await client.query(TABLE);
  const copy = copyInto(client, 'staged_row', COLUMNS);
  let n = 0;
  return {
    record: (record, place, findings) =>
      copy.write([
        (n += 1),
        'r',
        plain(record.sheet),
        record.row,
        plain(record.item),
        place.key,
        place.hash,
        place.rank,
        place.id,
        record.township,
        record.village,
        record.grid,
        record.tie,
        record.deleted,
        json(record.stated),
        isEmpty(record.raw) ? null : json(record.raw),
        place.keepsUnstated ? replacedBy(record.stated) : null,
        findings.length > 0 ? json(findings) : null,
        ...NO_CHUNK,
      ]),
    findings: (findings) => copy.write([(n += 1), 'x', null, null, null, ...NO_RECORD, json(findings), ...NO_CHUNK]),
    sighting: ({ sheet, rows, items, records }) =>
      copy.write([(n += 1), 's', plain(sheet), null, null, ...NO_RECORD, null, rows, items?.map(plain), records]),
    unseen: (records) => copy.write([(n += 1), 'u', null, null, null, ...NO_RECORD, null, null, null, records]),
    end: () => copy.end(),
    abort: () => copy.abort(),
  };
}

/** From `key` to `drops`. */
const NO_RECORD = Array.from({ length: 12 }, () => null);
/** From `rows` on. */
const NO_CHUNK = [null, null, null];

/**
 * The fields whose earlier value a row of a delta ends: those it states, and what was only read out of these or stood in
 * their place. Without it an old number that was wrong would stand beside the new one that is right.
 */
function replacedBy(stated: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(stated).flatMap((field) => [field, `${field}Invalid`, `${field}Elements`]);
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** jsonb knows neither NUL nor half a surrogate pair; JSON.stringify writes both as \\u escapes. */
function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '').toWellFormed() : part,
  );
}

function plain<T extends string | null>(text: T): T {
  return (text?.includes('\0') ? text.replaceAll('\0', '') : text) as T;
}
