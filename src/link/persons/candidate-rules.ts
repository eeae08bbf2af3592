import type { CandidateRule } from './block-candidates.js';
import type { RecordColumns } from '../record-columns.js';
import { bothKeys, codedKeys, columnKeys, type CandidateKeys } from './candidate-keys.js';
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

/** The blocking rules of the model as keys of numbers. */
export function candidateRules(
  evidence: KeyEvidence,
  { numbers, households }: Asking,
  holds: (row: number) => boolean,
): CandidateRule[] {
  const { columns, pinyin, given, surname, firstTwo, townshipOf, homes, building, householdOf, numberBirth } = evidence;
  const { name, village } = columns;
  const [sound, home] = [codedKeys(pinyin, name), columnKeys(village)];
  const birth = birthKeys(columns, numberBirth);
  const by: Readonly<Record<string, Pick<CandidateRule, 'keys' | 'askedBy'>>> = {
    number: { keys: heldKeys(columns, holds), askedBy: (row, ask) => numbers.ask(row, ask) },
    'sound and birth': { keys: bothKeys(sound, birth) },
    'sound and village': { keys: bothKeys(sound, home) },
    name: { keys: columnKeys(name) },
    telephone: { keys: columnKeys(columns.phoneKey) },
    dwelling: { keys: columnKeys(homes.dwelling) },
    household: {
      keys: columnKeys(householdOf, 1),
      askedBy: (row, ask) => {
        households.each(homes.dwelling[row]! || building[row]!, (household) => ask(household + 1));
      },
    },
    'birth and township': { keys: bothKeys(birth, codedKeys(townshipOf, village)) },
    'birth and surname': { keys: bothKeys(birth, codedKeys(surname, name)) },
    'first two and village': { keys: bothKeys(codedKeys(firstTwo, name), home) },
    'given name and village': { keys: bothKeys(codedKeys(given, name), home) },
  };
  return PERSON_MODEL.blocking.map(({ name: rule, most = Infinity }) => {
    const { keys, askedBy } = by[rule]!;
    return askedBy ? { name: rule, most, keys, askedBy } : { name: rule, most, keys };
  });
}

/** Of the date of birth as stated, or in the number that the row holds. */
function birthKeys({ birth, birthText }: RecordColumns, numberBirth: Int32Array): CandidateKeys {
  return (rows, from, to, into) => {
    for (let at = from; at < to; at += 1) {
      const row = rows[at]!;
      into[at - from] = birth[row] === 0 ? numberBirth[row]! : birthText[row]!;
    }
  };
}

function heldKeys({ personKey }: RecordColumns, holds: (row: number) => boolean): CandidateKeys {
  return (rows, from, to, into) => {
    for (let at = from; at < to; at += 1) {
      const key = personKey[rows[at]!]!;
      into[at - from] = key !== 0 && holds(rows[at]!) ? key : 0;
    }
  };
}
