import type { Division, DivisionTable } from '../model/division.js';
import { townshipAliases, townshipBase, villageAliases, villageBase } from './division-names.js';

/** A name of a division as it may stand in an address. `bare` is without its kind (王官), which only stands before a number. */
export interface AddressName {
  readonly name: string;
  readonly division: Division;
  readonly bare: boolean;
}

/** Names by their first two characters, the longest first, so that an address is matched without trying them all. */
export type NamesByStart = ReadonlyMap<string, readonly AddressName[]>;

export interface AddressNames {
  readonly townships: NamesByStart;
  /** Names that mean one village within the township. */
  readonly villagesOf: ReadonlyMap<string, NamesByStart>;
  /** Names that mean one village in the whole county. */
  readonly villages: NamesByStart;
}

/** Prepared once for each table. */
export function addressNames(divisions: DivisionTable): AddressNames {
  const known = prepared.get(divisions);
  if (known !== undefined) return known;
  const townships = divisions.all.filter(({ code }) => code.length === 9);
  const villages = divisions.all.filter(({ code }) => code.length === 12);
  const villagesOf = new Map(
    townships.map(({ code }) => [
      code,
      byStart(
        villages.filter(({ parent }) => parent === code),
        villageForms,
      ),
    ]),
  );
  const names = { townships: byStart(townships, townshipForms), villagesOf, villages: byStart(villages, villageForms) };
  prepared.set(divisions, names);
  return names;
}

const prepared = new WeakMap<DivisionTable, AddressNames>();

type Form = readonly [name: string, bare: boolean];

const townshipForms = (division: Division): readonly Form[] => [
  ...townshipAliases(division).map((name): Form => [name, false]),
  [townshipBase(division.name), true],
];

/** `王官村` is written of a community too, until nothing else in reach is called so. */
const villageForms = (division: Division): readonly Form[] => {
  const base = villageBase(division.name);
  return [...villageAliases(division).map((name): Form => [name, false]), [base, true]];
};

function byStart(divisions: readonly Division[], forms: (division: Division) => readonly Form[]): NamesByStart {
  const byName = new Map<string, AddressName[]>();
  for (const division of divisions) {
    for (const [name, bare] of forms(division)) {
      const there = byName.get(name);
      if (there === undefined) byName.set(name, [{ name, division, bare }]);
      else there.push({ name, division, bare });
    }
  }
  const starts = new Map<string, AddressName[]>();
  for (const [name, meant] of byName) {
    // A name of two villages says nothing; an official name outranks another's everyday one.
    const one = meant.length === 1 ? meant[0] : meant.find(({ division }) => division.name === name);
    if (one === undefined) continue;
    const start = name.slice(0, 2);
    const there = starts.get(start);
    if (there === undefined) starts.set(start, [one]);
    else there.push(one);
  }
  for (const list of starts.values()) list.sort((a, b) => b.name.length - a.name.length);
  return starts;
}
