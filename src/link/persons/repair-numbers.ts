import { eachRepair, repairsOf } from '../compare/id-number.js';
import type { NumberRepair } from './stated-numbers.js';
import { eachUnrounded } from './unrounded-numbers.js';

export const repairNumbers: NumberRepair = { eachRepair, eachUnrounded };

/** The valid numbers that a slip or a spreadsheet turns into what is stated. */
export function numbersMeantBy(stated: string): readonly string[] {
  const numbers = repairsOf(stated);
  eachUnrounded(stated, (units) => numbers.push(String.fromCharCode(...units)));
  return numbers;
}
