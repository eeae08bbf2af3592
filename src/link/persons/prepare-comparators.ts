import { birthDate } from '../compare/birth-date.js';
import { chineseName } from '../compare/chinese-name.js';
import { answerOf, type PreparedComparator } from '../engine/comparator.js';
import type { RecordColumns } from '../record-columns.js';

export interface PreparedComparators {
  readonly name: PreparedComparator;
  readonly birth: PreparedComparator;
  /** Whether two names could be one, written differently. */
  readonly isAlike: (one: number, other: number) => boolean;
  /** Whether two dates of birth are of two persons, whatever slip one allows for. */
  readonly isOtherBirth: (one: number, other: number) => boolean;
}

/** Of the names and dates that the columns have so far; `extend` takes in what comes later. */
export function prepareComparators(columns: RecordColumns): PreparedComparators {
  const name = chineseName.prepare(columns.names);
  const birth = birthDate.prepare(columns.births);
  name.extend();
  birth.extend();
  return {
    name,
    birth,
    isAlike: (one, other) => {
      const level = name.compare(one, other);
      return level > 0 && level < SIBLING_LIKE;
    },
    isOtherBirth: (one, other) => OTHER_BIRTHS.has(birth.compare(one, other)),
  };
}

const SIBLING_LIKE = answerOf(chineseName.levels, 'SIBLING_LIKE');
const OTHER_BIRTHS: ReadonlySet<number> = new Set(
  birthDate.levels.flatMap(({ code }, i) =>
    ['SAME_DAY', 'SAME_YEAR', 'GENERATION', 'DIFFERS'].includes(code) ? [i + 1] : [],
  ),
);
