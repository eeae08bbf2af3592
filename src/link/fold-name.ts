import { Converter } from 'opencc-js/t2cn';

/** Blanks, dots between name parts in any of their forms, hyphens, quotes and brackets: written or not, the name is the same. */
const UNWRITTEN = /[\s\p{C}·•・．.‧∙⋅･｡。'’‘`´\-‐–—_()（）[\]【】]/u;

const toSimplified = Converter({ from: 't', to: 'cn' });
const folded = new Map<number, string>();

/** A name as it is compared: 繁 → 简, full-width → half-width, lower case, without dots and blanks. Equal people, equal text. */
export function foldName(name: string): string {
  let text = '';
  for (const character of name) text += foldCharacter(character);
  return text;
}

function foldCharacter(character: string): string {
  const point = character.codePointAt(0)!;
  const known = folded.get(point);
  if (known !== undefined) return known;
  let text = '';
  for (const plain of character.normalize('NFKC').toLowerCase()) if (!UNWRITTEN.test(plain)) text += plain;
  text = toSimplified(text);
  folded.set(point, text);
  return text;
}
