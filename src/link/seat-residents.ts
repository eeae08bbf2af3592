import { groupRows, type Groups } from './group-rows.js';
import { hashKey } from './engine/hash-key.js';
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
  const isCurrent = (row: number, tie: number): boolean =>
    columns.tie[row] === tie && columns.status[row] === CURRENT && spotOf(row) !== 0;
  const homes = groupRows(known, (row) => (isCurrent(row, RESIDENT) ? person[row]! : 0));
  const named = groupRows(known, (row) => (isCurrent(row, RESIDENT) ? headNameKey(columns, row) : 0));
  const inhabitants = groupRows(known, (row) =>
    isCurrent(row, RESIDENT) && columns.traits(row).household ? spotOf(row) : 0,
  );
  const registered = groupRows(known, (row) => (isCurrent(row, REGISTERED) ? person[row]! : 0));
  const seat = new Uint32Array(columns.size);
  const by = new Uint8Array(columns.size);
  for (const row of rows) {
    if (columns.tie[row] !== RESIDENT || !columns.traits(row).household) continue;
    const own = spotOf(row);
    const rank = columns.traits(row).addressRank;
    const settle = (found: number, how: (typeof SEATS)[number]): boolean => {
      if (found === 0) return false;
      seat[row] = found;
      by[row] = SEATS.indexOf(how);
      return true;
    };
    const home = homeOf(person[row]!);
    if ((own === 0 || home.rank < rank) && settle(home.spot, home.spot === own ? 'OWN_ADDRESS' : 'OWN_RECORDS'))
      continue;
    const head = headOf(row);
    if (head > 0 && head !== person[row]) {
      const heads = homeOf(head);
      const isMisled = own !== 0 && heads.rank < rank && !isNamedAt(own, row, head, rank);
      if ((own === 0 || isMisled) && settle(heads.spot, 'HEAD_PERSON')) continue;
    }
    if (settle(own, 'OWN_ADDRESS')) continue;
    if (settle(onlySpot(named, headNameKey(columns, row), row), 'HEAD_NAME')) continue;
    if (settle(onlySpot(registered, person[row]!, row), 'REGISTERED_HOME')) continue;
    if (head > 0 && settle(onlySpot(registered, head, row), 'REGISTERED_HOME')) continue;
    if (settle(dwelling[row]!, 'OWN_ADDRESS')) continue;
    settle(building[row]!, 'OWN_BUILDING');
  }
  return { dwelling: seat, by };

  /** Where the register that knows best finds the person; no dwelling where it finds several. */
  function homeOf(whom: number): { readonly spot: number; readonly rank: number } {
    let found = 0;
    let best = Infinity;
    for (let at = firstOf(homes, whom); at >= 0; at = homes.next[at]!) {
      const row = known[at]!;
      const rank = columns.traits(row).addressRank;
      if (rank < best) [best, found] = [rank, spotOf(row)];
      else if (rank === best && found !== spotOf(row)) found = 0;
    }
    return { spot: found, rank: best };
  }

  /** Whether a register that knows better than the row's names its head in the dwelling as well. */
  function isNamedAt(where: number, whose: number, head: number, rank: number): boolean {
    for (let at = firstOf(inhabitants, where); at >= 0; at = inhabitants.next[at]!) {
      const row = known[at]!;
      if (columns.traits(row).addressRank >= rank) continue;
      if (person[row] === head || headOf(row) === head) return true;
      if (columns.headName[row] !== 0 && columns.headName[row] === columns.headName[whose]) return true;
    }
    return false;
  }

  /** The one dwelling of the group that the row's village, building and room do not speak against; 0 for none or several. */
  function onlySpot(groups: Groups, key: number, whose: number): number {
    let found = 0;
    for (let at = key === 0 ? -1 : firstOf(groups, key); at >= 0; at = groups.next[at]!) {
      const row = known[at]!;
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
