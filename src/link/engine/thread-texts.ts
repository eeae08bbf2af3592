import { sharedArray } from './thread-arrays.js';
import { PackedTexts, textIn, type TextParts } from './packed-texts.js';
import { TextTable } from './text-table.js';

/** @param isAsked whether the text of a code will be asked for; others may be left out */
export function shareTexts(table: TextTable, isAsked: (code: number) => boolean = () => true): TextParts {
  if (table instanceof PackedTexts) return table.share();
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
    return code < this.size ? textIn(units, start[code]!, start[code + 1]!) : '';
  }
}
