import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { TokenKeys } from './token-keys.js';

const ALGORITHM = 'aes-256-gcm';
const [CHANCE, TAG] = [12, 16];

/**
 * A place in a list that more than one number orders by, told by figures that a viewer may not read: another text each time, as long as every other.
 * Who alters it, or shows it to another list or county, has none.
 */
export function sealPlace(
  { sealing }: Pick<TokenKeys, 'sealing'>,
  list: string,
  county: string,
  numbers: readonly number[],
): string {
  const chance = randomBytes(CHANCE);
  const cipher = createCipheriv(ALGORITHM, keyOf(sealing[0]!), chance, { authTagLength: TAG });
  cipher.setAAD(boundTo(list, county));
  const place = Buffer.from(new Float64Array(numbers).buffer);
  return Buffer.concat([chance, cipher.update(place), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** @returns null for what we did not seal, or not for this list and county */
export function openPlace(
  { sealing }: Pick<TokenKeys, 'sealing'>,
  list: string,
  county: string,
  text: string,
): readonly number[] | null {
  const sealed = Buffer.from(/^[\w-]{1,200}$/.test(text) ? text : '', 'base64url');
  if (sealed.length < CHANCE + TAG) return null;
  for (const key of sealing) {
    const decipher = createDecipheriv(ALGORITHM, keyOf(key), sealed.subarray(0, CHANCE), { authTagLength: TAG });
    decipher.setAAD(boundTo(list, county)).setAuthTag(sealed.subarray(-TAG));
    try {
      const place = Buffer.concat([decipher.update(sealed.subarray(CHANCE, -TAG)), decipher.final()]);
      return Array.from({ length: place.length / 8 }, (_, at) => place.readDoubleLE(at * 8));
    } catch {
      // Of another key, or of nobody's.
    }
  }
  return null;
}

/** A key of its own: the one it is made from seals single blocks. */
const keyOf = (secret: Buffer): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'hub sealed places', 32));

const boundTo = (list: string, county: string): Buffer => Buffer.from(`${list} ${county}`);
