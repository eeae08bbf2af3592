import type { PoolClient } from 'pg';
import type { Dataset } from '../model/importer.js';
import type { Sealing } from '../model/sealing.js';
import { ENTITY_COLUMNS, KEY_COLUMNS, LinkColumns, REASONED, reasonCode } from './link-columns.js';
import { learnAliases } from './learn-aliases.js';
import { NumberIndex } from './engine/number-index.js';
import { ReplacedRows } from './persons/last-night.js';
import { readEvidenceParts, type EvidenceRead } from './persons/evidence-parts.js';
import { readCopy } from './read-copy.js';
import { createRecordReader, type RecordReader } from './read-record.js';
import { buildingPlaceOf, placeAreaKey, type RecordColumns } from './record-columns.js';
import { recordColumnsOf, type KnownPersons } from './read-ahead.js';

/** One run's state: the records read so far, their links of last night, and their links of tonight. */
export class Linkage {
  readonly columns: RecordColumns;
  readonly before: LinkColumns;
  readonly after: LinkColumns;
  readonly reader: RecordReader;
  /** Position by record id; a full run, which never looks one up, leaves it empty. */
  readonly #positions = new Map<number, number>();
  /** Keys that depend on tonight's dwellings and buildings. */
  dwellingPlaceKey = new Float64Array(0);
  householdKey = new Float64Array(0);
  /** Kind → record → the entity that an undo gives back to it. */
  readonly restored = new Map<string, Map<number, number>>();
  /** Kind → entity that was merged tonight → the entity that has its records. */
  readonly merged = new Map<string, Map<number, number>>();

  constructor(
    readonly client: PoolClient,
    readonly sealing: Sealing,
    readonly county: string,
    readonly datasets: readonly Dataset[],
    readonly mode: { readonly full: boolean; readonly linkedBefore: boolean },
    /** Sees what `client` saw when it began, and can be asked at the same time; writes nothing. */
    readonly beside: PoolClient | null = null,
    known?: KnownPersons | null,
  ) {
    // The county goes into COPY, which takes no parameters.
    if (!/^\d{6}$/.test(county)) throw new Error('A county code has six digits.');
    this.columns = known?.columns ?? recordColumnsOf(datasets, sealing);
    this.before = known?.before ?? new LinkColumns();
    this.after = known?.after ?? new LinkColumns();
    this.lastNight = known?.evidence ?? null;
    this.replaced = new ReplacedRows(this.columns.datasets);
    this.reader = createRecordReader(this.columns, datasets, sealing);
  }

  /** All records of the county, in the order the table has them. */
  async readAll(expected: number, onRow?: (done: number) => void): Promise<void> {
    this.columns.reserve(expected);
    const { client, county } = this;
    // Workers would hand the rows over in another order every time, and new ids follow the order of rows.
    await client.query('set local max_parallel_workers_per_gather = 0');
    await client.query('set local synchronize_seqscans = off');
    const links = this.mode.linkedBefore ? `, ${selectLinks(false)}` : '';
    const join = this.mode.linkedBefore ? 'left join link l on l.county = r.county and l.record = r.id' : '';
    await readCopy(
      client,
      `select ${this.reader.select}${links} from record r ${join} where r.county = '${county}'`,
      (cells) => {
        this.#read(cells);
        if (this.columns.size % 50_000 === 0) onRow?.(this.columns.size);
      },
    );
    await client.query('reset max_parallel_workers_per_gather');
    await this.#learnAliases();
    this.columns.release('placeArea', 'placeDoor');
  }

  /** Learned anew whenever everything is read, kept for the nights between: what a night believes, the last full run believed. */
  async #learnAliases(): Promise<void> {
    const { columns, client } = this;
    const rows = Int32Array.from({ length: columns.size }, (_, row) => row);
    columns.aliases = learnAliases(
      columns,
      rows.filter((row) => columns.seatKey[row] === 0),
    );
    for (const row of rows)
      if (columns.aliases.has(placeAreaKey(columns, row)))
        (columns.seatKey[row] === 0 ? columns.buildingPlace : columns.seatKey)[row] = buildingPlaceOf(columns, row);
    await client.query(
      `insert into setting (name, value) values ('address-aliases', $1) on conflict (name) do update set value = excluded.value`,
      [JSON.stringify([...columns.aliases])],
    );
  }

  async #recallAliases(): Promise<void> {
    if (this.#hasAliases) return;
    this.#hasAliases = true;
    const found = await this.client.query<{ value: string }>(
      `select value from setting where name = 'address-aliases'`,
    );
    const value = found.rows[0]?.value;
    if (value !== undefined) this.columns.aliases = new Map(JSON.parse(value) as [string, string][]);
  }
  #hasAliases = false;

  /** Positions of persons' rows of which only the evidence is known, as last night left it; in the order of the positions. */
  known = new NumberIndex(16);
  /** Null in a full run. */
  lastNight: EvidenceRead | null;
  /** Known rows that were read again, as they were. */
  readonly replaced: ReplacedRows;

  /** What last night knew of every row of a person: a night compares with all of them, and reads few. */
  async readKnown(): Promise<void> {
    const { client, sealing, county, columns } = this;
    this.lastNight ??= await readEvidenceParts(client, sealing, county, columns, [this.before, this.after]);
    this.known = this.lastNight.known;
    this.prepare();
  }

  /** Positions of the rows that a night has read itself. */
  readRows(): Int32Array {
    return Int32Array.from(this.#positions.values()).toSorted();
  }

  /** The records of these ids that were not read yet. @returns positions of all of them */
  async read(ids: Iterable<number>): Promise<number[]> {
    const wanted = [...new Set(ids)];
    const missing = wanted.filter((id) => !this.#positions.has(id));
    if (missing.length > 0) {
      await this.#recallAliases();
      const take = (cells: (string | null)[]): void => {
        this.#positions.set(Number(cells[0]), this.#read(cells, this.known.find(Number(cells[0]))));
      };
      // The order of the records, whoever brings them: new ids follow it.
      const [first, second = []] = this.inHalves(missing.toSorted((one, other) => one - other));
      const later: (string | null)[][] = [];
      await Promise.all([
        this.#readWanted(this.client, first!, take),
        second.length > 0 && this.#readWanted(this.beside!, second, (cells) => later.push(cells)),
      ]);
      for (const cells of later) take(cells);
    }
    return wanted.flatMap((id) => this.#positions.get(id) ?? []);
  }

  /** What is asked of the database in one piece, or, where it is much, in two at the same time: by `client` and by `beside`. */
  inHalves<T>(asked: readonly T[]): readonly (readonly T[])[] {
    if (!this.beside || asked.length < MUCH) return [asked];
    const middle = asked.length >> 1;
    return [asked.slice(0, middle), asked.slice(middle)];
  }

  async #readWanted(
    client: PoolClient,
    records: readonly number[],
    take: (cells: (string | null)[]) => void,
  ): Promise<void> {
    await client.query('create temp table if not exists wanted (record bigint primary key) on commit drop');
    await client.query('truncate wanted');
    await client.query('insert into wanted select unnest($1::bigint[])', [records]);
    await client.query('analyze wanted');
    await readCopy(
      client,
      `select ${this.reader.select}, ${selectLinks(true)} from wanted w join record r on r.county = '${this.county}' and r.id = w.record
       left join link l on l.county = r.county and l.record = r.id order by r.id`,
      take,
    );
  }

  /** Columns of tonight grow with the records read; what no layer changes stays as it was. */
  prepare(): void {
    const length = this.columns.id.length;
    this.after.reserve(length);
    if (this.dwellingPlaceKey.length < length) {
      this.dwellingPlaceKey = widen(this.dwellingPlaceKey, length);
      this.householdKey = widen(this.householdKey, length);
    }
    if (this.mode.linkedBefore) {
      for (const row of this.#unprepared()) {
        this.before.entity.forEach((column, i) => (this.after.entity[i]![row] = column[row]!));
        this.before.reason.forEach((column, i) => (this.after.reason[i]![row] = column[row]!));
        if (this.mode.full) continue;
        this.dwellingPlaceKey[row] = this.before.keyOf('dwelling_place_key', row);
        this.householdKey[row] = this.before.keyOf('household_key', row);
      }
    }
    this.#prepared = this.columns.size;
    this.#again = [];
  }
  #prepared = 0;
  /** Rows that were known, and are now read. */
  #again: number[] = [];

  *#unprepared(): Generator<number> {
    yield* this.#again;
    for (let row = this.#prepared; row < this.columns.size; row += 1) if (row >= this.known.size) yield row;
  }

  /** Once the links are on their way: lets go of what only they, and the homes, were made of. */
  releaseHomes(): void {
    this.columns.release('buildingCite', 'buildingAlias', 'dwellingCode', 'subjectKey', 'unit', 'room', 'isHouse');
    this.dwellingPlaceKey = new Float64Array(0);
    this.householdKey = new Float64Array(0);
    for (const links of [this.before, this.after]) links.keepOnly(['person', 'dwelling', 'building']);
  }

  /** @param place of a row that is known already; -1 for a new one */
  #read(cells: (string | null)[], place = -1): number {
    if (place >= 0) {
      this.replaced.keep(place, this.columns);
      this.columns.clear(place);
      this.#again.push(place);
    }
    const row = this.reader.read(cells, place >= 0 ? place : this.columns.add());
    if (!this.mode.linkedBefore) return row;
    this.before.reserve(this.columns.id.length);
    let at = FIRST_LINK_CELL;
    const { before } = this;
    const status = cells[at++];
    before.present[row] = status === null ? 0 : 1;
    before.current[row] = status === 'current' ? 1 : 0;
    for (const column of before.entity) column[row] = Number(cells[at++] ?? 0);
    for (const column of before.reason) column[row] = reasonCode(cells[at++] ?? null);
    if (!this.mode.full) before.keepKeys(row, cells.slice(at).map(Number));
    return row;
  }
}

const FIRST_LINK_CELL = 13;
/** Records or keys; few enough that small counties in tests are read so as well. */
const MUCH = 8;

function selectLinks(withKeys: boolean): string {
  const names = [
    'status',
    ...ENTITY_COLUMNS,
    ...REASONED.map((kind) => `${kind}_reason`),
    ...(withKeys ? KEY_COLUMNS : []),
  ];
  return names.map((name) => `l.${name}`).join(', ');
}

function widen(column: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const wide = new Float64Array(length);
  wide.set(column);
  return wide;
}
