import { hash } from 'node:crypto';
import type { Dataset } from '../model/importer.js';
import type { Row } from '../model/record.js';

/**
 * A function from a row to 64 bits over its raw cells. Two rows of equal hash are held to say the same, so everything that
 * decides how the cells are read goes in: the declaration, the header above them, the sheet.
 * Among a million rows two different ones meet with a chance of one in twenty million.
 */
export function rowHasher(dataset: Dataset, header: readonly string[], reading: string): (row: Row) => bigint {
  const salt = JSON.stringify([declarationOf(dataset), reading, header]);
  const prefix = hash('sha1', salt, 'hex');
  return (row) => {
    // As text: a Buffer a row costs twice the time and fifty megabytes.
    const sum = hash('sha1', `${prefix}${row.sheet ?? ''}${JSON.stringify(row.cells)}`, 'hex');
    return BigInt.asIntN(64, BigInt(`0x${sum.slice(0, 16)}`));
  };
}

/** The key of a record: 32 hexadecimal digits, taken by PostgreSQL as a uuid. */
export function hashKey(dataset: string, key: string): string {
  return hash('sha1', `${dataset}\u001f${key}`, 'hex').slice(0, 32);
}

function declarationOf(dataset: Dataset): string {
  return JSON.stringify(dataset, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
}
