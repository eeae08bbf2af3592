import type { AddressElements } from '../model/record.js';
import { startsNumber } from './address-place.js';
import {
  CHAINS,
  COMMITTEES,
  type Counted,
  ESTATE,
  FOLLOWS_NAME,
  type Naming,
  NEAR,
  NONE,
  ROAD_NAMES_ON,
  SINGLE,
  STARTS,
  SUFFIXES,
  VILLAGE_WORDS,
  WAITS_FOR,
} from './address-words.js';
import { chineseNumeralEnd, toArabic } from './numerals.js';

export type Elements = { -readonly [name in keyof AddressElements]: AddressElements[name] };

/**
 * Reads on from left to right. Words that end in no number wait in `pending` until what follows tells what they are: before a
 * group a hamlet, before a building an estate.
 */
export function takeElements(text: string, start: number, elements: Elements, villageKnown: boolean): void {
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
      const isSign = suffix === '#' && elements.group !== undefined && before === waiting;
      if (isSign) {
        // 2组5#
        give('number', before, from, stop);
        return (pending = stop + suffix.length);
      }
      if (element === 'number' && isInside(waiting, before)) {
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
      const element = isInside(waiting, before) ? 'room' : 'number';
      if (elements[element] === undefined) {
        give(element, before, from, stop);
        pending = stop;
      }
    }
    return stop;
  }

  /** Whether the building is named already, so that a number is a door's within it. */
  function isInside(waiting: number, before: number): boolean {
    const { building, unit, number, estate } = elements;
    if (building !== undefined || unit !== undefined) return true;
    return number === undefined && SINGLE.test(waiting < before ? text.slice(waiting, before) : (estate ?? ''));
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

const isDigit = (unit: number) => unit >= 48 && unit <= 57;
const isLetter = (unit: number) => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
const isPartStart = (unit: number) => isDigit(unit) || isLetter(unit);

function toNumber(text: string): string {
  const first = text.charCodeAt(0);
  if (isDigit(first)) return text.length > 1 && first === 48 ? text.replace(/^0+(?=.)/u, '') : text;
  return isLetter(first) ? text.toUpperCase() : toArabic(text);
}
