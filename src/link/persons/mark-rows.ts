import { HashedParts, hashKey } from '../engine/hash-key.js';
import type { TextTable } from '../engine/text-table.js';
import { inShared, sharedArray } from '../engine/thread-arrays.js';
import { RecordColumns, type ColumnName, type SharedColumns } from '../record-columns.js';
import { HOLDS_NUMBER, NUMBERED } from './last-night.js';
import { HomeHouseholds, type HomeHouseholdsParts, type PersonEvidence } from './person-evidence.js';

/** Columns that go into a mark. */
export const MARKED = [
  'dataset',
  'evidence',
  'status',
  'standing',
  'isHead',
  'tie',
  'sex',
  'name',
  'formerName',
  'alias',
  'birthText',
  'phoneKey',
  'personKey',
  'numberTail',
  'householdNumber',
  'village',
  'area',
  'wrongNumber',
  'besideKey',
] as const satisfies readonly ColumnName[];

/** What marks are made of: arrays that all threads see. */
export interface MarkParts {
  readonly rows: Int32Array;
  /** Filled by position; never with 0. */
  readonly marks: Float64Array;
  /** By position, as `Answers` has it: only whether the row stands with the rows of its number, and whether it holds it. */
  readonly answer: Uint8Array;
  readonly columns: SharedColumns<(typeof MARKED)[number]>;
  /** Hashes of what codes stand for. */
  readonly hashes: Readonly<Record<'datasets' | 'names' | 'texts' | 'births', Float64Array>>;
  readonly headOf: Int32Array;
  readonly householdOf: Int32Array;
  readonly dwelling: Uint32Array;
  readonly building: Uint32Array;
  readonly households: HomeHouseholdsParts;
  /** By row: 1 where it asks; 1 where few have its telephone. */
  readonly isAsking: Uint8Array;
  readonly isPhoneOfFew: Uint8Array;
}

/** What marks take that is not of the evidence. */
type MarkedBeside = Pick<MarkParts, 'rows' | 'marks' | 'answer' | 'households' | 'isAsking' | 'isPhoneOfFew'>;

export function shareMarks(
  { columns, headOf, householdOf, homes, building }: PersonEvidence,
  beside: MarkedBeside,
): MarkParts {
  return {
    ...beside,
    rows: inShared(beside.rows),
    columns: columns.share(MARKED),
    hashes: {
      datasets: Float64Array.from(columns.datasets, ({ name }) => hashKey(name)),
      names: hashesOf(columns.names),
      texts: hashesOf(columns.texts),
      births: hashesOf(columns.births),
    },
    headOf,
    householdOf,
    dwelling: inShared(homes.dwelling),
    building,
  };
}

function hashesOf(table: TextTable): Float64Array {
  const hashes = sharedArray(Float64Array, table.size);
  const hash = new HashedParts();
  for (let code = 1; code < hashes.length; code += 1) {
    table.hashInto(hash.begin(), code);
    hashes[code] = hash.key();
  }
  return hashes;
}

/**
 * A hash of all that the comparison looks at in each row: what it says, what the homes layer made of it, and what follows for it from other
 * rows (its household's head, who lives in its home, how many have its telephone). Texts go in as texts: codes are others every night.
 * @returns marks the rows at positions from … to
 */
export function markRows(parts: MarkParts): (from: number, to: number) => void {
  const { rows, marks, answer, hashes, headOf, householdOf, dwelling, building, isAsking, isPhoneOfFew } = parts;
  const { datasets, names, texts, births } = hashes;
  const columns = new RecordColumns([]);
  columns.adopt(parts.columns);
  const households = new HomeHouseholds(parts.households);
  const said = new Float64Array(PLACES);
  return (from, to) => {
    for (let at = from; at < to; at += 1) {
      const row = rows[at]!;
      said[0] = datasets[columns.dataset[row]!]!;
      said[1] = columns.evidence[row]!;
      said[2] =
        columns.status[row]! + 4 * columns.standing[row]! + 8 * columns.isHead[row]! + 16 * (answer[at]! & OF_NUMBER);
      said[3] = columns.tie[row]! + 8 * columns.sex[row]!;
      said[4] = names[columns.name[row]!]!;
      said[5] = names[columns.formerName[row]!]!;
      said[6] = names[columns.alias[row]!]!;
      said[7] = names[headOf[row]!]!;
      said[8] = births[columns.birthText[row]!]!;
      said[9] = columns.phoneKey[row]!;
      said[10] = columns.personKey[row]!;
      said[11] = columns.numberTail[row]!;
      said[12] = householdOf[row]! < 0 ? 0 : columns.householdNumber[row]!;
      said[13] = dwelling[row]!;
      said[14] = building[row]!;
      said[15] = texts[columns.village[row]!]!;
      said[16] = texts[columns.area[row]!]!;
      if (isAsking[row] === 1) {
        said[17] = texts[columns.wrongNumber[row]!]!;
        said[18] = columns.besideKey[row]!;
        said[19] = isPhoneOfFew[row]!;
        said[20] = households.sumOf(dwelling[row]!);
        // In a house of many the households of the house are asked for only where the flat is not known.
        const isLooked = dwelling[row] === 0 || households.isOfFew(building[row]!);
        said[21] = isLooked ? households.sumOf(building[row]!) : 1;
      }
      marks[at] = hashOf(said, isAsking[row] === 1 ? PLACES : PLACES_OF_ALL);
    }
  };
}

const OF_NUMBER = NUMBERED | HOLDS_NUMBER;
/** Numbers in a mark, and in that of a row that does not ask. */
const [PLACES, PLACES_OF_ALL] = [22, 17];

/** @param said whole numbers from 0 up to 2 ** 53 */
function hashOf(said: Float64Array, count: number): number {
  let first = 0x9e3779b1 | 0;
  let second = 0x85ebca6b | 0;
  for (let i = 0; i < count; i += 1) {
    const number = said[i]!;
    const low = number | 0;
    const high = (number * 2 ** -32) | 0;
    first = Math.imul(first ^ low, 0x85ebca6b);
    first = Math.imul(first ^ (first >>> 13) ^ high, 0xc2b2ae35);
    second = Math.imul(second ^ low, 0x27d4eb2f);
    second = Math.imul(second ^ (second >>> 15) ^ high, 0x165667b1);
  }
  const one = first ^ (first >>> 16);
  const two = Math.imul(second ^ (second >>> 14), 0x9e3779b1);
  return 4294967296 * (2097151 & (two ^ (two >>> 15))) + (one >>> 0) || 1;
}
