import { indexOf, type IndexSecret } from '../model/sealing.js';
import { hashKey } from './engine/hash-key.js';

/** The key of a valid number, in the space of `personKey`: of its index, where numbers are sealed, so that nobody can try which it is. */
export function numberKey(secret: IndexSecret | null, number: string): number {
  return keyOfIndex(indexOf(secret, 'number', number));
}

export function keyOfIndex(index: string): number {
  return hashKey(`person|${index}`);
}
