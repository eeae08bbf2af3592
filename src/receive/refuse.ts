import type { Refusal } from '../model/delivery.js';
import type { Finding } from '../model/finding.js';
import type { Dataset } from '../model/importer.js';

export interface RefusedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256?: string | null;
  readonly dataset?: Dataset | null;
}

export function refuse({ file, bytes, sha256 = null, dataset = null }: RefusedFile, finding: Finding): Refusal {
  return { refused: true, file, sha256, bytes, dataset, finding };
}

/** What the house would have taken, for the officer: titles with their formats. */
export function acceptedOf(datasets: readonly Dataset[]): string {
  return datasets.map((dataset) => `${dataset.title.zh} (${FORMATS[dataset.file.format]})`).join('、');
}

const FORMATS = { csv: 'CSV', workbook: 'XLSX, XLS', items: 'NDJSON' } as const;
