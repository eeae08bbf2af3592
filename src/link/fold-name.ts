import { Converter } from 'opencc-js/t2cn';

/** Stands in a folded name for one character that could not be read, typed or told. */
export const UNREADABLE = '*';

/** Blanks, dots between name parts in any of their forms, hyphens, quotes and brackets: written or not, the name is the same. */
const UNWRITTEN = /[\s\p{C}·•・．.‧∙⋅･｡。ᐧ‒―⁃⸱'’‘`´"“”\-‐–—_()（）[\]【】]/u;

/** Masks, the boxes that a font or a printer puts for a character it lacks, and characters of somebody's private table. */
const UNREAD = /[?*○◯●□■◻▢▯█〓×✕╳�\p{Co}]/u;

/** Radicals that look like the character they are, which NFKC leaves alone. @see Unicode block CJK Radicals Supplement */
const RADICALS = new Map(
  [
    ...'⺟母⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻨麦⻩黄⻬齐⻰龙⻳龟⺩王⺮竹',
  ].flatMap((character, i, all) => (i % 2 === 0 ? [[character, all[i + 1]!] as const] : [])),
);

const toSimplified = Converter({ from: 't', to: 'cn' });
const folded = new Map<number, string>();

/**
 * A name as it is compared: 繁 → 简, full-width → half-width, lower case, without dots and blanks; what cannot be read is one mark.
 * Equal people, equal text.
 */
export function foldName(name: string): string {
  let text = '';
  for (const character of name) text += foldCharacter(character);
  return text;
}

function foldCharacter(character: string): string {
  const point = character.codePointAt(0)!;
  const known = folded.get(point);
  if (known !== undefined) return known;
  const text = toSimplified(plainText(character));
  folded.set(point, text);
  return text;
}

function plainText(character: string): string {
  let text = '';
  for (const plain of (RADICALS.get(character) ?? character).normalize('NFKC').toLowerCase()) {
    if (UNREAD.test(plain)) text += UNREADABLE;
    else if (!UNWRITTEN.test(plain)) text += plain;
  }
  return text;
}
