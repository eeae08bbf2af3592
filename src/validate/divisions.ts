import type { Division, DivisionTable } from '../model/division.js';
import { plainText } from './clean-text.js';
import { townshipAliases, townshipBase, villageAliases, villageBase } from './division-names.js';

/**
 * The county's real divisions, from the two CSV files of a county (`code12,code9,name,kind,…` and
 * `code12,name,kind,named_shequ,township_code9,…`), with their everyday names.
 *
 * A village's kind is never read from its name: 郭里社区村民委员会 is a villagers' committee.
 */
export function readDivisions(townshipsCsv: string, villagesCsv: string, county: string): DivisionTable {
  const top: Division = { code: county, kind: '县', parent: null, ...(COUNTIES[county] ?? { name: county }) };
  const townships = readRows(townshipsCsv).map((row): Division => {
    return { code: column(row, 'code9'), name: column(row, 'name'), kind: column(row, 'kind'), parent: county };
  });
  const villages = readRows(villagesCsv).map((row): Division => {
    return {
      code: column(row, 'code12'),
      name: column(row, 'name'),
      kind: column(row, 'kind'),
      parent: column(row, 'township_code9'),
    };
  });
  const all = [top, ...townships, ...villages];
  const byCode = new Map(all.map((division) => [division.code, division]));
  const townshipNames = index(townships, townshipAliases, townshipBase);
  const villageNames = index(villages, villageAliases, villageBase);
  const remembered = new Map<string, Map<string, Division | 'ambiguous' | null>>();
  return {
    county: top,
    all,
    byCode: (code) => byCode.get(code) ?? null,
    township: remember((name) => find(townshipNames, name, townshipBase, () => true)),
    village: (name, township) => villageOf(name, township ?? ''),
  };

  function villageOf(name: string, township: string): Division | 'ambiguous' | null {
    const known = remembered.get(township)?.get(name);
    if (known !== undefined) return known;
    const found = findVillage(name, township);
    let names = remembered.get(township);
    if (names === undefined) remembered.set(township, (names = new Map()));
    if (names.size < REMEMBERED) names.set(name, found);
    return found;
  }

  /** In the township first, then in the county: an office's township cell may be one of the two that are wrong. */
  function findVillage(name: string, township: string): Division | 'ambiguous' | null {
    if (township !== '') {
      const inside = find(villageNames, name, villageBase, (village) => village.parent === township);
      if (inside !== null) return inside;
    }
    const anywhere = find(villageNames, name, villageBase, () => true);
    if (anywhere !== null) return anywhere;
    // `兰城街道王官社区` in the village's cell
    const written = plainText(name).replace(/\s+/gu, '');
    for (let length = Math.min(written.length - 2, 10); length >= 2; length -= 1) {
      const above = find(townshipNames, written.slice(0, length), townshipBase, () => true);
      if (above === null || above === 'ambiguous') continue;
      const below = find(villageNames, written.slice(length), villageBase, (village) => village.parent === above.code);
      if (below !== null) return below;
    }
    return null;
  }
}

/** The files name townships and villages only. */
const COUNTIES: Readonly<Record<string, { readonly name: string; readonly kind: string }>> = {
  '440904': { name: '电白区', kind: '区' },
  '500229': { name: '城口县', kind: '县' },
  '530502': { name: '隆阳区', kind: '区' },
};

interface Names {
  readonly exact: ReadonlyMap<string, readonly Division[]>;
  readonly bare: ReadonlyMap<string, readonly Division[]>;
}

/** Names looked up before; a county writes a few thousand forms of them. */
const REMEMBERED = 20_000;

function index(
  divisions: readonly Division[],
  aliases: (division: Division) => readonly string[],
  base: (name: string) => string,
): Names {
  const exact = new Map<string, Division[]>();
  const bare = new Map<string, Division[]>();
  for (const division of divisions) {
    for (const alias of aliases(division)) add(exact, alias, division);
    add(bare, base(division.name), division);
  }
  return { exact, bare };
}

function add(map: Map<string, Division[]>, name: string, division: Division): void {
  const there = map.get(name);
  if (there === undefined) map.set(name, [division]);
  else there.push(division);
}

function find(
  names: Names,
  written: string,
  base: (name: string) => string,
  within: (division: Division) => boolean,
): Division | 'ambiguous' | null {
  const name = plainText(written).replace(/\s+/gu, '');
  return (
    only(names.exact.get(name), name, within) ??
    only(names.bare.get(name), name, within) ??
    only(names.bare.get(base(name)), name, within)
  );
}

/** The one division meant; the full official name settles it where an everyday name would mean two. */
function only(
  candidates: readonly Division[] | undefined,
  name: string,
  within: (division: Division) => boolean,
): Division | 'ambiguous' | null {
  const inside = candidates?.filter(within) ?? [];
  if (inside.length < 2) return inside[0] ?? null;
  const official = inside.filter((division) => division.name === name);
  return official.length === 1 ? (official[0] ?? null) : 'ambiguous';
}

function remember<T>(look: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = look(name);
    if (known.size < REMEMBERED) known.set(name, found);
    return found;
  };
}

/** The division files hold neither quotes nor commas within a cell. */
function readRows(csv: string): readonly ReadonlyMap<string, string>[] {
  const [header = '', ...lines] = csv
    .replace(/^\ufeff/u, '')
    .split(/\r?\n/u)
    .filter((line) => line !== '');
  const columns = header.split(',');
  return lines.map((line) => new Map(line.split(',').map((cell, at) => [columns[at] ?? '', cell])));
}

function column(row: ReadonlyMap<string, string>, name: string): string {
  const cell = row.get(name);
  if (cell === undefined) throw new Error(`the division table has no column ${name}`);
  return cell;
}
