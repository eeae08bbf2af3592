/** What a citation is made of. `row` counts as the office does. */
export interface RefParts {
  /** Path below the folder received. */
  readonly file: string;
  /** `register/resource`; a feed item is cited by its resource. */
  readonly dataset: string | null;
  readonly format: string | null;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
}

/** How a record is cited: `FILE#ROW`, `FILE#SHEET!ROW`, `RESOURCE/ID`; `FILE` alone for what concerns the whole delivery. */
export function recordRef({ file, dataset, sheet, row, item }: RefParts): string {
  if (item !== null) return `${dataset?.split('/')[1] ?? file}/${item}`;
  if (row === null) return sheet === null ? file : `${file}#${sheet}`;
  return sheet === null ? `${file}#${row}` : `${file}#${sheet}!${row}`;
}
