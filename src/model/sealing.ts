import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Dataset } from './importer.js';
import type { ValidRecord, Value } from './record.js';

/**
 * A number or a telephone as it is stored: nothing of it can be read without a key that is not in the database, and what equals it is
 * found all the same.
 */
export interface SealedValue {
  /** `ALGORITHM:BASE64URL`, the same text for the same value: what is searched, joined and compared by. */
  readonly index: string;
  /** `530***************`: with its last four and the date of birth beside it, all of a number but its county could be read. */
  readonly masked: string;
  /** `ALGORITHM:KEY:BASE64URL`, another text each time. */
  readonly sealed: string;
  /** YYYY-MM-DD, of a number that holds one: who is under age is told without a key. */
  readonly born?: string;
}

/** What of a value its index stands for; the same digits as a number and as a telephone have nothing in common. */
export const INDEXED = ['number', 'phone', 'text'] as const;
export type Indexed = (typeof INDEXED)[number];

/** The keys of blind indexes, one a kind; plain enough to be handed to a thread. */
export interface IndexSecret {
  readonly algorithm: IndexAlgorithm;
  /** 32 bytes each. */
  readonly keys: Readonly<Record<Indexed, Uint8Array>>;
}

/** Names as they are stored with each value. */
export const INDEX_ALGORITHMS = { 'HMAC-SHA-256': 'sha256', 'HMAC-SM3': 'sm3' } as const;
export type IndexAlgorithm = keyof typeof INDEX_ALGORITHMS;

/** Seals what goes into the database, and opens what comes out of it. */
export interface Sealing {
  /** Null where nothing is sealed. */
  readonly secret: IndexSecret | null;
  /** Keyed, so that what is hashed cannot be guessed by trying; empty where nothing is sealed. */
  readonly salt: string;
  /** Of hashes. */
  readonly digest: 'sha1' | 'sha256' | 'sm3';
  /** By what a dataset's columns are: what a record states and wrote, its numbers and telephones sealed wherever they stand. */
  sealerOf(dataset: Pick<Dataset, 'columns'>): (record: Stated) => Stated;
  /** The text of a `SealedValue`, or a text that is none as it is. @throws SealBroken */
  open(sealed: string): string;
  sealBytes(bytes: Buffer): Buffer;
  /** Bytes that were never sealed come back as they are. @throws SealBroken */
  openBytes(bytes: Buffer): Buffer;
}

/** What moves values under the key that is in use. */
export interface Renewing extends Sealing {
  /** `ALGORITHM:KEY` of what is sealed from now on. */
  readonly current: string;
  /** The same value under that key; the very same text where it is so already. @throws SealBroken */
  renew(sealed: string): string;
}

export type Stated = Pick<ValidRecord, 'stated'> & { readonly raw: Readonly<Record<string, string | SealedValue>> };

/** `ALGORITHM:KEY:BASE64URL`; no number and no telephone looks like it. */
export const LOOKS_SEALED = /^[A-Z0-9+-]+:k\d+:[\w-]*$/;

/** A database without keys: everything stands in it as it was read. */
export const UNSEALED: Sealing = {
  secret: null,
  salt: '',
  digest: 'sha1',
  sealerOf: () => (record) => record,
  open(text) {
    if (LOOKS_SEALED.test(text))
      throw new SealBroken('The database has been sealed since this program was started: start it again.');
    return text;
  },
  sealBytes: (bytes) => bytes,
  openBytes: (bytes) => bytes,
};

/** What cannot be opened; the message names algorithm and key, never a value. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export function isSealed(value: unknown): value is SealedValue {
  return typeof value === 'object' && value !== null && 'sealed' in value && 'index' in value;
}

/** By which equal values are found; the value itself where nothing is sealed. */
export function indexOf(secret: IndexSecret | null, kind: Indexed, text: string): string {
  if (secret === null) return text;
  // 128 bits: two of a thousand million values meet with a chance of one in 10^20.
  const sum = createHmac(INDEX_ALGORITHMS[secret.algorithm], keyOf(secret, kind)).update(text).digest('base64url');
  return `${secret.algorithm}:${sum.slice(0, 22)}`;
}

/** What a value was before it was sealed, lists and objects through and through. @throws SealBroken */
export function openValue({ open }: Pick<Sealing, 'open'>, value: Value): Value {
  return walk(value, (sealed) => open(sealed.sealed));
}

/** A value as anybody may see it who may see that there is one. */
export function maskedValue(value: Value): Value {
  return walk(value, (sealed) => sealed.masked);
}

function walk(value: Value, change: (sealed: SealedValue) => string): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: Value) => walk(each, change));
  if (isSealed(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each as Value, change)]));
}

/** A key object made once is half of the cost. */
const made = new WeakMap<Uint8Array, KeyObject>();

function keyOf({ keys }: IndexSecret, kind: Indexed): KeyObject {
  const bytes = keys[kind];
  const known = made.get(bytes);
  if (known) return known;
  const key = createSecretKey(bytes);
  made.set(bytes, key);
  return key;
}
