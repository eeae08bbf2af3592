/** A whole number in Chinese or Arabic numerals as Arabic digits without leading zeros: 十二 → 12, 二〇五 → 205, 03 → 3. */
export function toArabic(numeral: string): string {
  const first = numeral.charCodeAt(0);
  if (first >= 48 && first <= 57) return first === 48 ? numeral.replace(/^0+(?=\d)/, '') : numeral;
  return String(UNITS.test(numeral) ? byPlaces(numeral) : byDigits(numeral));
}

/** Where the run of Chinese numerals that starts here ends. */
export function chineseNumeralEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && DIGITS.has(text.charCodeAt(at))) at += 1;
  return at;
}

/** 十 is ten and a place; 廿 and 卅 are two places in one character. */
const DIGITS = new Map<number, number>(
  [...'〇零一二三四五六七八九两十百廿卅'].map((character, at) => [
    character.charCodeAt(0),
    [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 10, 100, 20, 30][at] ?? 0,
  ]),
);
const UNITS = /[十百廿卅]/u;

function byPlaces(numeral: string): number {
  let total = 0;
  let digit = 0;
  for (let at = 0; at < numeral.length; at += 1) {
    const value = DIGITS.get(numeral.charCodeAt(at)) ?? 0;
    if (value === 10 || value === 100) {
      total += (digit === 0 ? 1 : digit) * value;
      digit = 0;
    } else if (value >= 20) {
      total += value;
    } else {
      digit = value;
    }
  }
  return total + digit;
}

function byDigits(numeral: string): number {
  let number = 0;
  for (let at = 0; at < numeral.length; at += 1) number = number * 10 + (DIGITS.get(numeral.charCodeAt(at)) ?? 0);
  return number;
}
