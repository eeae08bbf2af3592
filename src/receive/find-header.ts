import { foldHeader } from '../model/header.js';
import { LIMITS } from './limits.js';
import type { Merge, SheetHead, SheetRow } from './workbook-messages.js';

export interface SheetHeader {
  /** By column; blank where a column has no name. */
  readonly names: readonly string[];
  /** The header's last row, from 0. */
  readonly bottom: number;
}

/**
 * The header among a sheet's first rows: the first row that holds one of the names, with the rows that merged cells tie to it. Of two levels
 * the lower name counts, and `upper/lower` where the lower alone would be ambiguous. Null where no row holds one.
 */
export function findHeader(head: SheetHead, holds: readonly string[]): SheetHeader | null {
  const wanted = new Set(holds.map(foldHeader));
  const found = head.rows.find(([, cells]) =>
    cells.some((cell) => typeof cell === 'string' && wanted.has(foldHeader(cell))),
  );
  if (found === undefined) return null;
  const rows = new Map<number, SheetRow[1]>(head.rows);
  const { top, bottom } = levelsAround(found[0], head.merges, rows);
  const width = Math.min(LIMITS.columns, Math.max(...spread(top, bottom).map((row) => rows.get(row)?.length ?? 0)));
  const levels = Array.from({ length: width }, (_, column) =>
    spread(top, bottom)
      .map((row) => nameAt(row, column, bottom, head.merges, rows))
      .filter((name, at, all) => name !== '' && name !== all[at - 1]),
  );
  return { names: joinLevels(levels), bottom };
}

/** The merge that covers the cell speaks for it; in the lowest row it names its first column only, as the others have no name of their own. */
function nameAt(
  row: number,
  column: number,
  bottom: number,
  merges: readonly Merge[],
  rows: ReadonlyMap<number, SheetRow[1]>,
): string {
  const merge = merges.find((each) => covers(each, row) && each.left <= column && column <= each.right);
  if (merge === undefined) return textOf(rows.get(row)?.[column]);
  if (merge.bottom >= bottom && column !== merge.left) return '';
  return textOf(rows.get(merge.top)?.[merge.left]);
}

function levelsAround(
  row: number,
  merges: readonly Merge[],
  rows: ReadonlyMap<number, SheetRow[1]>,
): { top: number; bottom: number } {
  const tall = merges.filter((merge) => covers(merge, row) && merge.bottom > merge.top);
  const top = Math.min(row, ...tall.map((merge) => merge.top));
  const bottom = Math.max(row, ...tall.map((merge) => merge.bottom));
  const wide = (at: number) =>
    merges.filter((merge) => merge.top === at && merge.bottom === at && merge.right > merge.left);
  if (top === bottom) {
    // All columns stand in groups: a title is one merged cell, a level of groups is several.
    if (wide(row - 1).length >= 2) return { top: row - 1, bottom };
    const below = rows.get(row + 1) ?? [];
    const splits = wide(row).some((group) =>
      spread(group.left, group.right).every((column) => textOf(below[column]) !== ''),
    );
    // Data may stand below a merged header cell too: names of a lower level are texts, and stand only below groups.
    const named =
      splits &&
      below.every(
        (cell, column) => typeof cell === 'string' && wide(row).some((g) => g.left <= column && column <= g.right),
      );
    if (named) return { top, bottom: row + 1 };
  }
  return { top, bottom: Math.min(bottom, row + 3) };
}

function joinLevels(levels: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const names of levels) {
    const lower = foldHeader(names.at(-1) ?? '');
    counts.set(lower, (counts.get(lower) ?? 0) + 1);
  }
  return levels.map((names) => {
    const lower = names.at(-1) ?? '';
    return (counts.get(foldHeader(lower)) ?? 0) > 1 && names.length > 1 ? `${names.at(-2)}/${lower}` : lower;
  });
}

function covers(merge: Merge, row: number): boolean {
  return merge.top <= row && row <= merge.bottom;
}

function spread(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function textOf(cell: SheetRow[1][number] | undefined): string {
  return cell === null || cell === undefined || typeof cell === 'object'
    ? ''
    : String(cell).replace(/\s+/g, ' ').trim();
}
