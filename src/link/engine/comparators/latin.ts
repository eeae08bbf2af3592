import type { Comparator } from '../comparator.js';
import { choices } from './choices.js';
import { codes } from './codes.js';
import { dates } from './dates.js';
import { names } from './names.js';
import { postcodes } from './postcodes.js';
import { words } from './words.js';

/** What a model may name under `comparator`, for registers in Latin script. Others are registered beside it. */
export const LATIN_COMPARATORS: Readonly<Record<string, Comparator>> = {
  names,
  words,
  dates,
  codes,
  postcodes,
  choices,
};
