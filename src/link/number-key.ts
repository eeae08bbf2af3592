import { indexOf, type IndexSecret } from '../model/sealing.js';
import { HashedParts, hashKey } from './engine/hash-key.js';

/** The key of a valid number, in the space of `personKey`: of its index, where numbers are sealed, so that nobody can try which it is. */
export function numberKey(secret: IndexSecret | null, number: string): number {
  return keyOfIndex(indexOf(secret, 'number', number));
}

/** The same of a number that is not sealed, told as code units: of the many that a broken one may have been none is made a text. */
export function plainNumberKey(units: Uint8Array): number {
  return hash.begin().add('person|').addUnits(units).key();
}

const hash = new HashedParts();

export function keyOfIndex(index: string): number {
  return hashKey(`person|${index}`);
}
