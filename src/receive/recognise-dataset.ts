import { foldHeader } from '../model/header.js';
import type { Dataset } from '../model/importer.js';

/** What a delivery's content says: the headers that it holds when read as that dataset (a workbook may have several). */
export type HeadersAs = (dataset: Dataset) => readonly (readonly string[])[];

/**
 * Which dataset a file is, by its name and its content. The name counts, unless a required column is missing and the content is another
 * dataset's altogether; where the name says nothing, or several things, the content decides: the dataset of which all required
 * columns are there. Where that is so of several, it is the one that knows all columns which the others know, and more.
 *
 * @param candidates the datasets of the file's format
 * @returns null where neither says
 */
export function recogniseDataset(name: string, candidates: readonly Dataset[], headersAs: HeadersAs): Dataset | null {
  const views = candidates.map((dataset) => viewOf(dataset, headersAs(dataset)));
  const fits = views.filter((view) => view.fits);
  const named = views.filter((view) => isNamed(view.dataset, name));
  const [only] = named;
  if (named.length !== 1 || only === undefined)
    return (best(named.filter((view) => view.fits)) ?? best(fits))?.dataset ?? null;
  const other = only.fits ? null : best(fits);
  return other !== null && knowsMore(other, only) ? other.dataset : only.dataset;
}

/** A file as one dataset sees it. */
interface View {
  readonly dataset: Dataset;
  /** All required columns are there; a dataset without such columns is never recognised by its content. */
  readonly fits: boolean;
  /** The header's columns that the dataset knows, folded. */
  readonly known: ReadonlySet<string>;
}

function viewOf(dataset: Dataset, headers: readonly (readonly string[])[]): View {
  const must = dataset.columns.filter((column) => column.must === true && column.word.kind !== 'sheetName');
  const folded = headers.map((header) => new Set(header.map(foldHeader)));
  const holdsAll = (header: ReadonlySet<string>) =>
    must.every((column) => column.headers.some((name) => header.has(foldHeader(name))));
  const names = dataset.columns.flatMap((column) => column.headers.map(foldHeader));
  const known = new Set(names.filter((name) => folded.some((header) => header.has(name))));
  return { dataset, fits: must.length > 0 && folded.some(holdsAll), known };
}

function best(views: readonly View[]): View | null {
  return views.find((view) => views.every((other) => other === view || knowsMore(view, other))) ?? null;
}

function knowsMore(one: View, other: View): boolean {
  return one.known.size > other.known.size && [...other.known].every((name) => one.known.has(name));
}

/** A workbook's ending says nothing of its format, so the name is tried with either. */
function isNamed(dataset: Dataset, name: string): boolean {
  return patternOf(dataset, name) !== null;
}

/** The name as the dataset's pattern knows it; null where it does not. */
export function patternOf(dataset: Dataset, name: string): { readonly pattern: RegExp; readonly name: string } | null {
  const written = name.normalize('NFC');
  const names =
    dataset.file.format === 'workbook'
      ? [written, ...ENDINGS.map((ending) => written.replace(/\.[^.]+$/, ending))]
      : [written];
  // A pattern with the flag `g` would remember where it stopped.
  const pattern = new RegExp(dataset.file.name.source, dataset.file.name.flags.replace(/[gy]/g, ''));
  const fits = names.find((each) => pattern.test(each));
  return fits === undefined ? null : { pattern, name: fits };
}

const ENDINGS = ['.xls', '.xlsx'] as const;
