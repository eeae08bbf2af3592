import type { Division, DivisionTable } from '../model/division.js';
import { type AddressName, addressNames, type NamesByStart } from './address-names.js';
import { chineseNumeralEnd } from './numerals.js';

/** The divisions that an address begins with, and where its own elements begin. */
export interface AddressPlace {
  readonly township: Division | null;
  readonly village: Division | null;
  /** A township that is not in the table, or of another county. */
  readonly unknownTownship: string | null;
  readonly at: number;
}

/** Reads 省市县, 乡镇街道 and 村社区 by the real table. `hint` is the village that the row's code already told. */
export function placeOfAddress(text: string, divisions: DivisionTable, hint: string | null): AddressPlace {
  const names = addressNames(divisions);
  let at = afterCounty(text, divisions.county.name);
  let township: Division | null = null;
  const townshipName = nameAt(names.townships, text, at);
  if (townshipName !== null && (!townshipName.bare || villageFollows(townshipName, at))) {
    township = townshipName.division;
    at += townshipName.name.length;
  }
  const townshipCode = township?.code ?? hint?.slice(0, 9) ?? null;
  const within = townshipCode === null ? undefined : names.villagesOf.get(townshipCode);
  const sure: Sureness = { township: township !== null, hint };
  let villageName = within === undefined ? null : villageAt(within, text, at, sure);
  villageName ??= township === null ? villageAt(names.villages, text, at, sure) : null;
  const village = villageName?.division ?? null;
  if (villageName !== null) at += villageName.name.length;
  const unknownEnd = townshipName === null && hint === null ? unknownTownshipEnd(text, at) : at;
  return { township, village, unknownTownship: unknownEnd > at ? text.slice(at, unknownEnd) : null, at: unknownEnd };

  /** 河图 alone is the township only where one of its villages comes next: 河图路 is a road. */
  function villageFollows({ name, division }: AddressName, start: number): boolean {
    const below = names.villagesOf.get(division.code);
    return below !== undefined && villageAt(below, text, start + name.length, TOWNSHIP_WRITTEN) !== null;
  }
}

/** Where the county's name ends, if it stands near the beginning, else where 省 and 市 end. */
function afterCounty(text: string, county: string): number {
  const found = text.indexOf(county);
  if (found >= 0 && found <= 14) return found + county.length;
  const province = text.indexOf('省');
  if (province < 2 || province > 4) return 0;
  const city = text.indexOf('市', province + 1);
  return city > province + 1 && city - province <= 7 ? city + 1 : province + 1;
}

function nameAt(names: NamesByStart, text: string, at: number): AddressName | null {
  const candidates = names.get(text.slice(at, at + 2));
  if (candidates === undefined) return null;
  for (const candidate of candidates) if (text.startsWith(candidate.name, at)) return candidate;
  return null;
}

/** How much is known of the place before its village is read. */
interface Sureness {
  readonly township: boolean;
  readonly hint: string | null;
}
/** 兰城 and then 栗子园: two names that lie in one another are no chance. */
const TOWNSHIP_WRITTEN: Sureness = { township: true, hint: null };

/**
 * A bare name (王官) counts before a number or the end; before other words only where the township was written or the row's
 * code says the same village, and never where it begins a road or an estate (九龙花园). A hamlet may be called like a village
 * elsewhere: against the row's code, only a committee's name counts.
 */
function villageAt(names: NamesByStart, text: string, at: number, sure: Sureness): AddressName | null {
  const candidates = names.get(text.slice(at, at + 2));
  if (candidates === undefined) return null;
  for (const candidate of candidates) {
    const { name, division, bare } = candidate;
    if (!text.startsWith(name, at)) continue;
    const end = at + name.length;
    const asHinted = division.code === sure.hint;
    if (sure.hint !== null && !asHinted && !sure.township && !COMMITTEE_NAME.test(name)) continue;
    if (!bare || end === text.length || startsNumber(text, end)) return candidate;
    if ((asHinted || (sure.township && sure.hint === null)) && !OTHER_NAME.test(text.slice(end, end + 4)))
      return candidate;
  }
  return null;
}

const COMMITTEE_NAME = /(?:社区|委会)$/u;
const OTHER_NAME =
  /^(?:小区|花园|家园|佳园|公寓|广场|新城|新村|名[都城]|[苑里城园府庭路街巷镇乡]|大道|.[路街巷](?![子口头边上下]))/u;

/** A number begins here, in Chinese or Arabic numerals, or 第 before one. */
export function startsNumber(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 48 && unit <= 57) || unit === 0x7b2c || chineseNumeralEnd(text, at) > at;
}

function unknownTownshipEnd(text: string, at: number): number {
  for (let end = at + 2; end < at + 9 && end < text.length; end += 1) {
    const kind = text.charAt(end);
    if (kind === '镇' || kind === '乡' || (kind === '道' && text.charAt(end - 1) === '街')) return end + 1;
  }
  return at;
}
