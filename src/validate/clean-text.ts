/** A text without what cannot be stored or seen, and what was wrong with it. */
export interface CleanText {
  readonly text: string;
  /** It held control characters or half a surrogate pair. */
  readonly damaged: boolean;
}

/**
 * Control characters and lone surrogates go, blanks of every kind become one ordinary blank, the ends are trimmed. Nothing
 * else changes: NFKC would turn 生僻字 among the compatibility ideographs into other characters.
 */
export function cleanText(written: string): CleanText {
  if (isPlain(written)) return { text: written, damaged: false };
  const whole = written.isWellFormed() ? written : written.toWellFormed();
  // A line break or a tab is what people type; the other controls come from broken software.
  const kept = whole.replace(CONTROL, '');
  const text = kept.replace(INVISIBLE, '').replace(BLANKS, ' ').trim();
  return { text, damaged: kept.length !== written.length || whole !== written };
}

/** The text alone. */
export function plainText(written: string): string {
  return isPlain(written) ? written : cleanText(written).text;
}

/** True where every character is printable ASCII or an ordinary 汉字: nine cells of ten, which need no second look. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if ((unit <= 0x20 || unit >= 0x7f) && (unit < 0x4e00 || unit > 0x9fff)) return false;
  }
  return true;
}

/** Full-width digits and letters as plain ones, for numbers and codes; never for names. */
export function narrow(text: string): string {
  return isPlain(text) ? text : plainText(text).normalize('NFKC');
}

const CONTROL = /(?![\t\n\v\f\r\u0085])[\p{Cc}\ufffe\uffff]/gu;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;
const BLANKS = /[\s\u0085\u3000\u2800\u3164]+/gu;
