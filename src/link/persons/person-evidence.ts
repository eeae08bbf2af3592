import { NumberIndex } from '../engine/number-index.js';
import { sharedArray, sharedCopy } from '../engine/thread-arrays.js';
import { CURRENT, REGISTERED, RESIDENT, widened, type RecordColumns } from '../record-columns.js';
import { columnKeys, eachKeys, KEYS_AT_ONCE } from './candidate-keys.js';
import type { ClusterRows } from './cluster-rows.js';
import { NAME_CODES, NameKeys, type NameCodes } from './name-keys.js';

/** Where a row says that its person is: entities of the homes layer, by row; 0 for none. */
export interface Homes {
  readonly dwelling: Uint32Array;
  readonly building: Uint32Array;
}

/**
 * What the rows of persons say, made ready for comparison: codes by distinct name, and what follows from the registered
 * households and from who lives with whom. Everything here follows from the rows and the deterministic layer alone, so that a night
 * and a full run see the same.
 */
export class PersonEvidence {
  /** Codes by distinct name. */
  pinyin = new Int32Array(0);
  given = new Int32Array(0);
  surname = new Int32Array(0);
  firstTwo = new Int32Array(0);
  /** By row; -1 where the row is in no registered household. */
  readonly householdOf: Int32Array;
  /** Name of the head of the row's household: as stated, or by its 户号; by row. */
  readonly headOf: Int32Array;
  /** Code in `births` of the date in a number that its row is believed to hold; by row. */
  readonly numberBirth: Int32Array;
  readonly townshipOf: Int32Array;
  /** By row: the building of the row's home, or the one that stands at its address. */
  readonly building: Uint32Array;
  readonly #households: NumberIndex;
  /** Null while what another thread has read of the names is enough. */
  #names: NameKeys | null = null;

  constructor(
    readonly columns: RecordColumns,
    readonly rows: Int32Array,
    readonly homes: Homes,
    /** Whether the row holds the number that it carries. */
    readonly holdsNumber: (row: number) => boolean,
    /** Of all names, where another thread reads them: complete when that is done. */
    codes: NameCodes | null = null,
  ) {
    const size = columns.size;
    this.householdOf = sharedArray(Int32Array, size).fill(-1);
    this.headOf = sharedArray(Int32Array, size);
    this.numberBirth = sharedArray(Int32Array, size);
    this.townshipOf = townshipsOf(columns);
    this.#households = new NumberIndex(Math.max(16, rows.length >> 3));
    this.building = this.#seats();
    if (codes) Object.assign(this, codes);
    else this.prepareNames();
    this.#prepareHouseholds();
  }

  get householdCount(): number {
    return this.#households.size;
  }

  /** Keys of the 户号 by household. */
  get householdKeys(): Float64Array {
    return this.#households.share().keys;
  }

  /** -1 where no row of tonight is registered under the number. */
  householdOfKey(key: number): number {
    return key === 0 ? -1 : this.#households.find(key);
  }

  #seats(): Uint32Array {
    const { columns, rows, homes } = this;
    const asked = new NumberIndex(1024);
    const found = new Int32Array(KEYS_AT_ONCE);
    eachKeys(columnKeys(columns.seatKey), rows, (keys, _, count) => asked.addEach(keys, count, found, 0));
    const standing = new Int32Array(asked.size).fill(-1);
    eachKeys(columnKeys(columns.buildingPlace), rows, (keys, from, count) => {
      asked.findEach(keys, count, found, 0);
      for (let i = 0; i < count; i += 1) {
        const known = found[i]!;
        const row = rows[from + i]!;
        if (known < 0 || homes.building[row] === 0) continue;
        // Of two buildings at one place that of the first record is taken: neither the order of rows nor that of ids may decide.
        if (standing[known] === -1 || columns.id[row]! < columns.id[standing[known]!]!) standing[known] = row;
      }
    });
    const seats = sharedArray(Uint32Array, homes.building.length);
    seats.set(homes.building);
    eachKeys(columnKeys(columns.seatKey), rows, (keys, from, count) => {
      asked.findEach(keys, count, found, 0);
      for (let i = 0; i < count; i += 1) {
        const row = rows[from + i]!;
        const at = found[i]! < 0 || seats[row] !== 0 ? -1 : standing[found[i]!]!;
        if (at >= 0) seats[row] = homes.building[at]!;
      }
    });
    return seats;
  }

  /** Takes in the names that the columns have gained since. */
  prepareNames(): void {
    const { names } = this.columns;
    if (names.size === this.pinyin.length) return;
    // Whoever has not read the first names cannot number the parts of the next.
    const from = this.#names ? this.pinyin.length : 1;
    this.#names ??= new NameKeys();
    for (const part of NAME_CODES) this[part] = widened(this[part], names.size);
    this.#names.readAll(names, this, from);
  }

  #prepareHouseholds(): void {
    const { columns, rows, householdOf, headOf, numberBirth } = this;
    const dates = new NumberDates(columns);
    // A household's rows mostly stand together.
    let [lastNumber, lastHousehold] = [0, -1];
    for (const row of rows) {
      if (columns.tie[row] === REGISTERED) {
        const number = columns.householdNumber[row]!;
        if (number !== lastNumber) {
          lastNumber = number;
          lastHousehold = number === 0 ? -1 : this.#households.add(number);
        }
        householdOf[row] = lastHousehold;
      }
      if (columns.personKey[row] !== 0 && this.holdsNumber(row)) numberBirth[row] = dates.codeOf(row);
    }
    const heads = new Int32Array(this.#households.size);
    for (const row of rows) {
      const household = householdOf[row]!;
      if (household < 0 || columns.isHead[row] === 0 || columns.name[row] === 0) continue;
      if (columns.status[row] !== CURRENT || columns.standing[row] === 0) continue;
      const known = heads[household]!;
      // Two heads of one 户号 are a slip of the register; the same one is taken whatever the order of rows, and never one without a name.
      if (known === 0 || columns.names.textOf(columns.name[row]!) < columns.names.textOf(known))
        heads[household] = columns.name[row]!;
    }
    for (const row of rows) {
      const household = householdOf[row]!;
      headOf[row] = columns.headName[row]! || (household < 0 ? 0 : heads[household]!);
    }
  }
}

/** Codes, in `births`, of the dates in numbers. */
export class NumberDates {
  /** By year and day; a look-up by text, or by hash, would cost more than all else that is done with a row. */
  readonly #years: (Int32Array | undefined)[] = Array.from({ length: YEARS });

  constructor(readonly columns: Pick<RecordColumns, 'births' | 'numberTail'>) {}

  codeOf(row: number): number {
    const date = Math.floor(this.columns.numberTail[row]! / 1000) | 0;
    const month = (date / 100) | 0;
    const year = ((month / 100) | 0) - FIRST_YEAR;
    if (year < 0 || year >= YEARS) return this.columns.births.codeOf(String(date));
    const days = (this.#years[year] ??= new Int32Array(DAYS));
    const day = (month % 100) * 32 + (date % 100);
    const known = days[day];
    if (known) return known;
    const code = this.columns.births.codeOf(String(date));
    // Where it is out of all bounds there is no such place, and it is looked up every time.
    days[day] = code;
    return code;
  }
}

const FIRST_YEAR = 1800;
const YEARS = 400;
/** Of a year, 32 to a month, as a number's digits would have them. */
const DAYS = 13 * 32;

/** By code of the village in `texts`: a number that is one for villages of one township, from 1; 0 for no village. */
function townshipsOf({ texts, village, size }: RecordColumns): Int32Array {
  const townships = sharedArray(Int32Array, texts.size);
  const numbers = new Map<string, number>();
  for (let row = 0; row < size; row += 1) {
    const code = village[row]!;
    if (code === 0 || townships[code] !== 0) continue;
    const township = texts.textOf(code).slice(0, 9);
    const known = numbers.get(township) ?? numbers.size + 1;
    numbers.set(township, known);
    townships[code] = known;
  }
  return townships;
}

/** A building of more households than this does not tie anybody to one of them. */
const FEW_HOUSEHOLDS = 8;

/** Homes of which it may be asked stand in pages of the numbers of entities, so that a look-up is two reads and needs no hash. */
const PAGE_BITS = 8;
const PAGE = 2 ** PAGE_BITS;

/** Households by home, as another thread may have them. */
export interface HomeHouseholdsParts {
  /** By page of entities: where it begins; 0 for one with no home of which it may be asked. */
  readonly pages: Int32Array;
  /** By place: where the home's households begin in `household`; one more than there are places. */
  readonly start: Int32Array;
  readonly household: Int32Array;
  /** Key of the 户号, by household. */
  readonly keys: Float64Array;
}

/** Which registered households the residents of a home belong to, who are known by their numbers. */
export class HomeHouseholds {
  readonly #pages: Int32Array;
  readonly #start: Int32Array;
  readonly #household: Int32Array;
  readonly #keys: Float64Array;

  constructor(readonly parts: HomeHouseholdsParts) {
    this.#pages = parts.pages;
    this.#start = parts.start;
    this.#household = parts.household;
    this.#keys = parts.keys;
  }

  /** @param asking rows of whose homes it will be asked; others cost nothing */
  static of(
    evidence: PersonEvidence,
    { count, start: first, member }: ClusterRows,
    asking: Int32Array,
  ): HomeHouseholds {
    const { homes, building, householdOf, columns } = evidence;
    const { pages, isAsked } = askedHomes(evidence, asking);
    let room = 1024;
    let [places, households] = [new Int32Array(room), new Int32Array(room)];
    let pairs = 0;
    const tie = (home: number, household: number): void => {
      const place = pages[home >>> PAGE_BITS]! + (home & (PAGE - 1));
      if (isAsked[place] === 0) return;
      if (pairs === room) {
        room *= 2;
        places = widened(places, room);
        households = widened(households, room);
      }
      places[pairs] = place;
      households[pairs] = household;
      pairs += 1;
    };
    for (let cluster = 0; cluster < count; cluster += 1) {
      const end = first[cluster + 1]!;
      for (let i = first[cluster]!; i < end; i += 1) {
        const household = householdOf[member[i]!]!;
        if (household < 0) continue;
        for (let j = first[cluster]!; j < end; j += 1) {
          const row = member[j]!;
          if (columns.tie[row] !== RESIDENT || columns.status[row] !== CURRENT) continue;
          tie(homes.dwelling[row]!, household);
          tie(building[row]!, household);
        }
      }
    }
    const sorted = sortedOnce(places.subarray(0, pairs), households, isAsked.length, evidence.householdCount);
    return new HomeHouseholds({ ...sorted, pages, keys: evidence.householdKeys });
  }

  /** @returns how many households are tied to the home */
  count(home: number): number {
    const place = this.#placeOf(home);
    return this.#start[place + 1]! - this.#start[place]!;
  }

  has(home: number, household: number): boolean {
    const place = this.#placeOf(home);
    for (let i = this.#start[place]!; i < this.#start[place + 1]!; i += 1)
      if (this.#household[i] === household) return true;
    return false;
  }

  isOfFew(home: number): boolean {
    return this.count(home) <= FEW_HOUSEHOLDS;
  }

  /** One number that is another where the home has other households. */
  sumOf(home: number): number {
    const place = this.#placeOf(home);
    let sum = 0;
    for (let i = this.#start[place]!; i < this.#start[place + 1]!; i += 1)
      sum = (sum + this.#keys[this.#household[i]!]!) % 2 ** 52;
    return sum;
  }

  each(home: number, visit: (household: number) => void): void {
    const place = this.#placeOf(home);
    for (let i = this.#start[place]!; i < this.#start[place + 1]!; i += 1) visit(this.#household[i]!);
  }

  #placeOf(home: number): number {
    return this.#pages[home >>> PAGE_BITS]! + (home & (PAGE - 1));
  }
}

/** @returns where each page of entities begins, and by place 1 for a home of one of the rows; the first page has none */
function askedHomes(
  { rows, homes, building }: PersonEvidence,
  asking: Int32Array,
): { readonly pages: Int32Array; readonly isAsked: Uint8Array } {
  let highest = 0;
  for (let at = 0; at < rows.length; at += 1)
    highest = Math.max(highest, homes.dwelling[rows[at]!]!, building[rows[at]!]!);
  const pages = sharedArray(Int32Array, (highest >>> PAGE_BITS) + 1);
  let room = PAGE;
  for (const homeOf of [homes.dwelling, building]) {
    for (let at = 0; at < asking.length; at += 1) {
      const home = homeOf[asking[at]!]!;
      if (home === 0 || pages[home >>> PAGE_BITS] !== 0) continue;
      pages[home >>> PAGE_BITS] = room;
      room += PAGE;
    }
  }
  const isAsked = new Uint8Array(room);
  for (const homeOf of [homes.dwelling, building]) {
    for (let at = 0; at < asking.length; at += 1) {
      const home = homeOf[asking[at]!]!;
      if (home !== 0) isAsked[pages[home >>> PAGE_BITS]! + (home & (PAGE - 1))] = 1;
    }
  }
  return { pages, isAsked };
}

/** Households by place, each once. @param households by pair, as `places` are */
function sortedOnce(
  places: Int32Array,
  households: Int32Array,
  placeCount: number,
  householdCount: number,
): Pick<HomeHouseholdsParts, 'start' | 'household'> {
  const next = new Int32Array(placeCount + 1);
  for (let pair = 0; pair < places.length; pair += 1) next[places[pair]! + 1]! += 1;
  for (let place = 0; place < placeCount; place += 1) next[place + 1]! += next[place]!;
  const every = new Int32Array(places.length);
  for (let pair = 0; pair < places.length; pair += 1) every[next[places[pair]!]!++] = households[pair]!;
  // Each has moved on to where the next begins.
  const start = sharedArray(Int32Array, placeCount + 1);
  const last = new Int32Array(householdCount).fill(-1);
  let kept = 0;
  for (let place = 0, from = 0; place < placeCount; place += 1) {
    for (; from < next[place]!; from += 1) {
      const household = every[from]!;
      if (last[household] === place) continue;
      last[household] = place;
      every[kept] = household;
      kept += 1;
    }
    start[place + 1] = kept;
  }
  return { start, household: sharedCopy(every.subarray(0, kept)) };
}
