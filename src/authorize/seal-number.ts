import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { TokenKeys } from './token-keys.js';

/** What a sealed number is of: an id is the same text every time, a place in a list never twice the same. */
const MARKS = { change: 'ch', 'place among changes': 'cp', 'place among accesses': 'ca' } as const;
export type Sealed = keyof typeof MARKS;

/**
 * A number that counts what a viewer may not see besides what they may, as a text that tells neither the number nor how far it is to
 * another. One AES block: mark, county, number, and five bytes of nothing or of chance.
 */
export function sealNumber(
  { sealing }: Pick<TokenKeys, 'sealing'>,
  of: Sealed,
  county: string,
  number: number,
): string {
  const block = Buffer.alloc(16);
  block.write(MARKS[of], 0, 'latin1');
  block.writeUIntBE(Number(county), 2, 3);
  block.writeUIntBE(number, 5, 6);
  if (of !== 'change') randomBytes(5).copy(block, 11);
  const cipher = createCipheriv('aes-256-ecb', sealing[0]!, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url');
}

/** @returns null for what we did not seal, or not as this, or of another county */
export function openNumber(
  { sealing }: Pick<TokenKeys, 'sealing'>,
  of: Sealed,
  county: string,
  text: string,
): number | null {
  if (!/^[\w-]{22}$/.test(text)) return null;
  for (const key of sealing) {
    const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const block = Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]);
    if (block.toString('latin1', 0, 2) === MARKS[of] && block.readUIntBE(2, 3) === Number(county)) {
      return block.readUIntBE(5, 6);
    }
  }
  return null;
}
