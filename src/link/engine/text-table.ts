import type { HashedParts } from './hash-key.js';

/** Distinct texts ↔ small integers; 0 is "no text". */
export class TextTable {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [''];

  /** Codes run from 0 to one less. */
  get size(): number {
    return this.#texts.length;
  }

  codeOf(text: string): number {
    if (text === '') return 0;
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    // A slice of a chunk as long as this would keep the whole chunk in memory.
    const own = text.length < 13 ? text : Buffer.from(text).toString();
    const code = this.#texts.length;
    this.#codes.set(own, code);
    this.#texts.push(own);
    return code;
  }

  textOf(code: number): string {
    return this.#texts[code] ?? '';
  }

  /** As `hash.add` of the text. */
  hashInto(hash: HashedParts, code: number): void {
    hash.add(this.textOf(code));
  }
}
