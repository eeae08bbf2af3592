import { foldHeader } from '../model/header.js';
import type { Dataset } from '../model/importer.js';

/** What a delivery's content says: the headers that it holds when read as that dataset (a workbook may have several). */
export type HeadersAs = (dataset: Dataset) => readonly (readonly string[])[];

/**
 * Which dataset a file is, by its name and its content. The name counts where the content does not speak for just one other;
 * where it says nothing, or several things, the content decides: the one dataset of which all required columns are there.
 *
 * @param candidates the datasets of the file's format
 * @returns null where neither says
 */
export function recogniseDataset(name: string, candidates: readonly Dataset[], headersAs: HeadersAs): Dataset | null {
  const named = candidates.filter((dataset) => isNamed(dataset, name));
  const holds = (dataset: Dataset) => headersAs(dataset).some((header) => holdsAll(dataset, header));
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) {
    return holds(only) ? only : (single(candidates.filter(holds)) ?? only);
  }
  return (
    single((named.length > 0 ? named : candidates).filter(holds)) ??
    (named.length > 0 ? single(candidates.filter(holds)) : null)
  );
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

/** A dataset without required columns is never recognised by its content. */
function holdsAll(dataset: Dataset, header: readonly string[]): boolean {
  const present = new Set(header.map(foldHeader));
  const must = dataset.columns.filter((column) => column.must === true && column.word.kind !== 'sheetName');
  return must.length > 0 && must.every((column) => column.headers.some((name) => present.has(foldHeader(name))));
}

function single(datasets: readonly Dataset[]): Dataset | null {
  return datasets.length === 1 ? (datasets[0] ?? null) : null;
}
