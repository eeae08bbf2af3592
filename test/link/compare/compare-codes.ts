import { expect } from 'vitest';
import type { Comparator } from '../../../src/link/engine/comparator.js';
import { TextTable } from '../../../src/link/engine/text-table.js';

/** Code of the level at which two texts stand, whichever comes first; null where one is not stated. */
export function compareCodes(comparator: Comparator): (one: string, other: string) => string | null {
  const values = new TextTable();
  const prepared = comparator.prepare(values);
  return (one, other) => {
    const first = values.codeOf(one);
    const second = values.codeOf(other);
    prepared.extend();
    const level = prepared.compare(first, second);
    expect(prepared.compare(second, first)).toBe(level);
    return level === 0 ? null : comparator.levels[level - 1]!.code;
  };
}
