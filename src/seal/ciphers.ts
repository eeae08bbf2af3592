import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { SealBroken } from '../model/sealing.js';

/** Authenticated encryption: nonce, cipher text and tag in one piece. */
export interface Cipher {
  /** @param name authenticated with the bytes, not kept in them */
  seal(bytes: Buffer, name: string): Buffer;
  /** @throws SealBroken for what this key did not seal under this name, or what was changed since */
  open(sealed: Buffer, name: string): Buffer;
}

/** By the name that is stored with each value. node:crypto has no SM4-GCM: SM4 in counter mode, then a MAC over all of it. */
export const CIPHERS = {
  'AES-256-GCM': openAesGcm,
  'SM4-CTR+HMAC-SM3': openSm4,
} as const satisfies Record<string, (key: Buffer, nonces?: () => Buffer) => Cipher>;
export type CipherName = keyof typeof CIPHERS;

const NONCE = 12;
const TAG = 16;

/** @see NIST SP 800-38D @param key 32 bytes, used as it is */
export function openAesGcm(key: Buffer, nonces = createNonces()): Cipher {
  // A key object is handed over three times as fast as its bytes.
  const secret = createSecretKey(key);
  return {
    seal(bytes, name) {
      const nonce = nonces();
      const cipher = createCipheriv('aes-256-gcm', secret, nonce);
      cipher.setAAD(Buffer.from(name, 'latin1'));
      const body = cipher.update(bytes);
      cipher.final();
      return Buffer.concat([nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, name) {
      if (sealed.length < NONCE + TAG) throw broken();
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(name, 'latin1'));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
      const bytes = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
      try {
        decipher.final();
      } catch {
        throw broken();
      }
      return bytes;
    },
  };
}

/** @see GB/T 32907-2016 (SM4), GB/T 32905-2016 (SM3), GB/T 17964 (CTR) @param key 32 bytes, out of which both keys are derived */
export function openSm4(key: Buffer, nonces = createNonces()): Cipher {
  const [secret, mac] = [derive('sm3', key, 'hub seal sm4', 16), derive('sm3', key, 'hub seal hmac-sm3', 32)].map(
    createSecretKey,
  ) as [KeyObject, KeyObject];
  const tagOf = (name: string, nonce: Buffer, body: Buffer): Buffer =>
    createHmac('sm3', mac).update(`${name}\0`).update(nonce).update(body).digest().subarray(0, TAG);
  return {
    seal(bytes, name) {
      const nonce = nonces();
      const body = createCipheriv('sm4-ctr', secret, counterFrom(nonce)).update(bytes);
      return Buffer.concat([nonce, body, tagOf(name, nonce, body)]);
    },
    open(sealed, name) {
      if (sealed.length < NONCE + TAG) throw broken();
      const nonce = sealed.subarray(0, NONCE);
      const body = sealed.subarray(NONCE, sealed.length - TAG);
      if (!timingSafeEqual(tagOf(name, nonce, body), sealed.subarray(sealed.length - TAG))) throw broken();
      return createDecipheriv('sm4-ctr', secret, counterFrom(nonce)).update(body);
    },
  };
}

/** A key for one purpose out of a key for several. @see RFC 5869 @param bytes length of it */
export function derive(digest: 'sha256' | 'sm3', key: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync(digest, key, Buffer.alloc(0), purpose, bytes));
}

/**
 * Nonces that never come twice under one key: eight bytes of chance, drawn anew by each program, thread and key, and a count of four. Of
 * a million that were drawn two are the same with a chance of one in 37 million; to draw twelve bytes each time costs as much as to seal.
 */
export function createNonces(): () => Buffer {
  let chance = randomBytes(8);
  let count = 0;
  return () => {
    if (count === 2 ** 32) [chance, count] = [randomBytes(8), 0];
    const nonce = Buffer.allocUnsafe(NONCE);
    chance.copy(nonce);
    nonce.writeUInt32BE(count, 8);
    count += 1;
    return nonce;
  };
}

function counterFrom(nonce: Buffer): Buffer {
  const counter = Buffer.alloc(16);
  nonce.copy(counter);
  return counter;
}

function broken(): SealBroken {
  return new SealBroken('it was changed, cut off, or sealed by another key');
}
