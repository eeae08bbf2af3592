import { hash } from 'node:crypto';
import { indexOf, SealBroken, type Indexed, type SealedValue, type Sealing } from '../model/sealing.js';
import type { DataKey, SealKeys } from './seal-keys.js';
import { recordSealer } from './seal-record.js';

/** The hub's seal: what is written from now on is under the current key, what any of its keys sealed is opened. */
export interface Seal extends Sealing {
  readonly keys: SealKeys;
  seal(kind: Indexed, text: string, masked: string): SealedValue;
  /** The same value under the current key; the very same where it is so already. */
  renew<T extends string>(sealed: T): T;
}

/** Stands before sealed bytes, and before no compressed ones. */
const MARK = 'hub sealed ';

export function openSeal(keys: SealKeys): Seal {
  const { current, all, index } = keys;
  const currentName = nameOf(current);
  const named = new Map([...all.values()].map((key) => [nameOf(key), key.cipher]));
  const sealText = (text: string): string =>
    `${currentName}:${current.cipher.seal(Buffer.from(text, 'utf8'), currentName).toString('base64url')}`;
  const open = (text: string): string => {
    const at = text.lastIndexOf(':');
    const name = text.slice(0, Math.max(0, at));
    const cipher = named.get(name);
    if (!cipher) {
      if (LOOKS_SEALED.test(text)) throw unknownKey(name);
      return text;
    }
    return opened(name, () => cipher.open(Buffer.from(text.slice(at + 1), 'base64url'), name)).toString('utf8');
  };
  const seal = (kind: Indexed, text: string, masked: string): SealedValue => ({
    index: indexOf(index, kind, text),
    masked,
    sealed: sealText(text),
  });
  return {
    keys,
    secret: index,
    salt: hash('sha256', Buffer.concat([Buffer.from('hub row hashes'), index.keys.text]), 'hex'),
    seal,
    open,
    renew: (text) => (text.startsWith(`${currentName}:`) ? text : (sealText(open(text)) as typeof text)),
    sealerOf: (dataset) => recordSealer(dataset, seal),
    sealBytes: (bytes) =>
      Buffer.concat([Buffer.from(`${MARK}${currentName}\n`, 'latin1'), current.cipher.seal(bytes, currentName)]),
    openBytes(bytes) {
      if (bytes.toString('latin1', 0, MARK.length) !== MARK) return bytes;
      const end = bytes.indexOf('\n');
      const name = bytes.toString('latin1', MARK.length, end);
      const cipher = named.get(name);
      if (!cipher) throw unknownKey(name);
      return opened(name, () => cipher.open(bytes.subarray(end + 1), name));
    },
  };
}

function nameOf({ algorithm, id }: DataKey): string {
  return `${algorithm}:${id}`;
}

const LOOKS_SEALED = /^[A-Z0-9+-]+:k\d+:[\w-]*$/;

function unknownKey(name: string): SealBroken {
  return new SealBroken(`A value was sealed by ${name}, a key that this hub does not have.`);
}

function opened<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new SealBroken(`A value sealed by ${name} cannot be opened: ${error.message}.`);
  }
}
