/**
 * The keys of many rows at a time: four million rows stand under eleven rules, and a call a row costs more than its key.
 * @param into filled from 0 with the keys of `rows` from `from` up to `to`; 0 for a row that has none
 */
export type CandidateKeys = (rows: Int32Array, from: number, to: number, into: Float64Array) => void;

/** Rows at a time, so that their keys stay in the processor's cache. */
export const KEYS_AT_ONCE = 2048;

type Codes = Int32Array | Uint32Array | Float64Array;

/** @param more added to each, so that a code of -1 is no key */
export function columnKeys(codes: Codes, more = 0): CandidateKeys {
  return (rows, from, to, into) => {
    for (let at = from; at < to; at += 1) into[at - from] = codes[rows[at]!]! + more;
  };
}

/** @param table by code */
export function codedKeys(table: Int32Array, codes: Int32Array): CandidateKeys {
  return (rows, from, to, into) => {
    for (let at = from; at < to; at += 1) into[at - from] = table[codes[rows[at]!]!]!;
  };
}

/** Two codes in one number, exact in 53 bits; none where either is missing. */
export function bothCodes(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : one * 2 ** 27 + other;
}

/** The same of many rows. */
export function bothKeys(one: CandidateKeys, other: CandidateKeys): CandidateKeys {
  let second = new Float64Array(0);
  return (rows, from, to, into) => {
    if (second.length < to - from) second = new Float64Array(to - from);
    one(rows, from, to, into);
    other(rows, from, to, second);
    for (let i = 0; i < to - from; i += 1) into[i] = bothCodes(into[i]!, second[i]!);
  };
}

/** Of rules for few rows. */
export function keysBy(keyOf: (row: number) => number): CandidateKeys {
  return (rows, from, to, into) => {
    for (let at = from; at < to; at += 1) into[at - from] = keyOf(rows[at]!);
  };
}

export function keyOfRow(keys: CandidateKeys, row: number): number {
  const into = new Float64Array(1);
  keys(Int32Array.of(row), 0, 1, into);
  return into[0]!;
}

/** Visits the rows in turn, a few thousand at a time. @param keys used again for the next */
export function eachKeys(
  keysOf: CandidateKeys,
  rows: Int32Array,
  visit: (keys: Float64Array, from: number, count: number) => void,
  from = 0,
  to = rows.length,
): void {
  const keys = new Float64Array(Math.min(KEYS_AT_ONCE, Math.max(0, to - from)));
  for (let at = from; at < to; at += KEYS_AT_ONCE) {
    const end = Math.min(to, at + KEYS_AT_ONCE);
    keysOf(rows, at, end, keys);
    visit(keys, at, end - at);
  }
}
