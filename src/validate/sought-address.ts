import { beginningOfTail, type AddressSought } from '../model/address-tail.js';
import type { DivisionTable } from '../model/division.js';
import { parseAddress } from './parse-address.js';

/**
 * What somebody looks for, who may have written an address from any of its parts on and not to its end: 永昌街道人民路12, 阳光花园3-2.
 * Several readings where its beginning may be a division or a name within one: 新村 is a village, and the beginning of 新村路.
 * @returns none where it names nothing within the county
 */
export function soughtAddress(written: string, divisions: DivisionTable): readonly AddressSought[] {
  const text = folded(written);
  const placed = parseAddress(text, divisions, null);
  // Addresses are mostly read with the village known: a hamlet is then no village that the table lacks.
  const named = placed.village === null ? parseAddress(text, divisions, SOME_VILLAGE) : placed;
  const bare = parseAddress(text, NOWHERE, SOME_VILLAGE);
  const found = [
    { area: placed.village ?? named.township, tail: beginningOfTail(named.elements, text) },
    { area: null, tail: beginningOfTail(bare.elements, text) },
    ...(placed.village === null ? afterBareName(text, divisions) : []),
  ];
  return found.filter(
    ({ area, tail }, at) =>
      (area !== null || tail !== '') &&
      !found.slice(0, at).some((before) => before.tail === tail && before.area === area),
  );
}

/** 王官龙泉路2号: where a record of that village says so the parse knows it, and here by the name alone. */
function afterBareName(text: string, divisions: DivisionTable): AddressSought[] {
  const found: AddressSought[] = [];
  for (let end = 2; end <= LONGEST_BARE && end < text.length; end += 1) {
    const village = divisions.village(text.slice(0, end), null);
    if (village === null) continue;
    const { elements } = parseAddress(text.slice(end), NOWHERE, SOME_VILLAGE);
    // A name of several is not told apart by what follows.
    found.push({ area: village === 'ambiguous' ? null : village.code, tail: beginningOfTail(elements, text) });
  }
  return found.slice(0, 2);
}

const LONGEST_BARE = 8;

/** Of the characters that addresses are written with, those that people write in the traditional form. */
const TRADITIONAL: ReadonlyMap<string, string> = new Map(
  Array.from(
    '號号棟栋樓楼單单層层組组鎮镇鄉乡區区園园莊庄廣广場场廈厦門门東东運运龍龙華华長长興兴農农財财陽阳'.matchAll(
      /(.)(.)/gu,
    ),
    ([, from, to]) => [from!, to!],
  ),
);

function folded(written: string): string {
  return Array.from(written.normalize('NFKC'), (character) => TRADITIONAL.get(character) ?? character).join('');
}

/** No village of any county: the parse then takes every name for one within a village. */
const SOME_VILLAGE = '000000000000';
const NOWHERE: DivisionTable = {
  county: { code: '', name: '', kind: '', parent: null },
  all: [],
  byCode: () => null,
  township: () => null,
  village: () => null,
};
