/** What goes to the process that parses a workbook. */
export type WorkbookAsk =
  /** `whole`: the workbook is small enough to be held with all its sheets. */
  | { readonly ask: 'heads'; readonly whole: boolean; readonly rows: number }
  | { readonly ask: 'sheet'; readonly name: string }
  | { readonly ask: 'rows'; readonly atMost: number };

export type WorkbookAnswer =
  | { readonly is: 'heads'; readonly heads: readonly SheetHead[] }
  | { readonly is: 'sheet'; readonly merges: readonly Merge[] }
  | { readonly is: 'rows'; readonly rows: readonly SheetRow[]; readonly done: boolean }
  | { readonly is: 'failed'; readonly why: WorkbookFailure };

export type WorkbookFailure = 'a password' | 'a sheet that cannot be read' | 'no workbook that can be read';

/** A sheet's first rows. */
export interface SheetHead {
  readonly name: string;
  readonly rows: readonly SheetRow[];
  readonly merges: readonly Merge[];
}

/** Row and columns from 0, both ends within. */
export interface Merge {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The row from 0, and its cells by column; rows without cells are left out. */
export type SheetRow = readonly [row: number, cells: readonly SheetCell[]];

/** A cell with an error (`#N/A`) says which. */
export type SheetCell = string | number | boolean | null | { readonly error: string };
