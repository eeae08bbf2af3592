import { narrow } from './clean-text.js';

/** A unified social credit code of 18 characters, or what is wrong with it. @see GB 32100-2015 */
export function readCreditCode(written: string): { readonly code: string } | { readonly fault: string } {
  const code = narrow(written)
    .toUpperCase()
    .replace(/[\s'’‘-]+/gu, '');
  if (code.length !== 18) return { fault: `${code.length} 位` };
  let sum = 0;
  for (let at = 0; at < 17; at += 1) {
    const value = ALPHABET.indexOf(code.charAt(at));
    if (value < 0) return { fault: `第 ${at + 1} 位` };
    sum += value * (WEIGHTS[at] ?? 0);
  }
  return code.charAt(17) === ALPHABET.charAt((31 - (sum % 31)) % 31) ? { code } : { fault: '校验码' };
}

/** Without I, O, S, V and Z, which are read as digits. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
