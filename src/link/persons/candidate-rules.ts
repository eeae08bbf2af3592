import type { CandidateRule } from './block-candidates.js';
import type { HomeHouseholds, PersonEvidence } from './person-evidence.js';
import { PERSON_MODEL } from './person-model.js';
import type { StatedNumbers } from './stated-numbers.js';

/** Of the evidence what keys are made of; also of rows as they were. */
export type KeyEvidence = Pick<
  PersonEvidence,
  | 'columns'
  | 'pinyin'
  | 'given'
  | 'surname'
  | 'firstTwo'
  | 'townshipOf'
  | 'homes'
  | 'building'
  | 'householdOf'
  | 'numberBirth'
>;

/** By which other keys than its own a row asks. */
export interface Asking {
  readonly numbers: Pick<StatedNumbers, 'ask'>;
  readonly households: Pick<HomeHouseholds, 'each'>;
}

/** The blocking rules of the model as keys of numbers: two codes in one, exact in 53 bits. */
export function candidateRules(
  evidence: KeyEvidence,
  { numbers, households }: Asking,
  holds: (row: number) => boolean,
): CandidateRule[] {
  const { columns, pinyin, given, surname, firstTwo, townshipOf, homes, building, householdOf } = evidence;
  const { name, village, birthText, phoneKey } = columns;
  const both = (one: number, other: number): number => (one === 0 || other === 0 ? 0 : one * 2 ** 27 + other);
  const birth = (row: number): number => (columns.birth[row] === 0 ? evidence.numberBirth[row]! : birthText[row]!);
  const by: Readonly<Record<string, Pick<CandidateRule, 'keyOf' | 'askedBy'>>> = {
    number: {
      keyOf: (row) => (holds(row) ? columns.personKey[row]! : 0),
      askedBy: (row, ask) => numbers.ask(row, ask),
    },
    'sound and birth': { keyOf: (row) => both(pinyin[name[row]!]!, birth(row)) },
    'sound and village': { keyOf: (row) => both(pinyin[name[row]!]!, village[row]!) },
    name: { keyOf: (row) => name[row]! },
    telephone: { keyOf: (row) => phoneKey[row]! },
    dwelling: { keyOf: (row) => homes.dwelling[row]! },
    household: {
      keyOf: (row) => householdOf[row]! + 1,
      askedBy: (row, ask) => {
        households.each(homes.dwelling[row]! || building[row]!, (household) => ask(household + 1));
      },
    },
    'birth and township': { keyOf: (row) => both(birth(row), townshipOf[village[row]!]!) },
    'birth and surname': { keyOf: (row) => both(birth(row), surname[name[row]!]!) },
    'first two and village': { keyOf: (row) => both(firstTwo[name[row]!]!, village[row]!) },
    'given name and village': { keyOf: (row) => both(given[name[row]!]!, village[row]!) },
  };
  return PERSON_MODEL.blocking.map(({ name: rule, most = Infinity }) => {
    const { keyOf, askedBy } = by[rule]!;
    return askedBy ? { name: rule, most, keyOf, askedBy } : { name: rule, most, keyOf };
  });
}
