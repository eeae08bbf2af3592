import { NumberIndex, type NumberIndexParts } from '../engine/number-index.js';
import { sharedArray } from '../engine/thread-arrays.js';
import { CURRENT, REGISTERED, RESIDENT, widened, type RecordColumns } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';
import { NameKeys } from './name-keys.js';

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
  readonly #names = new NameKeys();

  constructor(
    readonly columns: RecordColumns,
    readonly rows: Int32Array,
    readonly homes: Homes,
    /** Whether the row holds the number that it carries. */
    readonly holdsNumber: (row: number) => boolean,
  ) {
    const size = columns.size;
    this.householdOf = sharedArray(Int32Array, size).fill(-1);
    this.headOf = sharedArray(Int32Array, size);
    this.numberBirth = sharedArray(Int32Array, size);
    this.townshipOf = townshipsOf(columns);
    this.#households = new NumberIndex(Math.max(16, rows.length >> 3));
    this.building = this.#seats();
    this.prepareNames();
    this.#prepareHouseholds();
  }

  get householdCount(): number {
    return this.#households.size;
  }

  /** Key of the 户号 of a household. */
  householdKey(household: number): number {
    return this.#households.keyAt(household);
  }

  /** -1 where no row of tonight is registered under the number. */
  householdOfKey(key: number): number {
    return key === 0 ? -1 : this.#households.find(key);
  }

  #seats(): Uint32Array {
    const { columns, rows, homes } = this;
    const asked = new NumberIndex(1024);
    for (const row of rows) if (columns.seatKey[row] !== 0) asked.add(columns.seatKey[row]!);
    const standing = new Int32Array(asked.size).fill(-1);
    for (const row of rows) {
      const place = columns.buildingPlace[row]!;
      const known = place === 0 ? -1 : asked.find(place);
      if (known < 0 || homes.building[row] === 0) continue;
      // Of two buildings at one place that of the first record is taken: neither the order of rows nor that of ids may decide.
      if (standing[known] === -1 || columns.id[row]! < columns.id[standing[known]!]!) standing[known] = row;
    }
    const buildingOf = (row: number): number => (row < 0 ? 0 : homes.building[row]!);
    const seats = sharedArray(Uint32Array, homes.building.length);
    homes.building.forEach(
      (building, row) =>
        (seats[row] =
          building || (columns.seatKey[row] ? buildingOf(standing[asked.find(columns.seatKey[row]!)]!) : 0)),
    );
    return seats;
  }

  /** Takes in the names that the columns have gained since. */
  prepareNames(): void {
    const { names } = this.columns;
    const from = Math.max(1, this.pinyin.length);
    for (const part of ['pinyin', 'given', 'surname', 'firstTwo'] as const)
      this[part] = widened(this[part], names.size);
    for (let code = from; code < names.size; code += 1) {
      this.#names.read(names.textOf(code));
      this.pinyin[code] = this.#names.sound;
      this.given[code] = this.#names.given;
      this.surname[code] = this.#names.surname;
      this.firstTwo[code] = this.#names.firstTwo;
    }
  }

  #prepareHouseholds(): void {
    const { columns, rows, householdOf, headOf, numberBirth } = this;
    const dates = new Map<number, number>();
    for (const row of rows) {
      const number = columns.householdNumber[row]!;
      if (number !== 0 && columns.tie[row] === REGISTERED) householdOf[row] = this.#households.add(number);
      if (columns.personKey[row] === 0 || !this.holdsNumber(row)) continue;
      const date = Math.floor(columns.numberTail[row]! / 1000);
      let code = dates.get(date);
      if (code === undefined) dates.set(date, (code = columns.births.codeOf(String(date))));
      numberBirth[row] = code;
    }
    const heads = new Int32Array(this.#households.size);
    for (const row of rows) {
      const household = householdOf[row]!;
      if (household < 0 || columns.isHead[row] === 0) continue;
      if (columns.status[row] !== CURRENT || columns.standing[row] === 0) continue;
      const known = heads[household]!;
      // Two heads of one 户号 are a slip of the register; the same one is taken whatever the order of rows.
      if (known === 0 || columns.names.textOf(columns.name[row]!) < columns.names.textOf(known))
        heads[household] = columns.name[row]!;
    }
    for (const row of rows) {
      const household = householdOf[row]!;
      headOf[row] = columns.headName[row]! || (household < 0 ? 0 : heads[household]!);
    }
  }
}

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

/** Households by home, as another thread may have them. */
export interface HomeHouseholdsParts {
  readonly homes: NumberIndexParts;
  readonly start: Int32Array;
  readonly household: Int32Array;
}

/** Which registered households the residents of a home belong to, who are known by their numbers. */
export class HomeHouseholds {
  readonly #homes: NumberIndex;
  readonly #start: Int32Array;
  readonly #household: Int32Array;

  constructor(
    { homes, start, household }: HomeHouseholdsParts,
    /** Key of the 户号 of a household. */
    readonly keyOf: (household: number) => number,
  ) {
    this.#homes = NumberIndex.over(homes);
    this.#start = start;
    this.#household = household;
  }

  /** @param asked homes of which it will be asked; others cost nothing */
  static of(
    evidence: PersonEvidence,
    clusters: ClusterRows,
    asked: (row: number) => boolean,
    rows: Int32Array,
  ): HomeHouseholds {
    const { homes, building, householdOf, columns } = evidence;
    const index = new NumberIndex(1024);
    for (const row of rows) {
      if (!asked(row)) continue;
      if (homes.dwelling[row]) index.add(homes.dwelling[row]!);
      if (building[row]) index.add(building[row]!);
    }
    const pairs = new NumberIndex(1024);
    for (let cluster = 0; cluster < clusters.count; cluster += 1) {
      for (let i = clusters.start[cluster]!; i < clusters.start[cluster + 1]!; i += 1) {
        const row = clusters.member[i]!;
        if (columns.tie[row] !== RESIDENT || columns.status[row] !== CURRENT) continue;
        for (const home of [homes.dwelling[row]!, building[row]!]) {
          const known = home === 0 ? -1 : index.find(home);
          if (known < 0) continue;
          for (let j = clusters.start[cluster]!; j < clusters.start[cluster + 1]!; j += 1) {
            const household = householdOf[clusters.member[j]!]!;
            if (household >= 0) pairs.add(known * 2 ** 26 + household);
          }
        }
      }
    }
    const start = sharedArray(Int32Array, index.size + 1);
    for (let pair = 0; pair < pairs.size; pair += 1) start[Math.floor(pairs.keyAt(pair) / 2 ** 26) + 1]! += 1;
    for (let home = 0; home < index.size; home += 1) start[home + 1]! += start[home]!;
    const next = start.slice(0, index.size);
    const household = sharedArray(Int32Array, pairs.size);
    for (let pair = 0; pair < pairs.size; pair += 1) {
      const key = pairs.keyAt(pair);
      household[next[Math.floor(key / 2 ** 26)]!++] = key % 2 ** 26;
    }
    return new HomeHouseholds({ homes: index.share(), start, household }, (own) => evidence.householdKey(own));
  }

  get parts(): HomeHouseholdsParts {
    return { homes: this.#homes.share(), start: this.#start, household: this.#household };
  }

  /** @returns how many households are tied to the home */
  count(home: number): number {
    const known = home === 0 ? -1 : this.#homes.find(home);
    return known < 0 ? 0 : this.#start[known + 1]! - this.#start[known]!;
  }

  has(home: number, household: number): boolean {
    const known = home === 0 ? -1 : this.#homes.find(home);
    if (known < 0) return false;
    for (let i = this.#start[known]!; i < this.#start[known + 1]!; i += 1)
      if (this.#household[i] === household) return true;
    return false;
  }

  isOfFew(home: number): boolean {
    return this.count(home) <= FEW_HOUSEHOLDS;
  }

  /** One number that is another where the home has other households. */
  sumOf(home: number): number {
    let sum = 0;
    this.each(home, (household) => (sum = (sum + this.keyOf(household)) % 2 ** 52));
    return sum;
  }

  each(home: number, visit: (household: number) => void): void {
    const known = home === 0 ? -1 : this.#homes.find(home);
    if (known < 0) return;
    for (let i = this.#start[known]!; i < this.#start[known + 1]!; i += 1) visit(this.#household[i]!);
  }
}
