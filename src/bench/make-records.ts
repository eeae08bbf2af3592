import { exchangeOne, lookAlike, otherForm, soundAlike } from '../../fixtures/county/confusions.js';
import { givenName, pickSurname, type Sex } from '../../fixtures/county/names.js';
import { checkDigit } from '../../fixtures/county/numbers.js';
import { Random, mix } from '../../fixtures/county/random.js';
import { hashKey } from '../link/engine/hash-key.js';
import { sharedArray } from '../link/engine/thread-arrays.js';
import { foldName } from '../link/fold-name.js';
import type { Homes } from '../link/persons/person-evidence.js';
import { CURRENT, RecordColumns, REGISTERED, RESIDENT, type DatasetTraits } from '../link/record-columns.js';

export interface MadeRecords {
  readonly columns: RecordColumns;
  readonly homes: Homes;
}

/**
 * Records of persons as the linkage holds them, without files and without a database: four registers that each list nearly everybody
 * and, one record in twenty, what was once listed. A third of the rows outside the first register carry no number, and what clerks
 * do to names, dates and telephones is done to them in the measure of `typical`.
 *
 * A household follows from its index alone, so that an other order of rows changes nothing else.
 * @param records about so many @param turned the same records in another order
 * @param changed so many records, spread evenly, say something else than they did @param only these alone are made
 */
export function makeRecords(records: number, turned = false, changed = 0, only = false): MadeRecords {
  const columns = new RecordColumns(DATASETS);
  // Households are whole, so that the number of rows is about what was asked for.
  columns.reserve(Math.ceil((only ? changed : records) * 1.02) + 1000);
  const homes = {
    dwelling: sharedArray(Uint32Array, columns.id.length),
    building: new Uint32Array(columns.id.length),
  };
  const households = Math.round(records / ROWS_PER_HOUSEHOLD);
  const every = changed === 0 ? Infinity : Math.floor(records / changed);
  // Strides through all households: no divisor in common.
  let stride = turned ? 7919 : 1;
  while (households % stride === 0 && stride > 1) stride += 2;
  const write = new RowWriter(columns, homes, households, every, only);
  for (let i = 0; i < households; i += 1) write.household((i * stride) % households, turned);
  return { columns, homes };
}

const ROWS_PER_HOUSEHOLD = 11.04;
const HOUSEHOLDS_OF_A_VILLAGE = 1300;
const DWELLINGS_OF_A_BUILDING = 24;

const traits = (name: string, registerCode: number, own: Partial<DatasetTraits>): DatasetTraits => ({
  name,
  register: name,
  registerCode,
  defines: false,
  person: true,
  household: true,
  dwelling: true,
  building: true,
  organisation: false,
  place: false,
  event: false,
  grid: false,
  duplicates: 'rare',
  nameRank: registerCode,
  addressRank: registerCode,
  ...own,
});

const DATASETS: readonly DatasetTraits[] = [
  traits('registered', 0, { duplicates: 'none', dwelling: false, building: false }),
  traits('residents', 1, {}),
  traits('benefits', 2, { duplicates: 'ordinary' }),
  traits('members', 3, {}),
];

interface Person {
  readonly id: number;
  readonly name: string;
  readonly sex: Sex;
  readonly year: number;
  /** YYYYMMDD */
  readonly birth: number;
  /** '' of those whose number nobody in the county has. */
  readonly number: string;
  readonly phone: number;
}

class RowWriter {
  constructor(
    readonly columns: RecordColumns,
    readonly homes: Homes,
    readonly households: number,
    readonly every: number,
    readonly only: boolean,
  ) {}

  household(index: number, turned: boolean): void {
    const people = membersOf(index);
    const isKnown = !isOutside(index);
    const homeIndex = mix(index, 12) % 100 < 12 ? mix(index, 13) % this.households : index;
    const rows: (() => void)[] = [];
    people.forEach((person, at) => {
      for (let register = isKnown ? 0 : 1; register < DATASETS.length; register += 1)
        rows.push(() => this.#row(person, register, index, register === 0 ? index : homeIndex, people, at));
      if (mix(person.id, 14) % 1000 < 210) rows.push(() => this.#row(person, 1, index, index, people, at, true));
    });
    if (turned) rows.reverse();
    for (const row of rows) row();
  }

  #row(
    person: Person,
    register: number,
    household: number,
    home: number,
    people: readonly Person[],
    at: number,
    once = false,
  ): void {
    const { columns, homes } = this;
    const id = person.id * 8 + register + (once ? 4 : 0) + 1;
    const isChanged = mix(id, 15) % this.every === 0;
    if (this.only && !isChanged) return;
    const row = columns.add();
    const random = new Random(person.id, register, once ? 1 : 0);
    columns.id[row] = id;
    columns.dataset[row] = register;
    columns.status[row] = once ? 0 : CURRENT;
    columns.tie[row] = register === 0 ? REGISTERED : RESIDENT;
    columns.standing[row] = 1;
    columns.sex[row] = (person.sex === '男') === random.chance(0.995) ? 1 : 2;
    const village = Math.floor(home / HOUSEHOLDS_OF_A_VILLAGE);
    const township = Math.floor(village / 12);
    columns.village[row] = columns.texts.codeOf(
      `530102${String(township).padStart(3, '0')}${String(village % 12).padStart(3, '0')}`,
    );
    columns.area[row] = columns.texts.codeOf(`estate|${Math.floor(home / 200) % 7}`);
    const flats = village % 2 === 0;
    const building = flats ? home - (home % DWELLINGS_OF_A_BUILDING) : home;
    if (register === 0) columns.seatKey[row] = hashKey(`place|${building}`);
    else {
      columns.buildingPlace[row] = hashKey(`place|${building}`);
      homes.building[row] = random.chance(0.93) ? building + 1 : 0;
      homes.dwelling[row] = homes.building[row] !== 0 && random.chance(0.9) ? home + 1 : 0;
    }
    const headName = foldName(people[0]!.name);
    if (register < 2) columns.headName[row] = columns.names.codeOf(headName);
    if (register === 0) {
      columns.householdNumber[row] = hashKey(`household|registered|${household}`);
      columns.isHead[row] = at === 0 ? 1 : 0;
    }
    columns.name[row] = columns.names.codeOf(
      register === 0 ? foldName(person.name) : this.#name(random, person, isChanged),
    );
    const number = register === 0 ? person.number : this.#number(random, row, person, people);
    if (number !== '') {
      columns.personKey[row] = hashKey(`person|${number}`);
      columns.numberTail[row] = Number(number.slice(6, 17));
    }
    this.#birth(random, row, person, register === 0);
    if (register > 0 && random.chance(0.75))
      columns.phoneKey[row] = hashKey(
        `phone|${random.chance(0.1) ? people[0]!.phone : person.phone + (isChanged ? 1 : 0)}`,
      );
    columns.evidence[row] = hashKey(`${id}|${isChanged ? 1 : 0}`);
    columns.lot[row] = columns.evidence[row]!;
  }

  #name(random: Random, person: Person, isChanged: boolean): string {
    const slip = random.next() - (isChanged ? 0.02 : 0);
    const tables = [soundAlike, soundAlike, otherForm, lookAlike];
    if (slip >= 0.045) return foldName(person.name);
    if (slip > 0.04) return foldName(`${person.name.slice(0, 1)}某某`);
    return foldName(exchangeOne(random, person.name, random.pick(tables)) ?? person.name);
  }

  /** @returns the valid number that the row carries; '' for none, and then what stands in its place is noted */
  #number(random: Random, row: number, person: Person, people: readonly Person[]): string {
    if (random.chance(0.333) || person.number === '') return '';
    const slip = random.next();
    if (slip < 0.004) return random.pick(people).number;
    if (slip > 0.02) return person.number;
    const letters = [...person.number];
    const place = random.below(17);
    if (slip < 0.014) letters[place] = String((Number(letters[place]) + random.between(1, 9)) % 10);
    else letters.fill('0', 15);
    this.columns.wrongNumber[row] = this.columns.texts.codeOf(letters.join(''));
    return '';
  }

  #birth(random: Random, row: number, { birth }: Person, isSure: boolean): void {
    const { columns } = this;
    const slip = isSure ? 1 : random.next();
    let date = birth;
    if (slip < 0.12) return;
    if (slip < 0.14) {
      columns.birthText[row] = columns.births.codeOf(String(Math.floor(birth / 10_000)));
      return;
    }
    const [month, day] = [Math.floor(birth / 100) % 100, birth % 100];
    if (slip < 0.15) date = day <= 12 ? birth - month * 100 - day + day * 100 + month : birth - 1;
    else if (slip < 0.17) date = birth - day + random.between(1, 28);
    else if (slip < 0.18) date = birth + random.between(-3, 3) * 10_000;
    columns.birth[row] = date;
    columns.birthText[row] = columns.births.codeOf(String(date));
  }
}

/** One household in twenty-five is not in the first register. */
function isOutside(household: number): boolean {
  return mix(household, 11) % 25 === 0;
}

const SIZES = [
  [1, 0.22],
  [2, 0.28],
  [3, 0.24],
  [4, 0.16],
  [5, 0.1],
] as const;

/** The head, then husband or wife, then children of the head's surname. */
function membersOf(household: number): Person[] {
  const random = new Random(household, 1);
  const isStranger = isOutside(household) && random.chance(0.5);
  const size = random.weighted(SIZES);
  const surname = pickSurname(random);
  const year = random.between(1938, 1998);
  const family = mix(household, 2) % 100_000;
  return Array.from({ length: size }, (_, at): Person => {
    const sex: Sex = at === 0 ? (random.chance(0.8) ? '男' : '女') : at === 1 || random.chance(0.48) ? '女' : '男';
    const born = at < 2 ? year + (at === 0 ? 0 : random.between(-2, 5)) : Math.min(2025, year + random.between(20, 38));
    const birth = born * 10_000 + random.between(1, 12) * 100 + random.between(1, 28);
    const name = (at === 1 ? pickSurname(random) : surname) + givenName(random, sex, born, null);
    const serial = random.below(500) * 2 + (sex === '男' ? 1 : 0);
    const seventeen = `5301${String(10 + (family % 90))}${birth}${String(serial).padStart(3, '0')}`;
    return {
      id: household * 8 + at,
      name,
      sex,
      year: born,
      birth,
      number: isStranger ? '' : seventeen + checkDigit(seventeen),
      phone: 13_000_000_000 + household * 10 + at,
    };
  });
}
