import { LIMITS } from './limits.js';

/** One physical line, numbered from 1, without its end. */
export interface Line {
  readonly line: number;
  readonly text: string;
  /** False for a last line that nothing ends. */
  readonly ended: boolean;
  /** It was longer than a record may be; `text` is its beginning. */
  readonly tooLong: boolean;
}

/** A record and the physical line where it starts. `lines` are its parts where its quotes span several. */
export interface TextRecord {
  readonly line: number;
  readonly text: string;
  readonly quoted: boolean;
  readonly ended: boolean;
  /** `unclosed`: a quote that nothing closes, `long`: beyond the limits. */
  readonly broken: 'unclosed' | 'long' | null;
}

/** Cuts text into physical lines at CRLF, LF or CR, whichever occur. */
export class LineCutter {
  #rest = '';
  #line = 1;
  #skipping = false;

  /** The lines that the text completes. */
  *take(chunk: string): Generator<Line> {
    const text = this.#rest === '' ? chunk : this.#rest + chunk;
    let [from, newline, back] = [0, text.indexOf('\n'), text.indexOf('\r')];
    while (newline !== -1 || back !== -1) {
      const isBack = back !== -1 && (newline === -1 || back < newline);
      const end = isBack ? back : newline;
      // Whether LF follows is not known before the next chunk.
      if (isBack && end === text.length - 1) break;
      yield* this.#cut(text.slice(from, end), true);
      from = isBack && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
      if (newline !== -1 && newline < from) newline = text.indexOf('\n', from);
      if (back !== -1 && back < from) back = text.indexOf('\r', from);
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LIMITS.line) {
      if (!this.#skipping) yield { line: this.#line, text: this.#rest.slice(0, 100), ended: true, tooLong: true };
      this.#skipping = true;
      this.#rest = this.#rest.endsWith('\r') ? '\r' : '';
    }
  }

  *finish(): Generator<Line> {
    const ended = this.#rest.endsWith('\r');
    if (this.#rest !== '' || this.#skipping) yield* this.#cut(ended ? this.#rest.slice(0, -1) : this.#rest, ended);
  }

  *#cut(text: string, ended: boolean): Generator<Line> {
    const line = this.#line++;
    if (this.#skipping) this.#skipping = false;
    else yield { line, text, ended, tooLong: text.length > LIMITS.line };
  }
}

/**
 * Puts lines together to records: a line whose quotes do not close goes on in the next. RFC 4180 alone would let one stray quote
 * swallow the file, so a record that grows too long, that the file's end leaves open, or in which whole rows seem to stand is given up: its
 * first line is a broken record, and the others are looked at anew.
 *
 * @param isRow whether a line, its quotes disregarded, has just as many cells as the header
 */
export class RecordJoiner {
  #open: Line[] = [];
  #length = 0;

  constructor(private readonly isRow: (line: string) => boolean) {}

  take(line: Line, out: TextRecord[]): void {
    const odd = hasOddQuotes(line.text);
    if (this.#open.length === 0) {
      if (line.tooLong) out.push({ ...record(line), broken: 'long' });
      else if (odd) this.#begin(line);
      else out.push(record(line));
      return;
    }
    this.#open.push(line);
    this.#length += line.text.length + 1;
    if (odd && !line.tooLong) {
      const joined = this.#open;
      if (this.#holdsRows()) return this.#giveUp(out);
      this.#open = [];
      out.push({
        line: joined[0]?.line ?? 0,
        text: joined.map((each) => each.text).join('\n'),
        quoted: true,
        ended: line.ended,
        broken: null,
      });
    } else if (line.tooLong || this.#length > LIMITS.line || this.#open.length > LIMITS.linesOfRecord) {
      this.#giveUp(out);
    }
  }

  finish(out: TextRecord[]): void {
    while (this.#open.length > 0) this.#giveUp(out);
  }

  #begin(line: Line): void {
    this.#open = [line];
    this.#length = line.text.length;
  }

  #giveUp(out: TextRecord[]): void {
    const [first, ...others] = this.#open;
    this.#open = [];
    if (first === undefined) return;
    out.push({ ...record(first), broken: 'unclosed' });
    for (const line of others) this.take(line, out);
  }

  /** Two stray quotes some lines apart close each other. A row of the right width inside, or nothing but such rows, gives them away. */
  #holdsRows(): boolean {
    const rows = this.#open.map((line) => this.isRow(line.text));
    return rows.slice(1, -1).includes(true) || rows.every(Boolean);
  }
}

function record(line: Line): TextRecord {
  return { line: line.line, text: line.text, quoted: line.text.includes('"'), ended: line.ended, broken: null };
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}
