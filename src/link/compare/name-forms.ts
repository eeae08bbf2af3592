import { hashKey } from '../engine/hash-key.js';
import { foldName, UNREADABLE } from '../fold-name.js';
import { characterId, isWild } from './characters.js';
import { spellName } from './spell-name.js';
import { PLACEHOLDER, surnameLengthOf } from './surnames.js';
import { splitSyllables } from './syllables.js';

/** Marks of a name. */
export const HAN = 1;
/** The given name was withheld (李某, 王**, 张女士), or nothing but wildcards was written. */
export const WITHHELD = 2;
export const NICKNAME = 4;
export const WILDCARDS = 8;

/** Longer names are compared by their beginning. */
const MOST_CHARACTERS = 31;

/** Words before the characters: length, length of the surname and marks; two of pinyin each way round; the nickname's character. */
const HEAD = 6;

/** Names taken apart once: some words of 16 bits each, one after another; about 24 bytes a name. */
export class NameForms {
  #words: Uint16Array;
  #end = 0;

  constructor(words = 1 << 12) {
    this.#words = new Uint16Array(words);
  }

  /** @returns where the name stands; the methods below take that */
  add(name: string): number {
    const start = this.#end;
    const characters = [...foldName(name)];
    const isHan = characters.some((character) => HAN_CHARACTER.test(character));
    const ids = (isHan ? idsOf(characters) : characters.map((character) => characterId(character))).slice(
      0,
      MOST_CHARACTERS,
    );
    const surname = isHan ? surnameLengthOf(characters) : 0;
    const nickname = isHan ? nicknameOf(characters) : undefined;
    const isWithheld = PLACEHOLDER.test(characters.slice(surname).join('')) || ids.every(isWild);
    const marks =
      (isHan ? HAN : 0) |
      (isWithheld ? WITHHELD : 0) |
      (nickname === undefined ? 0 : NICKNAME) |
      (ids.some(isWild) ? WILDCARDS : 0);
    this.#reserve(HEAD + ids.length);
    const words = this.#words;
    words[start] = ids.length | (surname << 5) | (marks << 7);
    const [forwards, backwards] = spellName(characters, isHan, surname);
    this.#write(start + 1, hashKey(forwards));
    this.#write(start + 3, hashKey(backwards));
    words[start + 5] = nickname === undefined ? 0 : characterId(nickname);
    words.set(ids, start + HEAD);
    this.#end = start + HEAD + ids.length;
    return start;
  }

  clear(): void {
    this.#end = 0;
  }

  length(start: number): number {
    return this.#words[start]! & 31;
  }

  surname(start: number): number {
    return (this.#words[start]! >> 5) & 3;
  }

  has(start: number, mark: number): boolean {
    return ((this.#words[start]! >> 7) & mark) !== 0;
  }

  at(start: number, position: number): number {
    return this.#words[start + HEAD + position]!;
  }

  nickname(start: number): number {
    return this.#words[start + 5]!;
  }

  /** Whether the names are written alike in toneless pinyin, the surname first or last. */
  isSpeltAlike(one: number, other: number): boolean {
    const words = this.#words;
    const low = words[one + 1]!;
    const high = words[one + 2]!;
    if (low === words[other + 1] && high === words[other + 2]) return true;
    if (low === words[other + 3] && high === words[other + 4]) return true;
    return words[one + 3] === words[other + 1] && words[one + 4] === words[other + 2];
  }

  #write(at: number, hash: number): void {
    this.#words[at] = hash & 0xffff;
    this.#words[at + 1] = Math.floor(hash / 0x10000) & 0xffff;
  }

  #reserve(words: number): void {
    if (this.#end + words <= this.#words.length) return;
    const more = new Uint16Array(this.#words.length * 2);
    more.set(this.#words);
    this.#words = more;
  }
}

const HAN_CHARACTER = /\p{Script=Han}/u;
const LETTER = /[a-zü]/;

/** Latin letters within a Chinese name: a mask (李xx), or pinyin for the character that could not be typed (李wei). */
function idsOf(characters: readonly string[]): number[] {
  const ids: number[] = [];
  for (let i = 0; i < characters.length; i += 1) {
    let end = i;
    while (end < characters.length && LETTER.test(characters[end]!)) end += 1;
    if (end === i) {
      ids.push(characterId(characters[i]!));
      continue;
    }
    const letters = characters.slice(i, end).join('');
    if (/^x+$/.test(letters)) for (const _ of letters) ids.push(characterId(UNREADABLE));
    else {
      const syllables = splitSyllables(letters);
      for (const part of syllables ?? letters) ids.push(characterId(part, syllables !== null));
    }
    i = end - 1;
  }
  return ids;
}

/** The character of the given name in 小明, 阿明, 明儿, 明明; undefined for a name that is none. */
function nicknameOf(characters: readonly string[]): string | undefined {
  if (characters.length !== 2) return undefined;
  const [first, second] = characters as [string, string];
  if (first === '小' || first === '阿' || first === second) return second;
  return second === '儿' ? first : undefined;
}
