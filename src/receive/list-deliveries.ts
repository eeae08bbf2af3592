import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readName } from './read-name.js';

/** A file that may be a delivery; nothing of it has been read. */
export interface FoundFile {
  /** Below the folder received, with `/`: the FILE of every ref. */
  readonly file: string;
  /** Where it lies. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Every regular file below the folder, in the order in which they are to be taken: within one kind of delivery by business date,
 * the full one before the delta of the same day. Links are not followed; dotfiles and Office's lock files are not deliveries.
 */
export async function listDeliveries(dir: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  await walk(dir, '', found);
  const keys = new Map(found.map((each) => [each, orderOf(each.file)]));
  return found.toSorted((a, b) => compare(keys.get(a) ?? [], keys.get(b) ?? []));
}

async function walk(dir: string, below: string, found: FoundFile[]): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name.startsWith('~$')) continue;
    const path = join(dir, entry.name);
    const file = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await walk(path, file, found);
    else if (entry.isFile()) found.push({ file, path, bytes: (await lstat(path)).size });
  }
}

/** Folder's own name and the name without its date make the kind; folders of days may lie above. */
function orderOf(file: string): readonly string[] {
  const name = basename(file).normalize('NFC');
  const { coverage, digits } = readName(name);
  const kind = name.replace(/\d{8}|\d{6}/, '').replace(/_?(全量|增量)_?/, '_');
  return [basename(dirname(file)), kind, digits ?? '', coverage === 'delta' ? '1' : '0', file];
}

/** By code points: a locale's order differs from machine to machine. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (const [position, left] of a.entries()) {
    const right = b[position] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
