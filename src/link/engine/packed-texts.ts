import type { HashedParts } from './hash-key.js';
import { TextTable } from './text-table.js';
import { inShared } from './thread-arrays.js';

/** Texts of a table one behind the other, in UTF-16, for a thread that has no strings of ours. */
export interface TextParts {
  /** Where the text of a code begins; one more than there are codes. */
  readonly start: Uint32Array;
  readonly units: Uint16Array;
}

/**
 * For texts of which there are hundreds of thousands and each is seldom read: a fifth of the memory of strings, and nothing for the
 * garbage collector to follow. Each reading makes a string.
 */
export class PackedTexts extends TextTable {
  #size = 1;
  #start = new Uint32Array(1024);
  #units = new Uint16Array(1024);
  /** Codes by hash of the text, the next place where that is taken; 0 for none. */
  #slots = new Int32Array(1024);

  override get size(): number {
    return this.#size;
  }

  override codeOf(text: string): number {
    const { length } = text;
    if (length === 0) return 0;
    const mask = this.#slots.length - 1;
    let slot = slotOf(text) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#is(found, text, length)) return found;
      slot = (slot + 1) & mask;
    }
    const code = this.#size;
    this.#slots[slot] = code;
    this.#append(text, length);
    if (this.#size * 1.5 > this.#slots.length) this.#widen();
    return code;
  }

  override textOf(code: number): string {
    return code < this.#size ? textIn(this.#units, this.#start[code]!, this.#start[code + 1]!) : '';
  }

  override hashInto(hash: HashedParts, code: number): void {
    hash.addUnits(this.#units, this.#start[code], this.#start[code + 1]);
  }

  /** Where all threads see them; they stay as they are while the table gains more. */
  share(): TextParts {
    this.#start = inShared(this.#start);
    this.#units = inShared(this.#units);
    return { start: this.#start.subarray(0, this.#size + 1), units: this.#units.subarray(0, this.#start[this.#size]) };
  }

  #is(code: number, text: string, length: number): boolean {
    const from = this.#start[code]!;
    if (this.#start[code + 1]! - from !== length) return false;
    const units = this.#units;
    for (let i = 0; i < length; i += 1) if (units[from + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #append(text: string, length: number): void {
    const from = this.#start[this.#size]!;
    if (from + length > this.#units.length) {
      const units = new Uint16Array(Math.max(from + length, Math.ceil(this.#units.length * 1.5)));
      units.set(this.#units);
      this.#units = units;
    }
    for (let i = 0; i < length; i += 1) this.#units[from + i] = text.charCodeAt(i);
    this.#size += 1;
    if (this.#size === this.#start.length) {
      const start = new Uint32Array(Math.ceil(this.#size * 1.5));
      start.set(this.#start);
      this.#start = start;
    }
    this.#start[this.#size] = from + length;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let code = 1; code < this.#size; code += 1) {
      let slot = slotOf(this.textOf(code)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = code;
    }
  }
}

function slotOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** Units made a text at a time: no function takes a million arguments. */
const AT_ONCE = 4096;

export function textIn(units: Uint16Array, from: number, to: number): string {
  // As long as nearly every name.
  if (to - from === 3) return String.fromCharCode(units[from]!, units[from + 1]!, units[from + 2]!);
  if (to - from === 2) return String.fromCharCode(units[from]!, units[from + 1]!);
  let text = '';
  for (let at = from; at < to; at += AT_ONCE)
    text += String.fromCharCode(...units.subarray(at, Math.min(to, at + AT_ONCE)));
  return text;
}
