import type { IndexSecret } from '../model/sealing.js';
import { hashKey } from './engine/hash-key.js';
import type { Duplicates } from '../model/importer.js';
import { inShared } from './engine/thread-arrays.js';
import { PackedTexts } from './engine/packed-texts.js';
import { TextTable } from './engine/text-table.js';

export const CURRENT = 1;
export const REGISTERED = 1;
export const RESIDENT = 2;

/** What the linkage does with a dataset's rows; read from its declaration. */
export interface DatasetTraits {
  readonly name: string;
  readonly register: string;
  /** Small integer of the register. */
  readonly registerCode: number;
  /** A row *is* a building or dwelling here; elsewhere it only cites one. */
  readonly defines: boolean;
  readonly person: boolean;
  readonly household: boolean;
  readonly dwelling: boolean;
  readonly building: boolean;
  readonly organisation: boolean;
  readonly place: boolean;
  readonly event: boolean;
  readonly grid: boolean;
  readonly duplicates: Duplicates;
  /** How early its name counts; the lowest is the anchor of a number. */
  readonly nameRank: number;
  /** How early it counts for where somebody lives. */
  readonly addressRank: number;
}

/** A dataset that no department declares any more: its records stay and speak of nothing. */
export const UNDECLARED: DatasetTraits = {
  name: '',
  register: '',
  registerCode: 0,
  defines: false,
  person: false,
  household: false,
  dwelling: false,
  building: false,
  organisation: false,
  place: false,
  event: false,
  grid: false,
  duplicates: 'ordinary',
  nameRank: 1000,
  addressRank: 1000,
};

/** `VILLAGE|AREA` → the area that stands for it. */
export type AreaAliases = ReadonlyMap<string, string>;

/** What a record says that identifies something, as numbers; one position a record in every column. Grows by a quarter. */
export class RecordColumns {
  size = 0;
  /** Scope columns of the link row as COPY text: register, dataset, township, village, grid, status, tie. */
  readonly scopes = new TextTable();

  id = new Float64Array(0);
  dataset = new Uint16Array(0);
  status = new Uint8Array(0);
  tie = new Uint8Array(0);
  scope = new Int32Array(0);
  /** Of the home, which the row's scope need not be; code in `texts`. */
  village = new Int32Array(0);
  /** Folded; code in `names`. */
  name = new Int32Array(0);
  formerName = new Int32Array(0);
  headName = new Int32Array(0);
  /** The head's name where the row's person is the head and is called otherwise: another name of theirs, or another head. */
  alias = new Int32Array(0);
  /** 1 where the row's person is the head. */
  isHead = new Uint8Array(0);
  /** 1 male, 2 female, 0 not stated. */
  sex = new Uint8Array(0);
  /** YYYYMMDD as a number; 0 where no full date is stated. */
  birth = new Int32Array(0);
  /** Code in `births`. */
  birthText = new Int32Array(0);
  phoneKey = new Float64Array(0);
  /** What stood in the place of a number and is none; code in `texts`. */
  wrongNumber = new Int32Array(0);
  /** 1 unless the register says that the person left it (迁出, 死亡, 注销). */
  standing = new Uint8Array(0);
  /** The part of the village that the address names; code in `texts`. */
  area = new Int32Array(0);
  /** The place of an address that founds no building, as `buildingPlace` has it. */
  seatKey = new Float64Array(0);
  /** Key of the valid number; 0 without. */
  personKey = new Float64Array(0);
  /** Digits 7–17 of the valid number: date of birth and sequence. */
  numberTail = new Float64Array(0);
  /** Key of the head's valid number, in the space of `personKey`. */
  headKey = new Float64Array(0);
  /** Key of the valid number that stands in another column of a row without one of its own: the head's, of a head; the disability card's. */
  besideKey = new Float64Array(0);
  householdNumber = new Float64Array(0);
  buildingCite = new Float64Array(0);
  buildingAlias = new Float64Array(0);
  buildingPlace = new Float64Array(0);
  /** What the address names within the village (`group|3`, `estate|阳光花园`), and which door of it; codes in `texts`. */
  placeArea = new Int32Array(0);
  placeDoor = new Int32Array(0);
  /** Learned from all records: what an area is called where most buildings are listed. */
  aliases: AreaAliases = new Map();
  dwellingCode = new Float64Array(0);
  /** Codes in `texts`. */
  unit = new Int32Array(0);
  room = new Int32Array(0);
  /** 1 where the address is one house to a number, so that a row without a room means the house; 2 where it may be; else 0. */
  isHouse = new Uint8Array(0);
  /** Organisation's or grid's code; of a row that speaks of a household, village and head's name. */
  subjectKey = new Float64Array(0);
  /** Of all that is read of the record: what did not change moves nothing. */
  evidence = new Float64Array(0);
  /**
   * Of what is read that no hub's own key has a part in, by which rows are drawn and put in order: two hubs that were delivered the same link
   * the same, though their indexes of numbers are others.
   */
  lot = new Float64Array(0);

  constructor(
    readonly datasets: readonly DatasetTraits[],
    readonly names: TextTable = new PackedTexts(),
    readonly texts = new TextTable(),
    /** Dates of birth as stated: YYYY, YYYYMM or YYYYMMDD. */
    readonly births = new TextTable(),
    /** By which keys of numbers are made; null where the county's numbers are not sealed. */
    readonly secret: IndexSecret | null = null,
  ) {}

  /** Puts columns where other threads see them too; they are these columns' own as before. */
  share<Name extends ColumnName>(names: readonly Name[]): SharedColumns<Name> {
    const columns = this as unknown as Record<string, Column>;
    for (const name of names) columns[name] = inShared(columns[name]!);
    return Object.fromEntries(names.map((name) => [name, columns[name]!])) as unknown as SharedColumns<Name>;
  }

  /** Takes columns of another thread's for its own. */
  adopt(shared: Partial<SharedColumns<ColumnName>>): void {
    Object.assign(this, shared);
  }

  /** Makes room for one more and returns its position; every column of it is 0. */
  add(): number {
    if (this.size >= this.id.length) this.reserve(Math.max(1024, Math.ceil(this.id.length * 1.25)));
    this.size += 1;
    return this.size - 1;
  }

  /** Takes back all that is said of a row. */
  clear(row: number): void {
    const columns = this as unknown as Record<string, Column>;
    for (const name of this.#numeric) columns[name]![row] = 0;
  }

  /** @param from columns whose codes are these columns' own */
  copy(from: RecordColumns, row: number, to: number): void {
    const [source, target] = [from, this] as unknown as Record<string, Column>[];
    for (const name of from.#numeric) target![name]![to] = source![name]![row]!;
  }

  /** Names of the columns. */
  get #numeric(): readonly string[] {
    return (this.#columnNames ??= Object.entries(this).flatMap(([name, column]) =>
      ArrayBuffer.isView(column) ? [name] : [],
    ));
  }
  #columnNames: readonly string[] | null = null;

  reserve(length: number): void {
    if (length <= this.id.length) return;
    const columns = this as unknown as Record<string, unknown>;
    for (const [name, column] of Object.entries(columns))
      if (ArrayBuffer.isView(column)) columns[name] = widened(column, length);
  }

  /** Lets go of columns that nothing later in the run asks for. */
  release(...names: readonly ColumnName[]): void {
    const columns = this as unknown as Record<string, unknown>;
    for (const name of names) columns[name] = widened(this[name].subarray(0, 0), 0);
  }

  traits(row: number): DatasetTraits {
    return this.datasets[this.dataset[row]!]!;
  }
}

/** The order of rows by content: whatever the order in which they came, and all but what differs in a number alone whatever the key. */
export function compareLots(
  { lot, evidence }: Pick<RecordColumns, 'lot' | 'evidence'>,
  one: number,
  other: number,
): number {
  return lot[one]! - lot[other]! || evidence[one]! - evidence[other]!;
}

export function placeAreaKey(columns: RecordColumns, row: number): string {
  return `${columns.texts.textOf(columns.village[row]!)}|${columns.texts.textOf(columns.placeArea[row]!)}`;
}

/** The key of the building that the address names, its area by the name that stands for it; 0 where the address is too vague. */
export function buildingPlaceOf(columns: RecordColumns, row: number): number {
  if (columns.placeArea[row] === 0 || columns.village[row] === 0) return 0;
  const area = columns.aliases.get(placeAreaKey(columns, row)) ?? columns.texts.textOf(columns.placeArea[row]!);
  return hashKey(
    `place|${columns.texts.textOf(columns.village[row]!)}|${area}|${columns.texts.textOf(columns.placeDoor[row]!)}`,
  );
}

export type SharedColumns<Name extends ColumnName> = Readonly<Pick<RecordColumns, Name>>;
type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;
export type ColumnName = {
  [Name in keyof RecordColumns]: RecordColumns[Name] extends Column ? Name : never;
}[keyof RecordColumns];

export function widened<C extends ArrayBufferView>(column: C, length: number): C {
  const kind = column.constructor as new (length: number) => Column;
  const wide = new kind(length);
  wide.set(column as unknown as Column);
  return wide as unknown as C;
}
