import { LineCutter } from './split-records.js';

/**
 * Which items of a pull come again later: pages overlap when items change while they are read. Kept as a set of 32-bit sums, not of ids:
 * a sum met twice makes its id a suspect, and only suspects are counted exactly.
 */
export class RepeatedItems {
  readonly #sums = new Set<number>();
  readonly #suspects = new Set<string>();

  see(id: unknown): void {
    if (typeof id !== 'string' && typeof id !== 'number') return;
    const sum = sumOf(String(id));
    if (this.#sums.has(sum)) this.#suspects.add(String(id));
    else this.#sums.add(sum);
  }

  /** Says of an item, by the line on which it stands, whether a later one replaces it. */
  async earlier(lines: AsyncIterable<string>): Promise<(id: string, line: number) => boolean> {
    this.#sums.clear();
    const last = new Map<string, number>();
    if (this.#suspects.size > 0) await this.#findLast(lines, last);
    return (id, line) => (last.get(id) ?? line) > line;
  }

  async #findLast(lines: AsyncIterable<string>, last: Map<string, number>): Promise<void> {
    const cutter = new LineCutter();
    for await (const chunk of lines) {
      for (const line of cutter.take(chunk)) {
        const { id } = JSON.parse(line.text) as { id?: unknown };
        if (this.#suspects.has(String(id))) last.set(String(id), line.line);
      }
    }
  }
}

/** @see FNV-1a, 32 bits */
function sumOf(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
