/** Digits packed four bits each, eight to a word of 32 bits, the first digit highest. X counts as ten. */
export const DIGITS_PER_WORD = 8;

export function packDigits(text: string, into: Int32Array, at: number, words: number): void {
  for (let word = 0; word < words; word += 1) {
    let packed = 0;
    for (let i = word * DIGITS_PER_WORD; i < (word + 1) * DIGITS_PER_WORD; i += 1)
      packed = (packed << 4) | digitAt(text, i);
    into[at + word] = packed;
  }
}

/** How many of eight packed digits are not 0; of two words' exclusive or: how many differ. */
export function countDigits(packed: number): number {
  let bits = packed | (packed >>> 2);
  bits = (bits | (bits >>> 1)) & 0x11111111;
  return Math.imul(bits, 0x11111111) >>> 28;
}

/** Where the first digit that is not 0 stands; 8 for none. */
export function firstDigit(packed: number): number {
  return Math.clz32(packed) >> 2;
}

function digitAt(text: string, i: number): number {
  const unit = text.charCodeAt(i) - 48;
  if (unit >= 0 && unit <= 9) return unit;
  return text[i] === 'X' ? 10 : 0;
}
