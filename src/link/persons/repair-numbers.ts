import { repairsOf } from '../compare/id-number.js';
import type { NumberRepair } from './stated-numbers.js';
import { unroundedOf } from './unrounded-numbers.js';

export const repairNumbers: NumberRepair = { repairsOf, unroundedOf };
