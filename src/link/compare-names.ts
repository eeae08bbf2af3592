import type { Words } from '../model/register.js';
import { soundsAlike } from './sounds-alike.js';

interface NameLevel extends Words {
  readonly holds: (one: readonly string[], other: readonly string[]) => boolean;
}

/**
 * How two folded names can agree without being one text. Read from the top: the first that holds names the level.
 * One character that differs and neither sounds alike is not here: that is how brothers differ.
 */
export const NAME_LEVELS = {
  EQUAL: {
    zh: '姓名相同（繁简、全半角、间隔号不计）',
    en: 'the names are equal once 繁/简, widths and dots are folded',
    holds: (one, other) => one.length === other.length && one.every((character, i) => character === other[i]),
  },
  ONE_MISSING: {
    zh: '姓名缺一字',
    en: 'one character of the name is missing',
    holds: (one, other) => isWithoutOne(one, other) || isWithoutOne(other, one),
  },
  TRANSPOSED: { zh: '姓名字序颠倒', en: 'two characters of the name changed places', holds: isTransposed },
  SOUNDS_ALIKE: { zh: '姓名一字同音', en: 'one character of the name sounds alike', holds: differsBySound },
  SURNAME_CHANGED: {
    zh: '名相同，姓不同',
    en: 'the given name is equal, the surname changed',
    holds: (one, other) => {
      const given = givenNameOf(one);
      return given.length >= 2 && given.join('') === givenNameOf(other).join('');
    },
  },
  PLACEHOLDER: {
    zh: '姓名只写了姓（某、女士）',
    en: 'only the surname was written (某, 女士)',
    holds: (one, other) => isPlaceholderOf(one, other) || isPlaceholderOf(other, one),
  },
} as const satisfies Record<string, NameLevel>;

export type NameAgreement = keyof typeof NAME_LEVELS;

/** @param one folded name @param other folded name @returns the strongest level that holds; null where the names contradict */
export function compareNames(one: string, other: string): NameAgreement | null {
  if (one === other) return 'EQUAL';
  const characters = [...one];
  const others = [...other];
  for (const name of LEVEL_NAMES) if (NAME_LEVELS[name].holds(characters, others)) return name;
  return null;
}

/** Whether the given names have a character in common, or, the surname being another, are equal. */
export function givenNamesMeet(one: string, other: string): boolean {
  const characters = [...one];
  const others = [...other];
  const given = givenNameOf(characters);
  const otherGiven = givenNameOf(others);
  if (given.length === 0 || otherGiven.length === 0) return false;
  if (given.join('') === otherGiven.join('')) return true;
  const surname = characters.slice(0, characters.length - given.length).join('');
  const otherSurname = others.slice(0, others.length - otherGiven.length).join('');
  return surname === otherSurname && given.some((character) => otherGiven.includes(character));
}

const LEVEL_NAMES = Object.keys(NAME_LEVELS) as NameAgreement[];

/** @see 百家姓, the compound surnames still borne by more than a thousand people */
const COMPOUND_SURNAMES = new Set(
  '欧阳 上官 司马 司徒 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 宇文 长孙 司空 鲜于 闾丘 端木 百里 南宫 轩辕 独孤 澹台 太史 申屠 钟离 呼延 濮阳 西门 第五'.split(
    ' ',
  ),
);

function givenNameOf(characters: readonly string[]): readonly string[] {
  const compound = characters.length > 2 && COMPOUND_SURNAMES.has(`${characters[0]}${characters[1]}`);
  return characters.slice(compound ? 2 : 1);
}

/** A surname alone is not a name with a character missing. */
function isWithoutOne(shorter: readonly string[], longer: readonly string[]): boolean {
  if (shorter.length < 2 || longer.length !== shorter.length + 1) return false;
  let skipped = 0;
  for (let i = 0; i < shorter.length; i += 1) {
    while (shorter[i] !== longer[i + skipped]) {
      skipped += 1;
      if (skipped > 1) return false;
    }
  }
  return true;
}

function isTransposed(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length || one.length < 2) return false;
  const differing = one.flatMap((character, i) => (character === other[i] ? [] : [i]));
  if (differing.length !== 2 || differing[1] !== differing[0]! + 1) return false;
  const [first, second] = differing as [number, number];
  return one[first] === other[second] && one[second] === other[first];
}

function differsBySound(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length || one.length < 2) return false;
  let differing = -1;
  for (let i = 0; i < one.length; i += 1) {
    if (one[i] === other[i]) continue;
    if (differing >= 0) return false;
    differing = i;
  }
  return differing >= 0 && soundsAlike(one[differing]!, other[differing]!);
}

const PLACEHOLDERS = /^(?:某某?|女士|先生|小姐|[*＊x×○〇]{1,3})$/u;

function isPlaceholderOf(masked: readonly string[], full: readonly string[]): boolean {
  if (masked.length < 2 || masked[0] !== full[0]) return false;
  return PLACEHOLDERS.test(masked.slice(1).join(''));
}
