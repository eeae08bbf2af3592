import { narrow } from './clean-text.js';

/**
 * A telephone: a mobile's 11 digits, a landline's as area-number (0875-2123456), a 400 number; the first where several
 * stand in one cell. Null where it is none.
 */
export function readPhone(written: string): string | null {
  if (isMobile(written)) return written;
  for (const part of narrow(written).split(SEPARATORS)) {
    const text = part
      .replace(/[()\s'’‘.]/gu, '')
      .replace(/[—–_]/gu, '-')
      .replace(/-+/gu, '-');
    const phone = readOne(text.replace(COUNTRY, ''));
    if (phone !== null) return phone;
  }
  return null;
}

const SEPARATORS = /[,;、/|或和]|\s{2,}|(?<=\d{7})\s+(?=\d{7})/u;
const COUNTRY = /^(?:\+86|0086|86(?=1[3-9]\d{9}$))-?/u;
/** Area codes have three places in the four largest cities' 010 and 02x, four everywhere else. */
const LANDLINE = /^(010|02\d|0[3-9]\d{2})-?([1-9]\d{6,7})(?:(?:-|转)\d{1,5})?$/u;
const LOCAL = /^[2-8]\d{6,7}$/u;
const SERVICE = /^[48]00-?\d{3}-?\d{4}$/u;

function readOne(text: string): string | null {
  const digits = text.replaceAll('-', '');
  if (isMobile(digits)) return digits;
  // 0 before a mobile number was dialled from another city.
  if (digits.length === 12 && digits.startsWith('0') && isMobile(digits.slice(1))) return digits.slice(1);
  const landline = LANDLINE.exec(text);
  if (landline !== null) return `${landline[1]}-${landline[2]}`;
  if (SERVICE.test(text)) return digits;
  return LOCAL.test(text) ? text : null;
}

function isMobile(text: string): boolean {
  if (text.length !== 11 || text.charCodeAt(0) !== 49) return false;
  const second = text.charCodeAt(1);
  if (second < 51 || second > 57) return false;
  for (let at = 2; at < 11; at += 1) {
    const digit = text.charCodeAt(at);
    if (digit < 48 || digit > 57) return false;
  }
  return true;
}
