import { pinyin } from 'pinyin-pro';
import { foldName } from '../fold-name.js';
import { characterId, spellingOf } from './characters.js';
import { surnameLengthOf } from './surnames.js';
import { mergeDialect, plainUmlaut, splitSyllables } from './syllables.js';

/** Toneless pinyin in one word, the surname first and the surname last; letters are spelt as themselves. */
export function spellName(characters: readonly string[], isHan: boolean, surname: number): readonly [string, string] {
  if (!isHan) {
    const letters = plainUmlaut(characters.join(''));
    return [letters, letters];
  }
  const family = surnameSpelling(characters.slice(0, surname).join(''));
  let given = '';
  for (let i = surname; i < characters.length; i += 1) given += spellingOf(characterId(characters[i]!));
  return [family + given, given + family];
}

/**
 * Toneless pinyin with the sounds merged that dialects do not tell apart: names that sound alike, or that were written in pinyin, have
 * one key. For blocking. @returns '' for no name
 */
export function pinyinKey(name: string): string {
  const characters = [...foldName(name)];
  if (!characters.some((character) => /\p{Script=Han}/u.test(character))) {
    const letters = characters.join('');
    return splitSyllables(letters)?.map(mergeDialect).join('') ?? letters;
  }
  const surname = surnameLengthOf(characters);
  const family = splitSyllables(surnameSpelling(characters.slice(0, surname).join(''))) ?? [];
  const given = characters.slice(surname).map((character) => spellingOf(characterId(character)));
  return [...family, ...given].map(mergeDialect).join('');
}

/**
 * The same as one number of 52 bits: equal keys, equal numbers.
 * @param characters of a folded name @returns 0 for no name
 */
export function soundNumber(characters: readonly string[]): number {
  let isHan = false;
  for (const character of characters) isHan ||= soundOf(character).isHan;
  if (!isHan) return packed(soundOfLetters(pinyinKey(characters.join(''))));
  const length = surnameLengthOf(characters);
  let { first, second } = soundOfSurname(characters.slice(0, length).join(''));
  for (let i = length; i < characters.length; i += 1) {
    const next = soundOf(characters[i]!);
    first = (Math.imul(first, next.firstPower) + next.first) | 0;
    second = (Math.imul(second, next.secondPower) + next.second) | 0;
  }
  return packed({ first, second });
}

/** The same of a name that is all of 汉字 of one code unit each. @param surname how many of them are the surname */
export function soundNumberOfUnits(name: string, surname: number): number {
  const family = surname === 1 ? surnameSoundAt(name.charCodeAt(0)) : soundOfSurname(name.slice(0, surname));
  let { first, second } = family;
  for (let i = surname; i < name.length; i += 1) {
    const next = soundAt(name.charCodeAt(i));
    first = (Math.imul(first, next.firstPower) + next.first) | 0;
    second = (Math.imul(second, next.secondPower) + next.second) | 0;
  }
  return packed({ first, second });
}

/** By code unit: a search for its text would cost more than all else that is done with a character. */
const soundsOfUnits: (Sound | undefined)[] = Array.from({ length: 0x10000 });
const surnamesOfUnits: (Sound | undefined)[] = Array.from({ length: 0x10000 });

function soundAt(unit: number): Sound {
  return (soundsOfUnits[unit] ??= soundOf(String.fromCharCode(unit)));
}

function surnameSoundAt(unit: number): Sound {
  return (surnamesOfUnits[unit] ??= soundOfSurname(String.fromCharCode(unit)));
}

/** Letters as two polynomials, so that those of two syllables follow from those of each. */
interface Sound {
  readonly first: number;
  readonly second: number;
  readonly firstPower: number;
  readonly secondPower: number;
}

const sounds = new Map<string, Sound & { readonly isHan: boolean }>();
const surnameSounds = new Map<string, Sound>();

function soundOf(character: string): Sound & { readonly isHan: boolean } {
  const known = sounds.get(character);
  if (known) return known;
  const sound = {
    ...soundOfLetters(mergeDialect(spellingOf(characterId(character)))),
    isHan: /\p{Script=Han}/u.test(character),
  };
  sounds.set(character, sound);
  return sound;
}

function soundOfSurname(surname: string): Sound {
  const known = surnameSounds.get(surname);
  if (known) return known;
  const sound = soundOfLetters((splitSyllables(surnameSpelling(surname)) ?? []).map(mergeDialect).join(''));
  surnameSounds.set(surname, sound);
  return sound;
}

function soundOfLetters(letters: string): Sound {
  let [first, second, firstPower, secondPower] = [0, 0, 1, 1];
  for (let i = 0; i < letters.length; i += 1) {
    const code = letters.charCodeAt(i);
    first = (Math.imul(first, 0x01000193) + code) | 0;
    second = (Math.imul(second, 0x9e3779b1) + code) | 0;
    firstPower = Math.imul(firstPower, 0x01000193);
    secondPower = Math.imul(secondPower, 0x9e3779b1);
  }
  return { first, second, firstPower, secondPower };
}

function packed({ first, second }: Pick<Sound, 'first' | 'second'>): number {
  return (first >>> 0) * 1_048_576 + ((second >>> 12) & 0xfffff);
}

export function surnameOf(name: string): string {
  const characters = [...foldName(name)];
  return characters.slice(0, surnameLengthOf(characters)).join('');
}

/** @returns '' for a bare surname */
export function givenNameOf(name: string): string {
  const characters = [...foldName(name)];
  return characters.slice(surnameLengthOf(characters)).join('');
}

const surnames = new Map<string, string>();

/** 曾, 单, 解 and their like are read another way in a surname. */
export function surnameSpelling(surname: string): string {
  let known = surnames.get(surname);
  if (known === undefined) {
    known = plainUmlaut(
      pinyin(surname, { surname: 'head', toneType: 'none', type: 'array', v: true, nonZh: 'consecutive' }).join(''),
    );
    surnames.set(surname, known);
  }
  return known;
}
