import { givenNameOf, pinyinKey, surnameOf } from '../compare/spell-name.js';

export interface NameParts {
  /** Without tones, dialect sounds merged. */
  readonly pinyin: string;
  readonly surname: string;
  /** Only where it has two characters or more: one character of a given name is half the county's. */
  readonly given: string;
  readonly firstTwo: string;
}

/** What a folded name is found by where it is not found whole. */
export function nameParts(name: string): NameParts {
  const given = givenNameOf(name);
  const characters = [...name];
  return {
    pinyin: pinyinKey(name),
    surname: surnameOf(name),
    given: [...given].length >= 2 ? given : '',
    firstTwo: characters.length > 2 ? characters.slice(0, 2).join('') : '',
  };
}
