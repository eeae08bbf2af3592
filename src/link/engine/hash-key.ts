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
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return 4294967296 * (2097151 & second) + (first >>> 0) || 1;
}
