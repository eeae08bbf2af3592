import type { Words } from '../../model/register.js';
import type { TextTable } from './text-table.js';

/** One way in which two values of a field can stand to each other. */
export interface Level extends Words {
  /** Stable, upper case: it stands in models, in evidence and in the API. */
  readonly code: string;
  /** Agreement on a common value says less: the weight of this level is corrected by the value's frequency. */
  readonly termFrequency?: true;
}

/** What a comparison answers where this level holds: 1 + its index. */
export function answerOf(levels: readonly Level[], code: string): number {
  return 1 + levels.findIndex((level) => level.code === code);
}

/**
 * Compares two values of one field. Everything that costs is worked out once per distinct value; a comparison reads integers.
 * Levels stand strongest first; the last is plain disagreement.
 */
export interface Comparator {
  readonly levels: readonly Level[];
  prepare(values: TextTable): PreparedComparator;
}

export interface PreparedComparator {
  /** Takes in the values that the table has gained since. Has to be called before they are compared. */
  extend(): void;
  /**
   * For comparators whose levels depend on how rare what is shared is: takes in, by code, how many subjects state each value. Has to be called before they are
   * compared; until then all values count alike.
   */
  weigh?(subjects: Float64Array): void;
  /**
   * Symmetric; allocates nothing; never computes a distance of strings.
   * @param one code in the table @returns 0 where either is not stated, else 1 + the index of the level
   */
  compare(one: number, other: number): number;
}
