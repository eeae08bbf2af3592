import type { Division, DivisionTable } from '../model/division.js';
import type { AddressElements } from '../model/record.js';
import { type Elements, takeElements } from './address-elements.js';
import { placeOfAddress } from './address-place.js';
import { isPlain, plainText } from './clean-text.js';
import { townshipAliases } from './division-names.js';
import { chineseNumeralEnd, toArabic } from './numerals.js';

export interface ParsedAddress {
  readonly elements: AddressElements;
  /** Codes of the divisions that it names; null where it names none we know. */
  readonly township: string | null;
  readonly village: string | null;
}

/**
 * Takes an address apart: 隆阳区河图街道河上村社区第三组12号, 永昌街道双虹社区阳光花园3栋2单元501室, …3-2-501. Township and village
 * become their official names, numerals Arabic. `villageHint` is the village that the row's code already told.
 * @see GA/T 2000.32
 */
export function parseAddress(written: string, divisions: DivisionTable, villageHint: string | null): ParsedAddress {
  const text = tidy(written);
  const { township, village, unknownTownship, at } = placeOfAddress(text, divisions, villageHint);
  const elements: Elements = {};
  const townshipName = township?.name ?? unknownTownship;
  if (townshipName !== null) elements.township = townshipName;
  if (village !== null) elements.village = village.name;
  takeElements(text, at, elements, village !== null || villageHint !== null);
  const within = village?.parent ?? township?.code ?? null;
  if (elements.estate !== undefined) {
    const around = divisions.byCode(within ?? villageHint?.slice(0, 9) ?? '');
    if (around !== null) elements.estate = withoutTownship(elements.estate, around);
  }
  return { elements, township: within, village: village?.code ?? null };
}

/** 板桥镇敬老院, within 板桥镇, is 敬老院: the township is written twice as often as once. */
function withoutTownship(estate: string, township: Division): string {
  const prefix = townshipAliases(township).find((name) => estate.startsWith(name));
  return prefix === undefined || estate.length - prefix.length < 2 ? estate : estate.slice(prefix.length);
}

/** An element that stands in a column of its own (`3栋`, `二单元`, `0501室`) in the form in which the parse has it. */
export function elementNumber(written: string): string {
  const text = tidy(written).replace(ELEMENT_ENDING, '');
  if (text === '') return '';
  return chineseNumeralEnd(text, 0) === text.length || /^[0-9]+$/.test(text) ? toArabic(text) : text.toUpperCase();
}

const ELEMENT_ENDING = /(?:号楼|单元|[栋幢座楼室号#户房])$/u;
const DASHES = /[—–－‐~～]+/gu;

function tidy(written: string): string {
  if (isPlain(written)) return beside(written);
  return beside(plainText(written).replace(/\s+/gu, '').normalize('NFKC').replace(DASHES, '-'));
}

/** 12号附1, 12附1号, 12号之一: a door beside the one of that number, in the one form in which it is read. */
function beside(text: string): string {
  return text.includes('附') || text.includes('之') ? text.replace(BESIDE, '$1号附$2号') : text;
}

const BESIDE = /(\d+)号?[附之](\d+|[一二三四五六七八九十]+)(?:号(?!楼)|(?![\d号室栋幢单-]))/gu;
