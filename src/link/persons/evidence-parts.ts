import { deserialize, serialize } from 'node:v8';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress, constants } from 'node:zlib';
import type { PoolClient } from 'pg';
import { NumberIndex } from '../engine/number-index.js';
import type { TextTable } from '../engine/text-table.js';
import { KINDS, type LinkColumns } from '../link-columns.js';
import type { RecordColumns } from '../record-columns.js';
import type { KeptDoubt } from './last-night.js';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Columns of a record's evidence that are numbers as they stand. */
const PLAIN = [
  'id',
  'phoneKey',
  'seatKey',
  'buildingPlace',
  'personKey',
  'numberTail',
  'headKey',
  'besideKey',
  'householdNumber',
  'evidence',
  'birth',
  'status',
  'tie',
  'isHead',
  'sex',
  'standing',
] as const;
/** Columns that are codes of texts, and the table that has these. */
const CODED = {
  name: 'names',
  formerName: 'names',
  headName: 'names',
  alias: 'names',
  village: 'texts',
  area: 'texts',
  wrongNumber: 'texts',
  birthText: 'births',
} as const satisfies Record<string, 'names' | 'texts' | 'births'>;
const ENTITIES = ['person', 'dwelling', 'building'] as const;
const PERSON_REASON = 0;
/** Rows; while a part is written its columns stand in memory three times. */
const PART = 100_000;
/** Rows that speak for others before all are written anew. */
const MOST_PARTS = 200;

interface Part {
  readonly records: number;
  readonly datasets: readonly string[];
  readonly dataset: Uint16Array;
  readonly reason: Uint8Array;
  readonly plain: Readonly<Record<string, ArrayLike<number>>>;
  readonly coded: Readonly<Record<string, { readonly texts: readonly string[]; readonly codes: Int32Array }>>;
  readonly entities: Readonly<Record<string, Uint32Array>>;
  readonly answers?: AnswerColumns;
}

/** What rows answered, by row; `partner` by the id of its record, 0 for none. */
export interface AnswerColumns {
  readonly mark: Float64Array;
  readonly answer: Uint8Array;
  readonly partner: Float64Array;
  readonly surety: Float32Array;
  readonly building: Uint32Array;
}

export interface EvidenceRead {
  /** Positions by record id, in the order of the index. */
  readonly known: NumberIndex;
  readonly answers: AnswerColumns;
  readonly doubts: readonly KeptDoubt[];
  /** What the answers were given under; '' where that is not known. */
  readonly terms: string;
}

/** The part that holds no rows. */
const DOUBTS = 0;

/** Fills the columns with what is known of every record of a person, from `linkage_part`. */
export async function readEvidenceParts(
  client: PoolClient,
  county: string,
  columns: RecordColumns,
  links: readonly LinkColumns[],
): Promise<EvidenceRead> {
  const listed = await client.query<{ part: number; records: number }>(
    'select part, records from linkage_part where county = $1 and part <> $2 order by part',
    [county, DOUBTS],
  );
  const known = new NumberIndex(Math.max(16, listed.rows[0]?.records ?? 0));
  const datasets = new Map(columns.datasets.map((traits, code) => [traits.name, code]));
  const records = listed.rows.reduce((sum, part) => sum + part.records, 0);
  const answers = answersOf(records);
  for (const { part } of listed.rows) {
    fill((await readPart(client, county, part)) as Part, columns, links, known, datasets, answers);
  }
  const said = (await readPart(client, county, DOUBTS)) as Said | null;
  return { known, answers, doubts: said?.doubts ?? [], terms: said?.terms ?? '' };
}

interface Said {
  readonly terms: string;
  readonly doubts: readonly KeptDoubt[];
}

async function readPart(client: PoolClient, county: string, part: number): Promise<unknown> {
  const found = await client.query<{ body: Buffer }>('select body from linkage_part where county = $1 and part = $2', [
    county,
    part,
  ]);
  return found.rows[0] ? deserialize(await decompress(found.rows[0].body)) : null;
}

export function answersOf(rows: number): AnswerColumns {
  return {
    mark: new Float64Array(rows),
    answer: new Uint8Array(rows),
    partner: new Float64Array(rows),
    surety: new Float32Array(rows),
    building: new Uint32Array(rows),
  };
}

/** Keeps what rows were in doubt about, and under which terms all rows answered. */
export async function writeDoubts(
  client: PoolClient,
  county: string,
  terms: string,
  doubts: readonly KeptDoubt[],
): Promise<void> {
  const body = await compress(serialize({ terms, doubts } satisfies Said));
  await client.query(
    `insert into linkage_part (county, part, records, body) values ($1, $2, $3, $4)
     on conflict (county, part) do update set records = excluded.records, body = excluded.body`,
    [county, DOUBTS, doubts.length, body],
  );
}

function fill(
  part: Part,
  columns: RecordColumns,
  links: readonly LinkColumns[],
  known: NumberIndex,
  datasets: ReadonlyMap<string, number>,
  answers: AnswerColumns,
): void {
  const ids = part.plain['id']!;
  const rows = new Int32Array(part.records);
  for (let i = 0; i < part.records; i += 1) {
    const row = known.add(ids[i]!);
    rows[i] = row < columns.size ? row : columns.add();
  }
  for (const link of links) link.reserve(columns.id.length);
  const columnOf = (name: string): Float64Array => (columns as unknown as Record<string, Float64Array>)[name]!;
  for (const name of PLAIN) {
    const [from, to] = [part.plain[name], columnOf(name)];
    // A column that the run which wrote the part did not know yet.
    if (from === undefined) continue;
    for (let i = 0; i < part.records; i += 1) to[rows[i]!] = from[i]!;
  }
  for (const [name, table] of Object.entries(CODED)) {
    const { texts, codes } = part.coded[name]!;
    const own = Int32Array.from(texts, (text) => (columns[table] as TextTable).codeOf(text));
    const to = columnOf(name);
    for (let i = 0; i < part.records; i += 1) to[rows[i]!] = own[codes[i]!]!;
  }
  const codes = part.datasets.map((name) => datasets.get(name) ?? columns.datasets.length - 1);
  for (let i = 0; i < part.records; i += 1) columns.dataset[rows[i]!] = codes[part.dataset[i]!]!;
  const { mark, answer, partner, surety, building } = part.answers ?? answersOf(part.records);
  for (let i = 0; i < part.records; i += 1) {
    const row = rows[i]!;
    answers.mark[row] = mark[i]!;
    answers.answer[row] = answer[i]!;
    answers.partner[row] = partner[i]!;
    answers.surety[row] = surety[i]!;
    answers.building[row] = building[i]!;
  }
  for (const link of links) {
    for (const kind of ENTITIES) {
      const to = link.entity[KINDS.indexOf(kind)]!;
      for (let i = 0; i < part.records; i += 1) to[rows[i]!] = part.entities[kind]![i]!;
    }
    for (let i = 0; i < part.records; i += 1) {
      link.reason[PERSON_REASON]![rows[i]!] = part.reason[i]!;
      link.present[rows[i]!] = 1;
    }
  }
}

/**
 * Writes what is now known of these rows.
 * @param answersAt puts what a row answered into its place
 * @param anew all rows of persons are given, and what was written before goes
 */
export async function writeEvidenceParts(
  client: PoolClient,
  county: string,
  columns: RecordColumns,
  links: LinkColumns,
  rows: Int32Array,
  answersAt: (row: number, answers: AnswerColumns, to: number) => void,
  anew: boolean,
): Promise<void> {
  if (anew) await client.query('delete from linkage_part where county = $1', [county]);
  const last = await client.query<{ part: number }>(
    'select coalesce(max(part), 0) as part from linkage_part where county = $1',
    [county],
  );
  let part = Number(last.rows[0]!.part);
  for (let from = 0; from < rows.length; from += PART) {
    const some = rows.subarray(from, from + PART);
    const body = await compress(serialize(partOf(columns, links, some, answersAt)), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    });
    part += 1;
    await client.query('insert into linkage_part (county, part, records, body) values ($1, $2, $3, $4)', [
      county,
      part,
      some.length,
      body,
    ]);
  }
}

/** Whether so many small parts have gathered that a night reads too much: then all are written anew. */
export async function wantsRewriting(client: PoolClient, county: string): Promise<boolean> {
  const { rows } = await client.query<{ parts: number }>(
    'select count(*) as parts from linkage_part where county = $1',
    [county],
  );
  return Number(rows[0]!.parts) > MOST_PARTS;
}

function partOf(
  columns: RecordColumns,
  links: LinkColumns,
  rows: Int32Array,
  answersAt: (row: number, answers: AnswerColumns, to: number) => void,
): Part {
  const columnOf = (name: string): Float64Array => (columns as unknown as Record<string, Float64Array>)[name]!;
  const pick = <C extends Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array>(column: C): C => {
    const picked = new (column.constructor as new (length: number) => C)(rows.length);
    for (let i = 0; i < rows.length; i += 1) picked[i] = column[rows[i]!]!;
    return picked;
  };
  const answers = answersOf(rows.length);
  rows.forEach((row, i) => answersAt(row, answers, i));
  const used = [...new Set(pick(columns.dataset))].toSorted((one, other) => one - other);
  return {
    records: rows.length,
    datasets: used.map((code) => columns.datasets[code]!.name),
    dataset: Uint16Array.from(rows, (row) => used.indexOf(columns.dataset[row]!)),
    reason: pick(links.reason[PERSON_REASON]!),
    plain: Object.fromEntries(PLAIN.map((name) => [name, pick(columnOf(name))])),
    coded: Object.fromEntries(
      Object.entries(CODED).map(([name, table]) => [name, localCodes(columns[table], columnOf(name), rows)]),
    ),
    entities: Object.fromEntries(ENTITIES.map((kind) => [kind, pick(links.entity[KINDS.indexOf(kind)]!)])),
    answers,
  };
}

function localCodes(
  table: TextTable,
  column: ArrayLike<number>,
  rows: Int32Array,
): { texts: string[]; codes: Int32Array } {
  const locals = new Int32Array(table.size).fill(-1);
  const texts: string[] = [];
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const code = column[rows[i]!]!;
    if (locals[code] === -1) {
      locals[code] = texts.length;
      texts.push(table.textOf(code));
    }
    codes[i] = locals[code]!;
  }
  return { texts, codes };
}
