import type { Division, DivisionTable } from '../model/division.js';
import type { AddressElements } from '../model/record.js';
import { type AddressName, addressNames, type NamesByStart } from './address-names.js';
import { isPlain, plainText } from './clean-text.js';
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
  const names = addressNames(divisions);
  const elements: Taken = {};
  let at = afterCounty(text, divisions.county.name);

  let township: Division | null = null;
  const townshipName = nameAt(names.townships, text, at);
  if (townshipName !== null && (!townshipName.bare || villageFollows(townshipName, text, at))) {
    township = townshipName.division;
    at += townshipName.name.length;
  }
  const townshipCode = township?.code ?? villageHint?.slice(0, 9) ?? null;
  const within = townshipCode === null ? undefined : names.villagesOf.get(townshipCode);
  const sure: Sureness = { township: township !== null, hint: villageHint };
  let villageName = within === undefined ? null : villageAt(within, text, at, sure);
  villageName ??= township === null ? villageAt(names.villages, text, at, sure) : null;
  const village = villageName?.division ?? null;
  if (villageName !== null) at += villageName.name.length;

  if (township !== null) elements.township = township.name;
  else if (townshipName === null && villageHint === null) at = takeUnknownTownship(text, at, elements);
  if (village !== null) elements.village = village.name;
  takeRest(text, at, elements, village !== null || villageHint !== null);
  return { elements, township: village?.parent ?? township?.code ?? null, village: village?.code ?? null };

  /** 河图 alone is the township only where one of its villages comes next: 河图路 is a road. */
  function villageFollows({ name, division }: AddressName, address: string, start: number): boolean {
    const below = names.villagesOf.get(division.code);
    return below !== undefined && villageAt(below, address, start + name.length, TOWNSHIP_WRITTEN) !== null;
  }
}

/** An element that stands in a column of its own (`3栋`, `二单元`, `0501室`) in the form in which the parse has it. */
export function elementNumber(written: string): string {
  const text = tidy(written).replace(ELEMENT_ENDING, '');
  if (text === '') return '';
  return chineseNumeralEnd(text, 0) === text.length || /^[0-9]+$/.test(text) ? toArabic(text) : text.toUpperCase();
}

type Taken = { -readonly [name in keyof AddressElements]: AddressElements[name] };

const ELEMENT_ENDING = /(?:号楼|单元|[栋幢座楼室号#户房])$/u;
const DASHES = /[—–－‐~～]+/gu;

function tidy(written: string): string {
  if (isPlain(written)) return written;
  return plainText(written).replace(/\s+/gu, '').normalize('NFKC').replace(DASHES, '-');
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

function startsNumber(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 48 && unit <= 57) || unit === 0x7b2c || chineseNumeralEnd(text, at) > at;
}

/** A township that is not in the table, or of another county: kept as text. */
function takeUnknownTownship(text: string, at: number, elements: Taken): number {
  for (let end = at + 2; end < at + 9 && end < text.length; end += 1) {
    const kind = text.charAt(end);
    if (kind === '镇' || kind === '乡' || (kind === '道' && text.charAt(end - 1) === '街')) {
      elements.township = text.slice(at, end + 1);
      return end + 1;
    }
  }
  return at;
}

/**
 * Reads on from left to right. Words that end in no number wait in `pending` until what follows tells what they are: before a
 * group a hamlet, before a building an estate.
 */
function takeRest(text: string, start: number, elements: Taken, villageKnown: boolean): void {
  let pending = start;
  let at = start;
  const end = text.length;
  while (at < end) {
    const unit = text.charCodeAt(at);
    const kind = STARTS.get(unit);
    if (kind === undefined) {
      at = isPartStart(unit) ? takeNumber(at, partEnd(at), pending) : at + 1;
    } else if (kind === 'numeral') {
      at = takeNumber(at, chineseNumeralEnd(text, at), pending);
    } else if (kind === 'skip') {
      flush(pending, at);
      pending = at += 1;
    } else {
      const stop = takeName(kind, at);
      if (stop > at) pending = stop;
      at = Math.max(stop, at + 1);
    }
  }
  if (pending < end && onlyPlace(text.slice(pending, end))) flush(pending, end, 'hamlet');
  else flush(pending, end);

  /** A number and what it counts; where it counts nothing, it is part of a name (三家村) and is passed over. */
  function takeNumber(from: number, stop: number, waiting: number): number {
    const ordinal = from > waiting && text.charAt(from - 1) === '第';
    const before = ordinal ? from - 1 : from;
    for (const [suffix, element] of SUFFIXES.get(text.charAt(stop)) ?? NONE) {
      if (!text.startsWith(suffix, stop)) continue;
      if (element === 'number' && (elements.building !== undefined || elements.unit !== undefined)) {
        // 3栋501号 is a door, not a house
        give('room', before, from, stop);
        return (pending = stop + suffix.length);
      }
      if (suffix === '社' && text.charAt(stop + 1) === '区') continue;
      give(element, before, from, stop);
      pending = stop + suffix.length;
      return pending;
    }
    const first = text.charCodeAt(from);
    if (!isPartStart(first)) return stop;
    if (text.charAt(stop) === '-' || text.charAt(stop) === '/') return takeChain(from, stop, before);
    if (stop === end && isDigit(first)) {
      // …阳光花园3栋501, …12号
      const element = elements.building !== undefined || elements.unit !== undefined ? 'room' : 'number';
      if (elements[element] === undefined) {
        give(element, before, from, stop);
        pending = stop;
      }
    }
    return stop;
  }

  /** 3-2-501 is building, unit, room; 3-501 building and room; behind a building, 2-501 is unit and room. 12-3号 is one number. */
  function takeChain(from: number, stop: number, before: number): number {
    const parts = [text.slice(from, stop)];
    let next = stop;
    while (
      next < end &&
      (text.charAt(next) === '-' || text.charAt(next) === '/') &&
      isPartStart(text.charCodeAt(next + 1))
    ) {
      const begin = next + 1;
      next = begin + 1;
      while (next < end && isPartStart(text.charCodeAt(next))) next += 1;
      parts.push(text.slice(begin, next));
    }
    if (parts.length === 1) return stop;
    if (text.charAt(next) === '号' && text.charAt(next + 1) !== '楼') {
      flush(pending, before, 'hamlet');
      elements.number ??= parts.map(toNumber).join('-');
      return (pending = next + 1);
    }
    const after = text.charAt(next);
    if (after === '室' || after === '户' || after === '房' || after === '号') next += 1;
    flush(pending, before, 'estate');
    const places = CHAINS[elements.unit !== undefined ? 'unit' : elements.building !== undefined ? 'building' : 'none'];
    const names = places[Math.min(parts.length, places.length) - 1] ?? [];
    names.forEach((name, index) => {
      const part = parts[index];
      if (part !== undefined) elements[name] ??= toNumber(part);
    });
    return (pending = next);
  }

  function give(element: Counted, before: number, from: number, stop: number): void {
    if (element === 'number' && elements.number !== undefined && text.slice(pending, before) === '附') {
      elements.number += `附${toNumber(text.slice(from, stop))}`;
      return;
    }
    const sign = element === 'number' && text.startsWith('门牌', before - 2) ? before - 2 : before;
    flush(pending, sign, WAITS_FOR[element]);
    elements[element] ??= toNumber(text.slice(from, stop));
  }

  /** A name that ends here: a road, a hamlet, an unknown village. Answers where it ends, or `at` where nothing does. */
  function takeName(kind: Naming, from: number): number {
    if (kind === 'road') {
      const stop = from + 1;
      if (from === pending || !endsRoad(stop) || (text.charAt(from) === '道' && text.charAt(from - 1) !== '大'))
        return from;
      if (elements.road === undefined) elements.road = text.slice(pending, stop);
      else flush(pending, stop);
      return stop;
    }
    if (kind === 'community') {
      // 社区, and the committees that an unknown village is written with
      const suffix = VILLAGE_WORDS.find((word) => text.startsWith(word, from));
      if (suffix === undefined || from === pending) return from;
      const stop = from + suffix.length;
      if (villageKnown || elements.village !== undefined) flush(pending, stop, 'hamlet');
      else elements.village = text.slice(pending, stop);
      return stop;
    }
    if (kind === 'group') {
      if (from === pending) return from;
      flush(pending, from + 1, 'group');
      return from + 1;
    }
    // 自然村 or 村: a hamlet, or the village that the table does not know. 新村 is an estate when a building follows.
    if (from === pending || text.charAt(from + 1) === '组' || text.startsWith('自然村', from + 1)) return from;
    const committee = COMMITTEES.find((word) => text.startsWith(word, from));
    const stop = from + (committee?.length ?? 1);
    const natural = text.startsWith('自然', from - 2);
    if (!natural && text.charAt(from - 1) === '新' && from - pending > 1) return from;
    if (villageKnown || elements.village !== undefined || natural) {
      const named = text.slice(pending, natural ? from - 2 : stop);
      if (elements.hamlet === undefined && named !== '') elements.hamlet = named;
      else flush(pending, stop);
    } else {
      elements.village = text.slice(pending, stop);
    }
    return stop;
  }

  function flush(from: number, stop: number, as: 'hamlet' | 'estate' | 'group' | 'rest' = 'rest'): void {
    if (stop <= from) return;
    const words = text.slice(from, stop);
    const kind = as === 'rest' && ESTATE.test(words) ? 'estate' : as;
    if (elements[kind] === undefined) elements[kind] = kind === 'group' ? words.replace(/(?:村民)?小?组$/u, '') : words;
    else elements.rest = (elements.rest ?? '') + words;
  }

  /** What alone follows the village is a hamlet, unless it is an estate or says where something is near. */
  function onlyPlace(words: string): boolean {
    const { hamlet, group, road, estate } = elements;
    return (
      villageKnown &&
      words.length <= 6 &&
      (hamlet ?? group ?? road ?? estate) === undefined &&
      !ESTATE.test(words) &&
      !NEAR.test(words)
    );
  }

  function endsRoad(stop: number): boolean {
    if (stop >= end) return true;
    const unit = text.charCodeAt(stop);
    return (
      startsNumber(text, stop) ||
      isLetter(unit) ||
      (ROAD_NAMES_ON.get(unit) !== true && !FOLLOWS_NAME.test(text.slice(stop, stop + 2)))
    );
  }

  function partEnd(from: number): number {
    let stop = from + 1;
    while (stop < end && isPartStart(text.charCodeAt(stop))) stop += 1;
    return stop;
  }
}

type Naming = 'road' | 'community' | 'group' | 'hamlet';
type Counted = 'group' | 'number' | 'building' | 'unit' | 'floor' | 'room';

const starts = (characters: string, kind: Naming | 'numeral' | 'skip') =>
  [...characters].map((character): [number, Naming | 'numeral' | 'skip'] => [character.charCodeAt(0), kind]);
const STARTS = new Map<number, Naming | 'numeral' | 'skip'>([
  ...starts('〇零一二三四五六七八九两十百廿卅', 'numeral'),
  ...starts('路街巷弄道', 'road'),
  ...starts('社居', 'community'),
  ...starts('组', 'group'),
  ...starts('村', 'hamlet'),
  ...starts(',，。;；、 ()-', 'skip'),
]);

/** What a number counts, by the first character behind it, the longest first. 社 is the group of 重庆 and 四川. */
const SUFFIXES: ReadonlyMap<string, readonly (readonly [string, Counted])[]> = new Map([
  ['组', [['组', 'group']]],
  ['社', [['社', 'group']]],
  ['小', [['小组', 'group']]],
  [
    '村',
    [
      ['村民小组', 'group'],
      ['村民组', 'group'],
    ],
  ],
  [
    '号',
    [
      ['号楼', 'building'],
      ['号院', 'number'],
      ['号', 'number'],
    ],
  ],
  ['栋', [['栋', 'building']]],
  ['幢', [['幢', 'building']]],
  ['座', [['座', 'building']]],
  [
    '#',
    [
      ['#楼', 'building'],
      ['#', 'building'],
    ],
  ],
  ['单', [['单元', 'unit']]],
  ['门', [['门', 'unit']]],
  ['层', [['层', 'floor']]],
  ['楼', [['楼', 'floor']]],
  ['室', [['室', 'room']]],
  ['房', [['房', 'room']]],
  ['户', [['户', 'room']]],
]);
const NONE: readonly (readonly [string, Counted])[] = [];

/** What the words before a number are. */
const WAITS_FOR: Readonly<Record<Counted, 'hamlet' | 'estate'>> = {
  group: 'hamlet',
  number: 'hamlet',
  building: 'estate',
  unit: 'estate',
  floor: 'estate',
  room: 'estate',
};

const CHAINS: Readonly<Record<'none' | 'building' | 'unit', readonly (readonly Counted[])[]>> = {
  none: [['room'], ['building', 'room'], ['building', 'unit', 'room'], ['building', 'unit', 'floor', 'room']],
  building: [['room'], ['unit', 'room'], ['unit', 'floor', 'room']],
  unit: [['room'], ['floor', 'room']],
};

const VILLAGE_WORDS = ['社区居民委员会', '社区村民委员会', '社区居委会', '社区村委会', '社区', '居民委员会', '居委会'];
const COMMITTEES = ['村村民委员会', '村民委员会', '村村委会', '村委会'];
const ESTATE = /(?:小区|花园|花苑|家园|公寓|广场|新村|宿舍|大厦|山庄|名城|新城|[苑庭府园城邸墅轩里])$|佳园$|名都$/u;
const NEAR = /[旁侧]$|对面$|附近$|隔壁$|院内$|门口$|[^\p{Script=Han}]/u;
/** Behind 路 or 街, these make it part of a longer name: 兰城路小区, 新街村, 街子. */
const FOLLOWS_NAME = /^(?:小区|社区|花园|新村|公寓|广场|家园|宿舍|自然|居委)/u;
const ROAD_NAMES_ON = new Map(
  [...'村子组苑园口头边上下里巷路街道坡坪寨坝'].map((character) => [character.charCodeAt(0), true]),
);

const isDigit = (unit: number) => unit >= 48 && unit <= 57;
const isLetter = (unit: number) => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
const isPartStart = (unit: number) => isDigit(unit) || isLetter(unit);

function toNumber(text: string): string {
  const first = text.charCodeAt(0);
  if (isDigit(first)) return text.length > 1 && first === 48 ? text.replace(/^0+(?=.)/u, '') : text;
  return isLetter(first) ? text.toUpperCase() : toArabic(text);
}
