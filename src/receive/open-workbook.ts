import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { foldHeader } from '../model/header.js';
import type { OpenDelivery, Refusal } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';
import { checkArchive } from './check-archive.js';
import { FoundWhileReading } from './collect-findings.js';
import { findHeader, type SheetHeader } from './find-header.js';
import { LIMITS } from './limits.js';
import type { Source } from './open-source.js';
import { saidByName, type Opened } from './opened.js';
import { readSheet } from './read-sheet.js';
import { recogniseDataset } from './recognise-dataset.js';
import { acceptedOf, refuse } from './refuse.js';
import { findingOf, UnreadableDelivery } from './unreadable-delivery.js';
import { WorkbookClient } from './workbook-client.js';
import type { SheetHead } from './workbook-messages.js';

/** Up to here a workbook is parsed once and held; beyond it each sheet is parsed by itself, which takes longer and less memory. */
const HELD_WHOLE = 80 * 1024 * 1024;

/** Opens an XLSX or XLS file in a process of its own, after its declared and its real size were checked. */
export async function openWorkbook(opened: Opened, format: 'xlsx' | 'xls'): Promise<OpenDelivery | Refusal> {
  const { found, source, datasets } = opened;
  const bytes = source.stats.size;
  const sha256 = await hashOf(source);
  const outside = { file: found.file, bytes, sha256 };
  if (bytes > LIMITS.workbook) {
    return refuse(
      outside,
      findingOf('DELIVERY_TOO_LARGE', { found: `${bytes} bytes`, accepted: `${LIMITS.workbook}` }),
    );
  }
  const archive = format === 'xlsx' ? await checkArchive(source) : { inflated: bytes };
  if (!('inflated' in archive)) {
    const { tooLarge, ...fault } = archive;
    return refuse(outside, findingOf(tooLarge ? 'DELIVERY_TOO_LARGE' : 'DELIVERY_UNREADABLE', fault));
  }
  const client = new WorkbookClient(source.handle.fd);
  let taken = false;
  try {
    const whole = format === 'xls' || archive.inflated <= HELD_WHOLE;
    const { heads } = await client.ask({ ask: 'heads', whole, rows: LIMITS.rowsBeforeHeader }, 'heads');
    const candidates = datasets.filter((dataset) => dataset.file.format === 'workbook');
    const dataset = recogniseDataset(basename(found.file), candidates, (each) =>
      headersIn(heads, each).flatMap(({ header }) => (header === null ? [] : [header.names])),
    );
    if (dataset === null) {
      const accepted = acceptedOf(datasets);
      return refuse(outside, findingOf('DELIVERY_UNRECOGNISED', { found: 'neither name nor header', accepted }));
    }
    taken = true;
    return delivery(opened, { client, heads, dataset, format, sha256 });
  } catch (error) {
    if (error instanceof UnreadableDelivery) return refuse(outside, error.finding);
    throw error;
  } finally {
    if (!taken) await client.close();
  }
}

interface OpenedWorkbook {
  readonly client: WorkbookClient;
  readonly heads: readonly SheetHead[];
  readonly dataset: Dataset;
  readonly format: 'xlsx' | 'xls';
  readonly sha256: string;
}

function delivery({ found, source }: Opened, book: OpenedWorkbook): OpenDelivery {
  const { client, dataset, heads, format, sha256 } = book;
  const collected = new FoundWhileReading();
  return {
    dataset,
    file: found.file,
    sha256,
    bytes: source.stats.size,
    format,
    encoding: 'binary',
    ...saidByName(found.file, dataset),
    async *tables() {
      for (const { sheet, header } of headersIn(heads, dataset)) {
        if (header === null) collected.add('SHEET_UNKNOWN', { sheet });
        else yield readSheet(client, sheet, header, dataset, collected);
      }
      for (const sheet of absentSheets(heads, dataset)) collected.add('SHEET_UNKNOWN', { sheet, found: 'absent' });
      await source.mustBeUnchanged();
    },
    findings: () => collected.list(),
    // A workbook cut off is no archive and no container any more: it is refused.
    cutOff: () => false,
    close: async () => {
      await client.close();
      await source.close();
    },
  };
}

interface HeadedSheet {
  readonly sheet: string;
  readonly header: SheetHeader | null;
}

/** The sheets with the header that the dataset would see in each; null where it has none, or is not one of the agreed sheets. */
function headersIn(heads: readonly SheetHead[], dataset: Dataset): HeadedSheet[] {
  const { file } = dataset;
  if (file.format !== 'workbook') return [];
  const agreed = file.sheets === undefined ? null : new Set(file.sheets.map(foldHeader));
  return heads.map((head) => {
    const isAgreed = agreed === null || agreed.has(foldHeader(head.name));
    return { sheet: head.name, header: isAgreed ? findHeader(head, file.headerHolds) : null };
  });
}

function absentSheets(heads: readonly SheetHead[], { file }: Dataset): readonly string[] {
  const present = new Set(heads.map((head) => foldHeader(head.name)));
  return file.format === 'workbook' ? (file.sheets ?? []).filter((sheet) => !present.has(foldHeader(sheet))) : [];
}

async function hashOf(source: Source): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source.chunks()) hash.update(chunk);
  return hash.digest('hex');
}
