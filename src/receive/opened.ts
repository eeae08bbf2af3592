import { basename } from 'node:path';
import type { OpenDelivery } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';
import type { FoundFile } from './list-deliveries.js';
import type { Source } from './open-source.js';
import { readName } from './read-name.js';
import { patternOf } from './recognise-dataset.js';

/** A file held open, and what it may turn out to be. */
export interface Opened {
  readonly found: FoundFile;
  readonly source: Source;
  readonly datasets: readonly Dataset[];
}

/** Coverage and day as the name says them, under the dataset's pattern where the file has such a name. */
export function saidByName(file: string, dataset: Dataset): Pick<OpenDelivery, 'coverage' | 'statedOn'> {
  const name = basename(file).normalize('NFC');
  const fits = patternOf(dataset, name);
  const { coverage, statedOn } = readName(fits?.name ?? name, fits?.pattern);
  return { coverage: coverage ?? dataset.file.coverage, statedOn };
}
