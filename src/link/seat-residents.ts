import { groupRows, type Groups } from './group-rows.js';
import { hashKey } from './engine/hash-key.js';
import { NumberIndex } from './engine/number-index.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { CURRENT, REGISTERED, RESIDENT, type RecordColumns } from './record-columns.js';

const PERSON = KINDS.indexOf('person');
const DWELLING = KINDS.indexOf('dwelling');
const BUILDING = KINDS.indexOf('building');

/** How a row came to the dwelling whose household it is in. */
export const SEATS = [
  'NONE',
  'OWN_ADDRESS',
  'OWN_RECORDS',
  'HEAD_PERSON',
  'HEAD_NAME',
  'REGISTERED_HOME',
  'OWN_BUILDING',
] as const;

/**
 * The dwelling each resident row is held to speak of. Its own address says so first, unless a register that is oftener at the door
 * finds the same person, or the head, elsewhere. Where the address is too vague: the person's other records; the head's; the only
 * dwelling within the village (the building, where that much is known) whose rows name a head of that name; the dwelling in which the
 * person is registered; and last the unit that was filled in, or the building. Only what rows say of themselves counts, never another
 * row's seat: so a row depends on its neighbours alone.
 */
export interface Seats {
  /** Dwelling entity by row, or the building's where nothing tells its dwellings apart; 0 for none. */
  readonly dwelling: Uint32Array;
  /** Index in SEATS, by row. */
  readonly by: Uint8Array;
}

/** @param rows to seat @param known rows that bear witness; for each of `rows` all that share its person, head, head's name or dwelling */
export function seatResidents(
  linkage: Linkage,
  rows: Int32Array,
  known: Int32Array,
  headOf: (row: number) => number,
): Seats {
  const { columns, after } = linkage;
  const person = after.entity[PERSON]!;
  const dwelling = after.entity[DWELLING]!;
  const building = after.entity[BUILDING]!;
  const spotOf = (row: number): number => spot(linkage, row);
  const seat = new Uint32Array(columns.size);
  const by = new Uint8Array(columns.size);
  const doubtful = rows.filter((row) => {
    if (columns.tie[row] !== RESIDENT || !columns.traits(row).household) return false;
    const own = spotOf(row);
    // Nobody knows better than the register that speaks first.
    if (own === 0 || columns.traits(row).addressRank > 0) return true;
    settle(row, own, 'OWN_ADDRESS');
    return false;
  });
  const isCurrent = (row: number, tie: number): boolean =>
    columns.tie[row] === tie && columns.status[row] === CURRENT && spotOf(row) !== 0;
  const residents = known.filter((row) => isCurrent(row, RESIDENT));
  const registrants = known.filter((row) => isCurrent(row, REGISTERED));
  const persons = new NumberIndex(doubtful.length * 2);
  const names = new NumberIndex(doubtful.length);
  const doors = new NumberIndex(doubtful.length);
  for (const row of doubtful) {
    persons.add(person[row]!);
    persons.add(headOf(row));
    names.add(headNameKey(columns, row));
    doors.add(spotOf(row));
  }
  // Most rows need no witness: only those are chained that some doubtful row will ask for.
  const asked = (keys: NumberIndex, key: number): number => (key !== 0 && keys.find(key) >= 0 ? key : 0);
  const homes = groupRows(residents, (row) => asked(persons, person[row]!), persons.size);
  const named = groupRows(residents, (row) => asked(names, headNameKey(columns, row)), names.size);
  const inhabitants = groupRows(
    residents,
    (row) => (columns.traits(row).household ? asked(doors, spotOf(row)) : 0),
    doors.size,
  );
  const registered = groupRows(registrants, (row) => asked(persons, person[row]!), persons.size);
  for (const row of doubtful) {
    const own = spotOf(row);
    const rank = columns.traits(row).addressRank;
    const home = homeOf(person[row]!);
    const isElsewhere = own === 0 || home.rank < rank;
    if (isElsewhere && settle(row, home.spot, home.spot === own ? 'OWN_ADDRESS' : 'OWN_RECORDS')) continue;
    const head = headOf(row);
    if (head > 0 && head !== person[row]) {
      const heads = homeOf(head);
      const isMisled = own !== 0 && heads.rank < rank && !isNamedAt(own, row, head, rank);
      if ((own === 0 || isMisled) && settle(row, heads.spot, 'HEAD_PERSON')) continue;
    }
    const isSeated =
      settle(row, own, 'OWN_ADDRESS') ||
      settle(row, onlySpot(named, residents, headNameKey(columns, row), row), 'HEAD_NAME') ||
      settle(row, onlySpot(registered, registrants, person[row]!, row), 'REGISTERED_HOME') ||
      (head > 0 && settle(row, onlySpot(registered, registrants, head, row), 'REGISTERED_HOME')) ||
      settle(row, dwelling[row]!, 'OWN_ADDRESS');
    if (!isSeated) settle(row, building[row]!, 'OWN_BUILDING');
  }
  return { dwelling: seat, by };

  function settle(row: number, found: number, how: (typeof SEATS)[number]): boolean {
    if (found === 0) return false;
    seat[row] = found;
    by[row] = SEATS.indexOf(how);
    return true;
  }

  /** Where the register that knows best finds the person; no dwelling where it finds several. */
  function homeOf(whom: number): { readonly spot: number; readonly rank: number } {
    let found = 0;
    let best = Infinity;
    for (let at = firstOf(homes, whom); at >= 0; at = homes.next[at]!) {
      const row = residents[at]!;
      const rank = columns.traits(row).addressRank;
      if (rank < best) [best, found] = [rank, spotOf(row)];
      else if (rank === best && found !== spotOf(row)) found = 0;
    }
    return { spot: found, rank: best };
  }

  /** Whether a register that knows better than the row's names its head in the dwelling as well. */
  function isNamedAt(where: number, whose: number, head: number, rank: number): boolean {
    for (let at = firstOf(inhabitants, where); at >= 0; at = inhabitants.next[at]!) {
      const row = residents[at]!;
      if (columns.traits(row).addressRank >= rank) continue;
      if (person[row] === head || headOf(row) === head) return true;
      if (columns.headName[row] !== 0 && columns.headName[row] === columns.headName[whose]) return true;
    }
    return false;
  }

  /** The one dwelling of the group that the row's village, building and room do not speak against; 0 for none or several. */
  function onlySpot(groups: Groups, witnesses: Int32Array, key: number, whose: number): number {
    let found = 0;
    for (let at = key === 0 ? -1 : firstOf(groups, key); at >= 0; at = groups.next[at]!) {
      const row = witnesses[at]!;
      if (columns.village[row] === 0 || columns.village[row] !== columns.village[whose]) continue;
      if (building[whose] !== 0 && building[row] !== building[whose]) continue;
      if (columns.room[whose] !== 0 && columns.room[row] !== 0 && columns.room[row] !== columns.room[whose]) continue;
      if (found !== 0 && found !== spotOf(row)) return 0;
      found = spotOf(row);
    }
    return found;
  }
}

/** Key of the village and the head's name; 0 where either is not stated. Stands in `subjectKey` of rows that speak of a household. */
export function headNameKey(columns: RecordColumns, row: number): number {
  return columns.traits(row).household ? columns.subjectKey[row]! : 0;
}

/** Tonight's key of a household: the 户号; the seat; or the head alone. 0 for none. */
export function householdKeyOf({ columns }: Linkage, row: number, seat: number, head: number): number {
  if (!columns.traits(row).household) return 0;
  if (columns.tie[row] === REGISTERED) return columns.householdNumber[row]!;
  if (columns.tie[row] !== RESIDENT) return 0;
  if (seat !== 0) return hashKey(`home|${seat}`);
  return head !== 0 && columns.headKey[row] !== 0 ? hashKey(`head|${columns.headKey[row]}`) : 0;
}

/** Whether last night's household is that of the row's own address, or none at all. */
export function isSeatedAtHome(linkage: Linkage, row: number): boolean {
  const key = linkage.householdKey[row]!;
  if (linkage.columns.tie[row] !== RESIDENT || key === 0) return true;
  const own = spot(linkage, row);
  return own !== 0 && key === hashKey(`home|${own}`);
}

/**
 * The dwelling, or the house, that a row names beyond doubt; 0 where a unit was only filled in. A house that no register of dwellings
 * lists is a building, and stands for its dwelling.
 */
function spot({ columns, after }: Linkage, row: number): number {
  const dwelling = after.entity[DWELLING]![row]!;
  if (dwelling === 0) return columns.isHouse[row] === 0 ? 0 : after.entity[BUILDING]![row]!;
  const isSure = columns.room[row] === 0 || columns.unit[row] !== 0 || columns.dwellingCode[row] !== 0;
  return isSure ? dwelling : 0;
}

function firstOf(groups: Groups, key: number): number {
  const group = key === 0 ? -1 : groups.index.find(key);
  return group < 0 ? -1 : groups.head[group]!;
}
