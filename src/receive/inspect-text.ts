import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Source } from './open-source.js';
import { LIMITS } from './limits.js';

export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

export interface TextFound {
  readonly sha256: string;
  /** Null where no encoding fits; `brokenAt` is then the physical line that speaks against the likeliest. */
  readonly encoding: TextEncoding | null;
  /** Lines with broken characters, few enough to cost these rows only. */
  readonly brokenLines: number;
  readonly brokenAt: number | null;
  /** The last character lacks its last bytes. */
  readonly halfCharacter: boolean;
  readonly blank: boolean;
}

/**
 * Reads the file once for its hash and its encoding, and again where it is not UTF-8; nothing is held. The mark (BOM) decides, then
 * strict UTF-8, then strict GB18030. Never the label `gbk`: it decodes rare characters of names to private-use ones.
 */
export async function inspectText(source: Source): Promise<TextFound> {
  const head = await source.head(65_536);
  const wide = wideEncoding(head);
  const utf8 = new Utf8Check();
  const hash = createHash('sha256');
  let blank = true;
  for await (const chunk of source.chunks()) {
    hash.update(chunk);
    if (wide === null) utf8.take(chunk);
    if (blank) blank = isBlank(chunk);
  }
  const sha256 = hash.digest('hex');
  const whole = { sha256, brokenLines: 0, brokenAt: null, blank };
  if (wide !== null) return { ...whole, encoding: wide, halfCharacter: source.stats.size % 2 === 1 };
  if (utf8.valid) return { ...whole, encoding: 'utf-8', halfCharacter: utf8.pending };
  // Text of another encoding does not pass for UTF-8 for long: many good characters mean UTF-8 that was damaged later.
  const gb18030 = utf8.goodCharacters >= 8 ? null : await countBroken(source, 'gb18030');
  if (gb18030 !== null && gb18030.brokenLines === 0) {
    return { ...whole, encoding: 'gb18030', halfCharacter: gb18030.halfCharacter };
  }
  const likeliest = gb18030 === null ? 'utf-8' : 'gb18030';
  const broken = gb18030 ?? (await countBroken(source, 'utf-8'));
  const few = broken.brokenLines <= broken.lines * LIMITS.brokenLines && broken.firstAt > 1;
  return {
    sha256,
    blank,
    encoding: few ? likeliest : null,
    brokenLines: broken.brokenLines,
    brokenAt: broken.firstAt,
    halfCharacter: broken.halfCharacter,
  };
}

/** UTF-16 by its mark, else by the zeros that plain characters leave in every second place. */
function wideEncoding(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const sample = Math.min(head.length, 2048);
  for (let at = 0; at < sample; at++) if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  // Commas and digits are plain in every table: an eighth of all characters at the very least.
  if (odd > sample / 16 && even <= odd / 10) return 'utf-16le';
  if (even > sample / 16 && odd <= even / 10) return 'utf-16be';
  return null;
}

function isBlank(chunk: Buffer): boolean {
  return chunk.every((byte) => byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf || byte >= 0xfe);
}

/** Strict UTF-8 over a stream: a character that a chunk's end cuts in two is put together again. */
class Utf8Check {
  valid = true;
  /** Characters of three bytes and more, as all Chinese ones are, before the first bad one, counted to a hundred. */
  goodCharacters = 0;
  #rest: Buffer = Buffer.alloc(0);

  get pending(): boolean {
    return this.#rest.length > 0;
  }

  take(chunk: Buffer): void {
    if (!this.valid) return;
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = all.length - openBytes(all);
    const body = all.subarray(0, end);
    this.#rest = Buffer.from(all.subarray(end));
    this.valid = isUtf8(body);
    if (this.goodCharacters < 100 && !isAscii(body)) this.#countGood(body);
  }

  #countGood(body: Buffer): void {
    const decoder = new TextDecoder('utf-8');
    const text = decoder.decode(body.subarray(0, 65_536));
    for (const character of text) {
      if (character === '\uFFFD') return;
      if (character > '\u07FF' && ++this.goodCharacters >= 100) return;
    }
  }
}

/** How many bytes at the end begin a character that is not finished. */
function openBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

interface Broken {
  readonly lines: number;
  readonly brokenLines: number;
  readonly firstAt: number;
  readonly halfCharacter: boolean;
}

async function countBroken(source: Source, encoding: 'utf-8' | 'gb18030'): Promise<Broken> {
  if (await isStrict(source, encoding)) return { lines: 0, brokenLines: 0, firstAt: 0, halfCharacter: false };
  const decoder = new TextDecoder(encoding);
  let [lines, brokenLines, firstAt, lastBroken] = [1, 0, 0, 0];
  const count = (text: string) => {
    let bad = text.indexOf('\uFFFD');
    for (let at = 0; ;) {
      const end = text.indexOf('\n', at);
      if (bad !== -1 && (end === -1 || bad < end)) {
        if (lastBroken !== lines) brokenLines++;
        lastBroken = lines;
        if (firstAt === 0) firstAt = lines;
        bad = end === -1 ? -1 : text.indexOf('\uFFFD', end);
      }
      if (end === -1) return;
      lines++;
      at = end + 1;
    }
  };
  for await (const chunk of source.chunks()) count(decoder.decode(chunk, { stream: true }));
  // A character cut off by the end is no broken one.
  return { lines, brokenLines, firstAt, halfCharacter: decoder.decode() !== '' };
}

async function isStrict(source: Source, encoding: string): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of source.chunks()) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}
