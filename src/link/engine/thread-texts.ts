import { sharedArray } from './thread-arrays.js';
import { TextTable } from './text-table.js';

/** Texts of a table one behind the other, in UTF-16, for a thread that has no strings of ours. */
export interface TextParts {
  /** Where the text of a code begins; one more than there are codes. */
  readonly start: Uint32Array;
  readonly units: Uint16Array;
}

/** @param isAsked whether the text of a code will be asked for; others are left out */
export function shareTexts(table: TextTable, isAsked: (code: number) => boolean = () => true): TextParts {
  const start = sharedArray(Uint32Array, table.size + 1);
  for (let code = 0; code < table.size; code += 1)
    start[code + 1] = start[code]! + (isAsked(code) ? table.textOf(code).length : 0);
  const units = sharedArray(Uint16Array, start[table.size]!);
  for (let code = 0; code < table.size; code += 1) {
    const from = start[code]!;
    if (start[code + 1] === from) continue;
    const text = table.textOf(code);
    for (let i = 0; i < text.length; i += 1) units[from + i] = text.charCodeAt(i);
  }
  return { start, units };
}

/** The table as another thread has filled it; it gains no texts but those of the other. */
export class ThreadTexts extends TextTable {
  #parts: TextParts;

  constructor(parts: TextParts) {
    super();
    this.#parts = parts;
  }

  /** @param parts of the same table, which has gained texts since */
  adopt(parts: TextParts): void {
    this.#parts = parts;
  }

  override get size(): number {
    return this.#parts.start.length - 1;
  }

  override codeOf(): number {
    throw new Error('Texts of another thread are only read.');
  }

  override textOf(code: number): string {
    const { start, units } = this.#parts;
    return code < this.size ? String.fromCharCode(...units.subarray(start[code], start[code + 1])) : '';
  }
}
