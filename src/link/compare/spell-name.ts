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
function surnameSpelling(surname: string): string {
  let known = surnames.get(surname);
  if (known === undefined) {
    known = plainUmlaut(
      pinyin(surname, { surname: 'head', toneType: 'none', type: 'array', v: true, nonZh: 'consecutive' }).join(''),
    );
    surnames.set(surname, known);
  }
  return known;
}
