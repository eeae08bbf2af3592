import { hashKey } from '../engine/hash-key.js';
import type { TextTable } from '../engine/text-table.js';
import type { HomeHouseholds, PersonEvidence } from './person-evidence.js';

export interface MarkedEvidence {
  readonly evidence: PersonEvidence;
  /** Whether the row stands with the rows of its number, and whether it holds it: any small number that tells. */
  readonly standingOf: (row: number) => number;
  readonly households: HomeHouseholds;
  /** Whether few have the row's telephone. */
  readonly isPhoneOfFew: (row: number) => boolean;
  readonly isAsking: (row: number) => boolean;
}

/**
 * A hash of all that the comparison looks at in each row: what it says, what the homes layer made of it, and what follows for it from other
 * rows (its household's head, who lives in its home, how many have its telephone). Texts go in as texts: codes are others every night.
 * @param marks filled by place in `rows`; never with 0
 */
export function markRows(
  rows: Int32Array,
  marks: Float64Array,
  { evidence, standingOf, households, isPhoneOfFew, isAsking }: MarkedEvidence,
): void {
  const { columns, homes, building } = evidence;
  const [names, texts, births] = [columns.names, columns.texts, columns.births].map(hashesOf) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const datasets = columns.datasets.map(({ name }) => hashKey(name));
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    begin();
    mix(datasets[columns.dataset[row]!]!);
    mix(columns.evidence[row]!);
    mixCode(columns.status[row]! + 4 * columns.standing[row]! + 8 * columns.isHead[row]! + 16 * standingOf(row));
    mixCode(columns.tie[row]! + 8 * columns.sex[row]!);
    mix(names[columns.name[row]!]!);
    mix(names[columns.formerName[row]!]!);
    mix(names[columns.alias[row]!]!);
    mix(names[evidence.headOf[row]!]!);
    mix(births[columns.birthText[row]!]!);
    mix(columns.phoneKey[row]!);
    mix(columns.personKey[row]!);
    mix(columns.numberTail[row]!);
    mix(evidence.householdOf[row]! < 0 ? 0 : columns.householdNumber[row]!);
    mixCode(homes.dwelling[row]!);
    mixCode(building[row]!);
    mix(texts[columns.village[row]!]!);
    mix(texts[columns.area[row]!]!);
    if (isAsking(row)) {
      mix(texts[columns.wrongNumber[row]!]!);
      mix(columns.besideKey[row]!);
      mixCode(isPhoneOfFew(row) ? 1 : 0);
      mix(households.sumOf(homes.dwelling[row]!));
      // In a house of many the households of the house are asked for only where the flat is not known.
      const isLooked = homes.dwelling[row] === 0 || households.isOfFew(building[row]!);
      mix(isLooked ? households.sumOf(building[row]!) : 1);
    }
    marks[at] = ended();
  }
}

function hashesOf(table: TextTable): Float64Array {
  const hashes = new Float64Array(table.size);
  for (let code = 1; code < hashes.length; code += 1) hashes[code] = hashKey(table.textOf(code));
  return hashes;
}

let [first, second] = [0, 0];

function begin(): void {
  first = 0x9e3779b1 | 0;
  second = 0x85ebca6b | 0;
}

/** A number of 32 bits. */
function mixCode(code: number): void {
  first = Math.imul(first ^ code, 0x85ebca6b);
  first = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  second = Math.imul(second ^ code, 0x27d4eb2f);
  second = Math.imul(second ^ (second >>> 15), 0x165667b1);
}

function mix(value: number): void {
  const low = value | 0;
  const high = Math.floor(value / 4294967296) | 0;
  first = Math.imul(first ^ low, 0x85ebca6b);
  first = Math.imul(first ^ (first >>> 13) ^ high, 0xc2b2ae35);
  second = Math.imul(second ^ low, 0x27d4eb2f);
  second = Math.imul(second ^ (second >>> 15) ^ high, 0x165667b1);
}

function ended(): number {
  const one = first ^ (first >>> 16);
  const two = Math.imul(second ^ (second >>> 14), 0x9e3779b1);
  return 4294967296 * (2097151 & (two ^ (two >>> 15))) + (one >>> 0) || 1;
}
