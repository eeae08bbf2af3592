import { utils, write, type Range, type WorkBook } from 'xlsx';

type Grid = readonly (readonly unknown[])[];

export interface SheetSpec {
  readonly grid: Grid;
  /** `A1:B2` */
  readonly merges?: readonly string[];
  readonly hiddenRows?: readonly number[];
}

export function workbook(
  sheets: Readonly<Record<string, SheetSpec>>,
  bookType: 'xlsx' | 'biff8' = 'xlsx',
  date1904 = false,
): Buffer {
  const book: WorkBook = utils.book_new();
  book.Workbook = { WBProps: { date1904 } };
  for (const [name, { grid, merges, hiddenRows }] of Object.entries(sheets)) {
    const sheet = utils.aoa_to_sheet(grid as unknown[][]);
    if (merges !== undefined) sheet['!merges'] = merges.map((range): Range => utils.decode_range(range));
    if (hiddenRows !== undefined) sheet['!rows'] = grid.map((_, row) => ({ hidden: hiddenRows.includes(row + 1) }));
    utils.book_append_sheet(book, sheet, name);
  }
  return write(book, { type: 'buffer', bookType }) as Buffer;
}
