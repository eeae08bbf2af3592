import { fromFd, type Entry, type ZipFile } from 'yauzl';
import { LIMITS } from './limits.js';
import type { Source } from './open-source.js';

export type ArchiveFault = { readonly found: string; readonly accepted: string; readonly tooLarge: boolean };

/**
 * Whether a ZIP archive may be handed to the workbook parser: first by what its directory states, then by counting what really comes out
 * of each entry, as the directory may lie. Null where nothing speaks against it.
 */
export async function checkArchive(source: Source): Promise<ArchiveFault | { readonly inflated: number }> {
  try {
    const archive = await openArchive(source.handle.fd);
    const entries = await listEntries(archive);
    if (!Array.isArray(entries)) return entries;
    const fault = judge(entries);
    if (fault !== null) return fault;
    let inflated = 0;
    for (const entry of entries) inflated += await inflate(archive, entry);
    return { inflated };
  } catch (error) {
    if (error instanceof Encrypted) return { found: 'a password', accepted: 'without password', tooLarge: false };
    return { found: 'damaged ZIP archive', accepted: 'XLSX', tooLarge: false };
  }
}

class Encrypted extends Error {}

function openArchive(fd: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Never closed through yauzl: it would close the descriptor, which is its owner’s.
    fromFd(fd, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, archive) =>
      error === null ? resolve(archive) : reject(error),
    );
  });
}

function listEntries(archive: ZipFile): Promise<Entry[] | ArchiveFault> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    if (archive.entryCount > LIMITS.archiveEntries) return resolve(tooMany(archive.entryCount));
    archive.on('entry', (entry: Entry) => {
      if (entries.push(entry) > LIMITS.archiveEntries) return resolve(tooMany(entries.length));
      archive.readEntry();
    });
    archive.on('error', reject);
    archive.on('end', () => resolve(entries));
    archive.readEntry();
  });
}

function tooMany(count: number): ArchiveFault {
  return { found: `${count} archive entries`, accepted: `${LIMITS.archiveEntries}`, tooLarge: true };
}

function judge(entries: readonly Entry[]): ArchiveFault | null {
  let total = 0;
  for (const entry of entries) {
    const { uncompressedSize: size, compressedSize: packed } = entry;
    total += size;
    if ((entry.generalPurposeBitFlag & 1) === 1) throw new Encrypted();
    if (size > LIMITS.archiveEntry) return large(`an entry of ${size} bytes`, LIMITS.archiveEntry);
    if (size > LIMITS.archiveRatioFrom && size > packed * LIMITS.archiveRatio) {
      return large(`an entry packed ${Math.round(size / Math.max(packed, 1))}:1`, `${LIMITS.archiveRatio}:1`);
    }
  }
  if (total > LIMITS.archiveTotal) return large(`${total} bytes unpacked`, LIMITS.archiveTotal);
  if (entries.some((entry) => /(^|\/)xl\/.*workbook[^/]*\.(xml|bin)$/i.test(`/${entry.fileName}`))) return null;
  return { found: 'ZIP archive without a workbook', accepted: 'XLSX', tooLarge: false };
}

function large(found: string, accepted: string | number): ArchiveFault {
  return { found, accepted: String(accepted), tooLarge: true };
}

/** yauzl ends with an error where more or less comes out than the directory states. */
function inflate(archive: ZipFile, entry: Entry): Promise<number> {
  return new Promise((resolve, reject) => {
    if (entry.fileName.endsWith('/')) return resolve(0);
    archive.openReadStream(entry, (error, stream) => {
      if (error !== null) return reject(error);
      let inflated = 0;
      stream.on('data', (chunk: Buffer) => (inflated += chunk.length));
      stream.on('error', reject);
      stream.on('end', () => resolve(inflated));
    });
  });
}
