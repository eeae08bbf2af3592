import { cleanText } from './clean-text.js';

export interface NameReading {
  readonly name: string;
  /** Characters that are no name's: private use, digits, a mask. Null where all is well. */
  readonly strange: string | null;
  readonly damaged: boolean;
}

/**
 * A person's name as written: 生僻字, traditional forms and compatibility ideographs stay what they are. Blanks between 汉字
 * go (王 伟), dots between parts of a name become · (U+00B7).
 */
export function readPersonName(written: string): NameReading {
  if (isOrdinary(written)) return { name: written, strange: null, damaged: false };
  const { text, damaged } = cleanText(written);
  const name = text.replace(DOTS, '·').replace(POINT, '·').replace(INNER_BLANK, '').replace(EDGE_DOTS, '');
  return { name, strange: STRANGE.exec(name)?.[0] ?? null, damaged };
}

const DOTS = /\s*[·•．‧∙⋅・･●⸱‐᛫]\s*/gu;
const POINT = /(?<=\p{Script=Han})\s*[.。]\s*(?=\p{Script=Han})/gu;
const INNER_BLANK = /(?<=[\p{Script=Han}\p{Co}])\s+(?=[\p{Script=Han}\p{Co}])/gu;
const EDGE_DOTS = /^·+|·+$/gu;
const STRANGE = /[\p{Co}\p{Nd}\p{S}*?？＊_#@%&=+|\\/<>[\]{}~^;:!"，。、；：！]|\ufffd/u;

function isOrdinary(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if ((unit < 0x4e00 || unit > 0x9fff) && unit !== 0xb7) return false;
  }
  return true;
}
