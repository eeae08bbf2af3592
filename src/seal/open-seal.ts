import { hash } from 'node:crypto';
import {
  INDEX_ALGORITHMS,
  indexOf,
  LOOKS_SEALED,
  SealBroken,
  type Indexed,
  type Renewing,
  type SealedValue,
} from '../model/sealing.js';
import type { Cipher } from './ciphers.js';
import type { DataKey, SealKeys } from './seal-keys.js';
import { recordSealer } from './seal-record.js';

/** The hub's seal: what is written from now on is under the current key, what any of its keys sealed is opened. */
export interface Seal extends Renewing {
  seal(kind: Indexed, text: string, masked: string): SealedValue;
}

/** Stands before sealed bytes, and before no compressed ones. */
const MARK = 'hub sealed ';
/** Milliseconds before the file of keys is looked at again for a key that it did not have. */
const AGAIN = 1000;

/** @param load reads the keys: once, and again where something was sealed by a key that was made since */
export function openSeal(load: () => SealKeys): Seal {
  const { current: key, all, index } = load();
  const current = nameOf(key);
  let named = byName(all);
  let loaded = performance.now();
  const cipherOf = (name: string): Cipher => {
    const known = named.get(name);
    if (known) return known;
    if (performance.now() - loaded > AGAIN) {
      loaded = performance.now();
      named = byName(load().all);
    }
    const cipher = named.get(name);
    if (!cipher) throw new SealBroken(`A value was sealed by ${name}, a key that this hub does not have.`);
    return cipher;
  };
  const sealText = (text: string): string =>
    `${current}:${key.cipher.seal(Buffer.from(text, 'utf8'), current).toString('base64url')}`;
  const open = (text: string): string => {
    const at = text.lastIndexOf(':');
    const name = text.slice(0, Math.max(0, at));
    if (!named.has(name) && !LOOKS_SEALED.test(text)) return text;
    const cipher = cipherOf(name);
    return opened(name, () => cipher.open(Buffer.from(text.slice(at + 1), 'base64url'), name)).toString('utf8');
  };
  const seal = (kind: Indexed, text: string, masked: string): SealedValue => ({
    index: indexOf(index, kind, text),
    masked,
    sealed: sealText(text),
  });
  const remembered = remember(seal);
  return {
    secret: index,
    digest: INDEX_ALGORITHMS[index.algorithm],
    salt: hash('sha256', Buffer.concat([Buffer.from('hub row hashes'), index.keys.text]), 'hex'),
    current,
    seal,
    open,
    renew: (text) => (text.startsWith(`${current}:`) ? text : sealText(open(text))),
    sealerOf: (dataset) => recordSealer(dataset, remembered),
    sealBytes: (bytes) =>
      Buffer.concat([Buffer.from(`${MARK}${current}\n`, 'latin1'), key.cipher.seal(bytes, current)]),
    openBytes(bytes) {
      if (bytes.toString('latin1', 0, MARK.length) !== MARK) return bytes;
      const end = bytes.indexOf('\n');
      const name = bytes.toString('latin1', MARK.length, end);
      const cipher = cipherOf(name);
      return opened(name, () => cipher.open(bytes.subarray(end + 1), name));
    },
  };
}

/** Values of each of two generations. */
const REMEMBERED = 2048;

/**
 * A household's telephone and its head's number stand in the row of each member: what was sealed a moment ago is written once more as it
 * is, which tells nothing that its index does not tell.
 */
function remember(seal: Seal['seal']): Seal['seal'] {
  let young = new Map<string, SealedValue>();
  let old = young;
  return (kind, text, masked) => {
    const key = `${kind}${text}`;
    const known = young.get(key) ?? old.get(key);
    if (known && known.masked === masked) return known;
    const sealed = seal(kind, text, masked);
    if (young.size === REMEMBERED) [old, young] = [young, new Map()];
    young.set(key, sealed);
    return sealed;
  };
}

function byName(all: SealKeys['all']): ReadonlyMap<string, Cipher> {
  return new Map([...all.values()].map((key) => [nameOf(key), key.cipher]));
}

function nameOf({ algorithm, id }: DataKey): string {
  return `${algorithm}:${id}`;
}

function opened<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new SealBroken(`A value sealed by ${name} cannot be opened: ${error.message}.`);
  }
}
