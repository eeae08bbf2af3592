/** The words of addresses, as tables: what people argue about when an address is read wrongly. */

/** A name that its last character tells. */
export type Naming = 'road' | 'community' | 'group' | 'hamlet';
/** An element that a number fills. */
export type Counted = 'group' | 'number' | 'building' | 'unit' | 'floor' | 'room';

/** What may begin or end at a character; the others only wait. */
export const STARTS = new Map<number, Naming | 'numeral' | 'skip'>([
  ...starts('〇零一二三四五六七八九两十百廿卅', 'numeral'),
  ...starts('路街巷弄道', 'road'),
  ...starts('社居', 'community'),
  ...starts('组', 'group'),
  ...starts('村', 'hamlet'),
  ...starts(',，。;；、 ()-', 'skip'),
]);

/** What a number counts, by the first character behind it, the longest first. 社 is the group of 重庆 and 四川. */
export const SUFFIXES: ReadonlyMap<string, readonly (readonly [string, Counted])[]> = new Map([
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
      ['号房', 'room'],
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
export const NONE: readonly (readonly [string, Counted])[] = [];

/** What the words before a number are. */
export const WAITS_FOR: Readonly<Record<Counted, 'hamlet' | 'estate'>> = {
  group: 'hamlet',
  number: 'hamlet',
  building: 'estate',
  unit: 'estate',
  floor: 'estate',
  room: 'estate',
};

/** What the parts of 3-2-501 are, by what was read before them and by how many they are. */
export const CHAINS: Readonly<Record<'none' | 'building' | 'unit', readonly (readonly Counted[])[]>> = {
  none: [['room'], ['building', 'room'], ['building', 'unit', 'room'], ['building', 'unit', 'floor', 'room']],
  building: [['room'], ['unit', 'room'], ['unit', 'floor', 'room']],
  unit: [['room'], ['floor', 'room']],
};

/** The words that end the name of a village which the table does not know. */
export const VILLAGE_WORDS = [
  '社区居民委员会',
  '社区村民委员会',
  '社区居委会',
  '社区村委会',
  '社区',
  '居民委员会',
  '居委会',
];
export const COMMITTEES = ['村村民委员会', '村民委员会', '村村委会', '村委会'];
/** How the name of an estate ends. */
export const ESTATE =
  /(?:小区|花园|花苑|家园|公寓|广场|新村|宿舍|宿舍楼|[敬养]老院|福利院|光荣院|大厦|山庄|名城|新城|[苑庭府园城邸墅轩里])$|佳园$|名都$/u;
/** What is one building, and has no number of its own: a number behind it is a room's. */
export const SINGLE = /(?:宿舍|宿舍楼|[敬养]老院|福利院|光荣院|大厦)$/u;
/** Where something is near, or no name at all. */
export const NEAR = /[旁侧]$|对面$|附近$|隔壁$|院内$|门口$|[^\p{Script=Han}]/u;
/** Behind 路 or 街, these make it part of a longer name: 兰城路小区, 新街村, 街子. */
export const FOLLOWS_NAME = /^(?:小区|社区|花园|新村|公寓|广场|家园|宿舍|自然|居委)/u;
export const ROAD_NAMES_ON = new Map(
  [...'村子组苑园口头边上下里巷路街道坡坪寨坝'].map((character) => [character.charCodeAt(0), true]),
);

function starts(characters: string, kind: Naming | 'numeral' | 'skip'): [number, Naming | 'numeral' | 'skip'][] {
  return [...characters].map((character) => [character.charCodeAt(0), kind]);
}
