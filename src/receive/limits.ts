const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024 * MEGABYTE;

/** What a delivery may cost. Bytes and milliseconds unless named otherwise; lengths of text in UTF-16 units. */
export const LIMITS = {
  file: 4 * GIGABYTE,
  cell: MEGABYTE,
  /** A record's text with all its cells; beyond it the line is skipped, not held. */
  line: 10 * MEGABYTE,
  /** Physical lines of one quoted record. A stray quote would else swallow the rest of the file. */
  linesOfRecord: 200,
  rowsOfBatch: 1000,
  jsonDepth: 64,
  /** A file with more bad rows than this is not a file with bad rows. */
  findings: 100_000,
  /** Share of lines that may hold a broken character before the encoding itself is doubted. */
  brokenLines: 0.001,

  /** The workbook's bytes as delivered: they are held in memory. */
  workbook: 300 * MEGABYTE,
  archiveEntries: 5000,
  /** SheetJS makes one string of an entry, and silently finds no rows where that string is too long. */
  archiveEntry: 300 * MEGABYTE,
  archiveTotal: GIGABYTE,
  archiveRatio: 200,
  /** Small entries compress far better than data does, and harm nobody. */
  archiveRatioFrom: 10 * MEGABYTE,
  workbookHeapMegabytes: 768,
  workbookMemory: GIGABYTE,
  workbookTime: 60_000,
  /** Rows of a sheet that are looked at for its header. */
  rowsBeforeHeader: 60,
  columns: 16_384,

  page: 64 * MEGABYTE,
  pull: 4 * GIGABYTE,
  itemsOfPage: 1000,
  pages: 100_000,
  triesOfPage: 5,
} as const;
