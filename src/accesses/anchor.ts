import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../database/connect.js';
import { listChains } from './list-chains.js';

/** Where every chain stood at a moment, kept outside of the database and signed: what is cut off later is missed by it. */
export interface Anchor {
  /** RFC 3339. */
  readonly at: string;
  readonly chains: readonly AnchoredChain[];
  /** Chains that were let go at this moment, their time having come. */
  readonly expired: readonly AnchoredChain[];
}

export interface AnchoredChain {
  readonly county: string;
  /** YYYY-MM-DD, its first day. */
  readonly month: string;
  readonly rows: number;
  /** Of the last row, hex. */
  readonly hash: string;
  readonly algorithm: string;
}

/** Signs a text, and opens what was signed; given by whoever has the keys. */
export interface Signing {
  sign(text: string): Promise<string>;
  /** @throws where it was not signed by a key of ours */
  open(signed: string): Promise<string>;
}

const NAME = /^access-log-\d{8}T\d{9}Z\.jws$/;

/** Writes down where the chains stand. @returns the file; null where there is nothing to write down */
export async function anchorAccesses(
  database: Database,
  folder: string,
  signing: Signing,
  expired: readonly AnchoredChain[] = [],
): Promise<{ readonly file: string; readonly anchor: Anchor } | null> {
  const chains = await readHeads(database);
  if (chains.length + expired.length === 0) return null;
  const anchor: Anchor = { at: new Date().toISOString(), chains, expired };
  await mkdir(folder, { recursive: true });
  const file = join(folder, `access-log-${anchor.at.replaceAll(/[-:.]/g, '')}.jws`);
  // Never over another: and on disk before anybody relies on it.
  const handle = await open(file, 'wx', 0o444);
  try {
    await handle.writeFile(`${await signing.sign(JSON.stringify(anchor))}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { file, anchor };
}

/** The anchors of a folder, the oldest first. A file that cannot be trusted is named and not used. */
export async function readAnchors(
  folder: string,
  signing: Signing,
): Promise<{ readonly anchors: readonly Anchor[]; readonly untrusted: readonly string[] }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const anchors: Anchor[] = [];
  const untrusted: string[] = [];
  for (const name of names.filter((each) => NAME.test(each)).toSorted()) {
    try {
      anchors.push(JSON.parse(await signing.open((await readFile(join(folder, name), 'utf8')).trim())) as Anchor);
    } catch {
      untrusted.push(name);
    }
  }
  return { anchors, untrusted };
}

/** The last row of each chain. Index: the primary key. */
async function readHeads(database: Database): Promise<AnchoredChain[]> {
  const heads: AnchoredChain[] = [];
  for (const { county, month } of await listChains(database)) heads.push(await readHead(database, county, month));
  return heads;
}

export async function readHead(database: Database, county: string, month: string): Promise<AnchoredChain> {
  const [head] = await database.query<{ rows: number; hash: string; algorithm: string }>(
    `select number as rows, encode(hash, 'hex') as hash, algorithm from access_log
     where county = $1 and month = $2 order by number desc limit 1`,
    [county, month],
  );
  return { county, month, ...head! };
}
