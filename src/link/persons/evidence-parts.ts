import { deserialize, serialize } from 'node:v8';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress, constants } from 'node:zlib';
import type { PoolClient } from 'pg';
import type { Sealing } from '../../model/sealing.js';
import { readBinaryCopy } from '../../database/read-binary-copy.js';
import { NumberIndex } from '../engine/number-index.js';
import type { TextTable } from '../engine/text-table.js';
import { KINDS, type LinkColumns } from '../link-columns.js';
import type { RecordColumns } from '../record-columns.js';
import type { KeptWords } from './last-night.js';

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
  'lot',
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

type Table = (typeof CODED)[keyof typeof CODED];
const TABLES = ['names', 'texts', 'births'] as const satisfies readonly Table[];
type Texts = Readonly<Record<Table, readonly string[]>>;
/** Stands in no text of the database. */
const END = '\0';

interface Part {
  readonly records: number;
  readonly datasets: readonly string[];
  readonly dataset: Uint16Array;
  readonly reason: Uint8Array;
  readonly plain: Readonly<Record<string, ArrayLike<number>>>;
  /** Places in the part's texts, or, where it has none of its own, in those of all parts. */
  readonly coded: Readonly<Record<string, Int32Array>>;
  readonly texts: Readonly<Record<Table, string>> | null;
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
  readonly words: KeptWords;
  /** What the answers were given under; '' where that is not known. */
  readonly terms: string;
}

/** The parts that hold no rows: what few rows have to say; the texts of all rows as they were when the parts were last written anew. */
const WORDS = 0;
const TEXTS = -2;

/** False where nothing was kept, and where it was kept in the form that an earlier version had. */
export async function hasEvidenceParts(client: PoolClient, county: string): Promise<boolean> {
  const { rowCount } = await client.query('select from linkage_part where county = $1 and part = $2', [county, TEXTS]);
  return rowCount === 1;
}

/** Fills the columns with what is known of every record of a person, from `linkage_part`. */
export async function readEvidenceParts(
  client: PoolClient,
  sealing: Sealing,
  county: string,
  columns: RecordColumns,
  links: readonly LinkColumns[],
): Promise<EvidenceRead> {
  const [counted] = (
    await client.query<{ records: number }>(
      'select coalesce(sum(records), 0)::integer as records from linkage_part where county = $1 and part > $2',
      [county, WORDS],
    )
  ).rows;
  const { records } = counted!;
  const known = new NumberIndex(Math.max(16, records));
  const datasets = new Map(columns.datasets.map((traits, code) => [traits.name, code]));
  // At once, with room for what the night reads: columns that grow are copied, and pages that nobody writes to take no memory.
  columns.reserve(records + Math.max(1024, records >> 4));
  const answers = answersOf(columns.id.length);
  let [said, codes]: [Said | null, Codes | null] = [null, null];
  // While one part is filled in, the next is read and unpacked.
  let waiting: Promise<{ part: number; content: unknown } | null> = Promise.resolve(null);
  const take = async (): Promise<void> => {
    const read = await waiting;
    if (read === null) return;
    if (read.part === WORDS) said = read.content as Said;
    else if (read.part === TEXTS) codes = codesOf(columns, read.content as Part['texts'] & object);
    else fill(read.content as Part, codes, columns, links, known, datasets, answers);
  };
  for await (const { part, body } of readBodies(client, county)) {
    const next = decompress(sealing.openBytes(body)).then((content) => ({
      part,
      content: deserialize(content) as unknown,
    }));
    // Heard of where it is awaited.
    next.catch(() => {});
    await take();
    waiting = next;
  }
  await take();
  const { terms, doubts, seconds } = (said as Said | null) ?? NOTHING_SAID;
  return { known, answers, words: { doubts, seconds }, terms };
}

async function* readBodies(client: PoolClient, county: string): AsyncGenerator<{ part: number; body: Buffer }> {
  // The county goes into COPY, which takes no parameters.
  if (!/^\d{6}$/.test(county)) throw new Error('A county code has six digits.');
  const query = `select part, body from linkage_part where county = '${county}' order by part`;
  for await (const rows of readBinaryCopy(client, query)) {
    for (let at = 0; at < rows.length;) {
      const end = at + ROW_HEAD + rows.readInt32BE(at + ROW_HEAD - 4);
      yield { part: rows.readInt32BE(at + 6), body: rows.subarray(at + ROW_HEAD, end) };
      at = end;
    }
  }
}

/** Bytes: count of fields, the part after its length, and the length of the body. */
const ROW_HEAD = 14;

/** By place in a list of texts, the code in the columns' table. */
type Codes = Readonly<Record<Table, Int32Array>>;

function codesOf(columns: RecordColumns, texts: Readonly<Record<Table, string>>): Codes {
  return Object.fromEntries(
    TABLES.map((table) => [
      table,
      Int32Array.from(texts[table].split(END), (text) => (columns[table] as TextTable).codeOf(text)),
    ]),
  ) as Record<Table, Int32Array>;
}

interface Said extends KeptWords {
  readonly terms: string;
}

const NOTHING_SAID: Said = { terms: '', doubts: [], seconds: [] };

export function answersOf(rows: number): AnswerColumns {
  return {
    mark: new Float64Array(rows),
    answer: new Uint8Array(rows),
    partner: new Float64Array(rows),
    surety: new Float32Array(rows),
    building: new Uint32Array(rows),
  };
}

/** Keeps what few rows have to say, and under which terms all rows answered. */
export async function writeWords(
  client: PoolClient,
  sealing: Sealing,
  county: string,
  terms: string,
  { doubts, seconds }: KeptWords,
): Promise<void> {
  const body = sealing.sealBytes(await compress(serialize({ terms, doubts, seconds } satisfies Said)));
  await client.query(
    `insert into linkage_part (county, part, records, body) values ($1, $2, $3, $4)
     on conflict (county, part) do update set records = excluded.records, body = excluded.body`,
    [county, WORDS, doubts.length + seconds.length, body],
  );
}

function fill(
  part: Part,
  shared: Codes | null,
  columns: RecordColumns,
  links: readonly LinkColumns[],
  known: NumberIndex,
  datasets: ReadonlyMap<string, number>,
  answers: AnswerColumns,
): void {
  const ids = part.plain['id']!;
  const rows = new Int32Array(part.records);
  const first = columns.size;
  for (let i = 0; i < part.records; i += 1) {
    const row = known.add(ids[i]!);
    rows[i] = row < columns.size ? row : columns.add();
  }
  const areNew = columns.size - first === part.records;
  for (const link of links) link.reserve(columns.id.length);
  /** What comes first after the parts were written anew is all of it new, one row after the other: it goes in in one piece. */
  const put = (to: Column, from: ArrayLike<number>): void => {
    if (areNew) to.set(from, first);
    else for (let i = 0; i < part.records; i += 1) to[rows[i]!] = from[i]!;
  };
  const columnOf = (name: string): Column => (columns as unknown as Record<string, Column>)[name]!;
  for (const name of PLAIN) {
    const from = part.plain[name];
    // A column that the run which wrote the part did not know yet.
    if (from !== undefined) put(columnOf(name), from);
  }
  const codes = part.texts === null ? shared! : codesOf(columns, part.texts);
  for (const [name, table] of Object.entries(CODED)) {
    const [from, code, to] = [part.coded[name]!, codes[table], columnOf(name)];
    for (let i = 0; i < part.records; i += 1) to[rows[i]!] = code[from[i]!]!;
  }
  const dataset = part.datasets.map((name) => datasets.get(name) ?? columns.datasets.length - 1);
  for (let i = 0; i < part.records; i += 1) columns.dataset[rows[i]!] = dataset[part.dataset[i]!]!;
  const given = part.answers ?? answersOf(part.records);
  for (const name of ANSWERS) put(answers[name], given[name]);
  for (const link of links) {
    for (const kind of ENTITIES) put(link.entity[KINDS.indexOf(kind)]!, part.entities[kind]!);
    put(link.reason[PERSON_REASON]!, part.reason);
    for (let i = 0; i < part.records; i += 1) link.present[rows[i]!] = 1;
  }
}

type Column = Float64Array | Float32Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;
const ANSWERS = ['mark', 'answer', 'partner', 'surety', 'building'] as const satisfies readonly (keyof AnswerColumns)[];

/**
 * Writes what is now known of these rows.
 * @param answersAt puts what a row answered into its place
 * @param anew all rows of persons are given, and what was written before goes
 */
export async function writeEvidenceParts(
  client: PoolClient,
  sealing: Sealing,
  county: string,
  columns: RecordColumns,
  links: LinkColumns,
  rows: Int32Array,
  answersAt: (row: number, answers: AnswerColumns, to: number) => void,
  anew: boolean,
): Promise<void> {
  if (anew) await client.query('delete from linkage_part where county = $1', [county]);
  const insert = async (part: number, records: number, content: unknown): Promise<void> => {
    const packed = await compress(serialize(content), { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    // Names, and parts of numbers that together make them up.
    const body = sealing.sealBytes(packed);
    await client.query('insert into linkage_part (county, part, records, body) values ($1, $2, $3, $4)', [
      county,
      part,
      records,
      body,
    ]);
  };
  const last = await client.query<{ part: number }>(
    'select greatest(0, max(part)) as part from linkage_part where county = $1',
    [county],
  );
  let part = Number(last.rows[0]!.part);
  // Who is called what is said once for all parts; what a night adds to them has its own few texts.
  const shared = anew ? localTexts(columns, rows) : null;
  if (shared) await insert(TEXTS, 0, joined(shared.texts));
  for (let from = 0; from < rows.length; from += PART) {
    const some = rows.subarray(from, from + PART);
    part += 1;
    await insert(part, some.length, partOf(columns, links, some, answersAt, shared));
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
  shared: LocalTexts | null,
): Part {
  const { texts, places } = shared ?? localTexts(columns, rows);
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
      Object.entries(CODED).map(([name, table]) => {
        const codes = pick(columnOf(name) as unknown as Int32Array);
        const place = places[table];
        for (let i = 0; i < codes.length; i += 1) codes[i] = place[codes[i]!]!;
        return [name, codes];
      }),
    ),
    texts: shared ? null : joined(texts),
    entities: Object.fromEntries(ENTITIES.map((kind) => [kind, pick(links.entity[KINDS.indexOf(kind)]!)])),
    answers,
  };
}

interface LocalTexts {
  readonly texts: Texts;
  /** By code in the columns' table, the place in the texts. */
  readonly places: Readonly<Record<Table, Int32Array>>;
}

/** The texts of these rows alone, of tables that may hold a county's. */
function localTexts(columns: RecordColumns, rows: Int32Array): LocalTexts {
  const texts: Record<Table, string[]> = { names: [], texts: [], births: [] };
  const places = Object.fromEntries(
    TABLES.map((table) => [table, new Int32Array(columns[table].size).fill(-1)]),
  ) as Record<Table, Int32Array>;
  for (const [name, table] of Object.entries(CODED)) {
    const codes = (columns as unknown as Record<string, Int32Array>)[name]!;
    const [own, place] = [texts[table], places[table]];
    for (const row of rows) {
      const code = codes[row]!;
      if (place[code] !== -1) continue;
      place[code] = own.length;
      own.push(columns[table].textOf(code));
    }
  }
  return { texts, places };
}

function joined(texts: Texts): Readonly<Record<Table, string>> {
  return Object.fromEntries(TABLES.map((table) => [table, texts[table].join(END)])) as Record<Table, string>;
}
