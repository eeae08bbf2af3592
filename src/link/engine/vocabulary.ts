import type { Comparator } from './comparator.js';
import { LATIN_COMPARATORS } from './comparators/latin.js';
import { KEYS, type KeyMaker } from './keys.js';
import { READERS, type Reader } from './readers.js';

/** The words that a model may use: under `read`, `comparator` and `take`. */
export interface Vocabulary {
  readonly readers: Readonly<Record<string, Reader>>;
  readonly comparators: Readonly<Record<string, Comparator>>;
  readonly keys: Readonly<Record<string, KeyMaker>>;
}

export const LATIN: Vocabulary = { readers: READERS, comparators: LATIN_COMPARATORS, keys: KEYS };
