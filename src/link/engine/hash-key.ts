/**
 * 53 bits of a key's text, as a number that a bigint column and a Float64Array hold exactly; never 0, which stands for "no key".
 * The text itself is not kept: the link table must not hold a number or a name that its reader may not see.
 * @see cyrb53, a public-domain mixing of two 32-bit words
 */
export function hashKey(text: string): number {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    first = Math.imul(first ^ unit, 2654435761);
    second = Math.imul(second ^ unit, 1597334677);
  }
  return finished(first, second);
}

/** The same of texts that begin alike, whose end is in code units: the beginning is mixed once. */
export class KeysAfter {
  readonly #first: number;
  readonly #second: number;

  constructor(beginning: string) {
    let first = 0xdeadbeef;
    let second = 0x41c6ce57;
    for (let i = 0; i < beginning.length; i += 1) {
      first = Math.imul(first ^ beginning.charCodeAt(i), 2654435761);
      second = Math.imul(second ^ beginning.charCodeAt(i), 1597334677);
    }
    this.#first = first;
    this.#second = second;
  }

  hash(units: Uint8Array): number {
    let first = this.#first;
    let second = this.#second;
    for (let i = 0; i < units.length; i += 1) {
      first = Math.imul(first ^ units[i]!, 2654435761);
      second = Math.imul(second ^ units[i]!, 1597334677);
    }
    return finished(first, second);
  }
}

function finished(one: number, other: number): number {
  const half = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  const second = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(half ^ (half >>> 13), 3266489909);
  return 4294967296 * (2097151 & second) + (half >>> 0) || 1;
}
