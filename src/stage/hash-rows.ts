import { hash } from 'node:crypto';
import type { Dataset } from '../model/importer.js';
import type { Row } from '../model/record.js';
import type { Sealing } from '../model/sealing.js';

/**
 * A function from a row to 64 bits over its raw cells. Two rows of equal hash are held to say the same, so everything that
 * decides how the cells are read goes in: the declaration, the header above them, the sheet.
 * Among a million rows two different ones meet with a chance of one in twenty million.
 */
export function rowHasher(
  { salt, digest }: Pick<Sealing, 'salt' | 'digest'>,
  dataset: Dataset,
  header: readonly string[],
  reading: string,
): (row: Row) => bigint {
  const read = JSON.stringify([declarationOf(dataset), reading, header]);
  // Whoever has the hashes and no key cannot try which number makes one of them.
  const prefix = hash(digest, `${salt}${read}`, 'hex');
  return (row) => {
    // As text: a Buffer a row costs twice the time and fifty megabytes.
    const sum = hash(digest, `${prefix}${row.sheet ?? ''}${JSON.stringify(row.cells)}`, 'hex');
    return BigInt.asIntN(64, BigInt(`0x${sum.slice(0, 16)}`));
  };
}

/** The key of a record: 32 hexadecimal digits, taken by PostgreSQL as a uuid. */
export function hashKey(sealing: Pick<Sealing, 'salt' | 'digest'>, dataset: string, key: string): string {
  return saltKey(sealing, hash('sha1', `${dataset}\u001f${key}`, 'hex').slice(0, 32));
}

/** What a key without a salt becomes: many keys are made of an identity number, and hashes of numbers can be tried. */
export function saltKey({ salt, digest }: Pick<Sealing, 'salt' | 'digest'>, key: string): string {
  return salt === '' ? key : hash(digest, `${salt}${key}`, 'hex').slice(0, 32);
}

function declarationOf(dataset: Dataset): string {
  return JSON.stringify(dataset, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
}
