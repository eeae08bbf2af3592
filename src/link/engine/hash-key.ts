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

/** The same of a text that is told in parts, without putting them together. */
export class HashedParts {
  #first = 0;
  #second = 0;

  begin(): this {
    this.#first = 0xdeadbeef;
    this.#second = 0x41c6ce57;
    return this;
  }

  add(text: string): this {
    let [first, second] = [this.#first, this.#second];
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      first = Math.imul(first ^ unit, 2654435761);
      second = Math.imul(second ^ unit, 1597334677);
    }
    [this.#first, this.#second] = [first, second];
    return this;
  }

  addUnits(units: Uint8Array | Uint16Array, from = 0, to = units.length): this {
    let [first, second] = [this.#first, this.#second];
    for (let i = from; i < to; i += 1) {
      first = Math.imul(first ^ units[i]!, 2654435761);
      second = Math.imul(second ^ units[i]!, 1597334677);
    }
    [this.#first, this.#second] = [first, second];
    return this;
  }

  key(): number {
    return finished(this.#first, this.#second);
  }
}

function finished(one: number, other: number): number {
  const half = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  const second = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(half ^ (half >>> 13), 3266489909);
  return 4294967296 * (2097151 & second) + (half >>> 0) || 1;
}
