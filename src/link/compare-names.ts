import { compareForms, NAME_LEVELS, type NameLevelCode } from './compare/chinese-name.js';
import { NameForms } from './compare/name-forms.js';
import { givenNameOf, surnameOf } from './compare/spell-name.js';

/**
 * The levels that a name which shares its number may stand at without contradicting it. What is not here is how brothers, sisters or
 * father and son differ, and says nothing against a borrowed number.
 */
const AGREEING = [
  'EQUAL',
  'VARIANT',
  'WILDCARD',
  'REORDERED',
  'HOMOPHONE_TONE',
  'HOMOPHONE',
  'ROMANISED',
  'GLYPH',
  'ONE_MISSING',
  'SEGMENTS',
  'SURNAME_CHANGED',
  'PLACEHOLDER',
] as const satisfies readonly NameLevelCode[];

export type NameAgreement = (typeof AGREEING)[number];

const forms = new NameForms();

/** @param one folded name @param other folded name @returns the strongest level that holds; null where the names contradict */
export function compareNames(one: string, other: string): NameAgreement | null {
  if (one === other) return 'EQUAL';
  forms.clear();
  return AGREEMENTS[compareForms(forms, forms.add(one), forms.add(other))]!;
}

/** By index in NAME_LEVELS. */
const AGREEMENTS = NAME_LEVELS.map(({ code }) => AGREEING.find((agreeing) => agreeing === code) ?? null);

/** Whether names at this level do not contradict. @param level as `chineseName` answers: 1 + its place among the levels */
export function isAgreement(level: number): boolean {
  return IS_AGREEMENT[level] === 1;
}

const IS_AGREEMENT = Uint8Array.from([0, ...AGREEMENTS.map((agreement) => (agreement === null ? 0 : 1))]);

/** Whether the given names have a character in common, or, the surname being another, are equal. */
export function givenNamesMeet(one: string, other: string): boolean {
  const given = givenNameOf(one);
  const otherGiven = givenNameOf(other);
  if (given === '' || otherGiven === '') return false;
  if (given === otherGiven) return true;
  return surnameOf(one) === surnameOf(other) && [...given].some((character) => otherGiven.includes(character));
}
