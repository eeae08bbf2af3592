import type { OpenDelivery, Refusal } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';
import { LIMITS } from './limits.js';
import type { FoundFile } from './list-deliveries.js';
import { openSource, type Source } from './open-source.js';
import type { Opened } from './opened.js';
import { openText } from './open-text.js';
import { openWorkbook } from './open-workbook.js';
import { recogniseFormat } from './recognise-format.js';
import { refuse } from './refuse.js';
import { findingOf, UnreadableDelivery } from './unreadable-delivery.js';

/**
 * Recognises a file by its bytes, its name and its content, and opens it for reading; nothing is stored. A refusal is a value that the
 * officer reads. What is opened must be closed; it holds the file, and for a workbook a process.
 */
export async function openDelivery(found: FoundFile, datasets: readonly Dataset[]): Promise<OpenDelivery | Refusal> {
  let source: Source | null = null;
  let opened: OpenDelivery | Refusal | null = null;
  try {
    source = await openSource(found.path);
    opened = await recognise({ found, source, datasets });
    return opened;
  } catch (error) {
    return refuse(found, findingFor(error));
  } finally {
    if (source !== null && (opened === null || 'refused' in opened)) await source.close();
  }
}

function recognise(opened: Opened): Promise<OpenDelivery | Refusal> | Refusal {
  const { size } = opened.source.stats;
  const outside = { file: opened.found.file, bytes: size };
  if (size === 0) return refuse(outside, findingOf('DELIVERY_EMPTY'));
  if (size > LIMITS.file) {
    return refuse(outside, findingOf('DELIVERY_TOO_LARGE', { found: `${size} bytes`, accepted: `${LIMITS.file}` }));
  }
  return opened.source.head(4096).then((head) => {
    const format = recogniseFormat(head);
    if (format.is === 'other') {
      return refuse(
        outside,
        findingOf('DELIVERY_UNREADABLE', { found: format.found, accepted: 'CSV, XLSX, XLS, NDJSON' }),
      );
    }
    return format.is === 'text' ? openText(opened) : openWorkbook(opened, format.is);
  });
}

/** The system's own words hold the path; its code says enough. Anything unforeseen is a bug and stays an error. */
function findingFor(error: unknown) {
  if (error instanceof UnreadableDelivery) return error.finding;
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  if (code !== null && /^E[A-Z]+$/.test(code)) {
    const found = code === 'ELOOP' ? 'a link' : `the file cannot be opened (${code})`;
    return findingOf('DELIVERY_UNREADABLE', { found });
  }
  throw error;
}
