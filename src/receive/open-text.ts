import { basename } from 'node:path';
import type { OpenDelivery, Refusal } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';
import type { Table } from '../model/record.js';
import { FoundWhileReading } from './collect-findings.js';
import { decodeText } from './decode-text.js';
import { inspectText, type TextEncoding } from './inspect-text.js';
import { saidByName, type Opened } from './opened.js';
import { readCsvHeader } from './read-csv-header.js';
import { CsvReading } from './read-csv.js';
import { ItemReading, parseItem } from './read-items.js';
import { recogniseDataset } from './recognise-dataset.js';
import { acceptedOf, refuse } from './refuse.js';
import { LineCutter } from './split-records.js';
import { findingOf } from './unreadable-delivery.js';

interface Reading {
  cutOff: boolean;
  table(): Table;
}

/** What the text holds: the dataset, and how to read it. */
interface Recognised {
  readonly dataset: Dataset;
  readonly format: 'csv' | 'ndjson';
  readonly read: (found: FoundWhileReading) => Reading;
}

/** Opens a file of text: CSV, or NDJSON where its first line is an object. */
export async function openText(opened: Opened): Promise<OpenDelivery | Refusal> {
  const { found, source } = opened;
  const text = await inspectText(source);
  const outside = { file: found.file, bytes: source.stats.size, sha256: text.sha256 };
  if (text.blank) return refuse(outside, findingOf('DELIVERY_EMPTY'));
  const { encoding } = text;
  if (encoding === null) {
    const broken = `line ${text.brokenAt ?? 1}`;
    return refuse(
      outside,
      findingOf('DELIVERY_ENCODING', { row: text.brokenAt, found: broken, accepted: 'UTF-8, GB18030, UTF-16' }),
    );
  }
  const recognised = await recognise(opened, encoding, text.brokenLines > 0);
  if (recognised === null) {
    const finding = findingOf('DELIVERY_UNRECOGNISED', {
      found: 'neither name nor header',
      accepted: acceptedOf(opened.datasets),
    });
    return refuse(outside, finding);
  }
  const collected = new FoundWhileReading();
  const reading = recognised.read(collected);
  return {
    dataset: recognised.dataset,
    file: found.file,
    sha256: text.sha256,
    bytes: source.stats.size,
    format: recognised.format,
    encoding,
    ...saidByName(found.file, recognised.dataset),
    async *tables() {
      yield reading.table();
      await source.mustBeUnchanged();
    },
    findings: () => collected.list(),
    cutOff: () => reading.cutOff || text.halfCharacter,
    bytesRead: () => source.position,
    close: () => source.close(),
  };
}

async function recognise(
  opened: Opened,
  encoding: TextEncoding,
  brokenCharacters: boolean,
): Promise<Recognised | null> {
  const { source, datasets } = opened;
  const name = basename(opened.found.file);
  const text = () => decodeText(source, encoding);
  const keys = await keysOfItems(text());
  if (keys !== null) {
    const candidates = datasets.filter((dataset) => dataset.file.format === 'items');
    const dataset = recogniseDataset(name, candidates, () => [keys]);
    if (dataset === null) return null;
    return {
      dataset,
      format: 'ndjson',
      read: (found) => new ItemReading(text(), dataset, found, { brokenCharacters }),
    };
  }
  const candidates = datasets.filter((dataset) => dataset.file.format === 'csv');
  const shape = await readCsvHeader(text(), candidates);
  if (shape === null) return null;
  const dataset = recogniseDataset(name, candidates, () => [shape.header]);
  if (dataset === null) return null;
  return { dataset, format: 'csv', read: (found) => new CsvReading(text(), { ...shape, brokenCharacters }, found) };
}

const LINES_LOOKED_AT = 50;

/** The keys of the first items; null where the text does not begin with `{`, or none of its first lines is an object. */
async function keysOfItems(text: AsyncIterable<string>): Promise<readonly string[] | null> {
  const keys = new Set<string>();
  const cutter = new LineCutter();
  let [looked, items] = [0, 0];
  const look = (line: string) => {
    if (line.trim() === '') return true;
    if (looked++ === 0 && !line.trimStart().startsWith('{')) return false;
    const item = parseItem(line);
    if (typeof item === 'object') items++;
    for (const key of typeof item === 'object' ? Object.keys(item).slice(0, 1000) : []) keys.add(key);
    return looked < LINES_LOOKED_AT;
  };
  const done = () => (items > 0 ? [...keys] : null);
  for await (const chunk of text) for (const line of cutter.take(chunk)) if (!look(line.text)) return done();
  for (const line of cutter.finish()) look(line.text);
  return done();
}
