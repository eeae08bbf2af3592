import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A value of COPY's text format. Arrays are PostgreSQL arrays; objects are written as JSON. */
export type CopyValue = string | number | bigint | boolean | null | undefined | readonly unknown[] | object;

/** Rows going into a table by COPY. `write` waits while the server is behind. */
export interface Copy {
  write(values: readonly CopyValue[]): Promise<void> | void;
  /** For rows put together piece by piece, tabs and all: text in COPY's own format … */
  put(text: string): void;
  /** … a whole number from 0 to 2^53 … */
  putNumber(value: number): void;
  /** … and the end of the row, with its line feed. */
  endRow(): Promise<void> | void;
  /** Ends the COPY; the rows count from here. */
  end(): Promise<number>;
  /** Gives up; the transaction is then broken, as PostgreSQL has it. */
  abort(): Promise<void>;
}

/** Bytes. */
const CHUNK = 96 * 1024;
const LINE = 16 * 1024;
/** Up to so many letters a loop of our own is quicker than the way into the runtime. */
const SHORT = 32;

/**
 * Opens a COPY into the columns of a table, in the client's transaction.
 * Table and column names are the program's own and never come in from outside.
 */
export function copyInto(client: PoolClient, table: string, columns: readonly string[]): Copy {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const done = finished(stream);
  done.catch(() => {});
  let chunk = Buffer.allocUnsafe(CHUNK + LINE);
  let filled = 0;
  let rows = 0;
  const makeRoom = (bytes: number): void => {
    if (chunk.length - filled < bytes) chunk = Buffer.concat([chunk.subarray(0, filled)], filled + bytes);
  };
  // Into bytes at once: texts that grow to a chunk outlive their youth, and hundreds of megabytes of them await the collector.
  const put = (text: string): void => {
    // No character of UTF-16 takes more than three bytes.
    makeRoom(text.length * 3);
    let at = 0;
    if (text.length <= SHORT) {
      for (let unit = 0; at < text.length && (unit = text.charCodeAt(at)) < 128; at += 1) chunk[filled++] = unit;
    }
    if (at < text.length) filled += chunk.write(text.slice(at), filled);
  };
  const endRow = (): Promise<void> | void => {
    put('\n');
    rows += 1;
    if (filled < CHUNK) return;
    const full = chunk.subarray(0, filled);
    chunk = Buffer.allocUnsafe(CHUNK + LINE);
    filled = 0;
    if (stream.destroyed) return done;
    if (!stream.write(full)) return Promise.race([once(stream, 'drain').then(() => {}), done]);
  };
  return {
    write(values) {
      put(line(values));
      return endRow();
    },
    put,
    putNumber(value) {
      makeRoom(DIGITS);
      filled = writeDigits(chunk, filled, value);
    },
    endRow,
    async end() {
      if (filled > 0) stream.write(chunk.subarray(0, filled));
      stream.end();
      await done;
      return rows;
    },
    async abort() {
      stream.destroy(new Error('given up'));
      await done.catch(() => {});
    },
  };
}

/** Of the largest number that is put. */
const DIGITS = 16;

/** As texts, numbers that V8 remembers for a while survive by the million. @returns the place after the last digit */
function writeDigits(into: Buffer, from: number, value: number): number {
  let size = 1;
  for (let power = 10; power <= value; power *= 10) size += 1;
  // Nine digits at a time stay within 32 bits, where division is quick.
  let high = Math.floor(value / 1e9);
  let low = value - high * 1e9;
  for (let at = size - 1; at >= 0; at -= 1) {
    if (at === size - 10) [low, high] = [high, 0];
    const rest = (low / 10) | 0;
    into[from + at] = 48 + low - rest * 10;
    low = rest;
  }
  return from + size;
}

function line(values: readonly CopyValue[]): string {
  let text = '';
  for (let i = 0; i < values.length; i += 1) text += (i === 0 ? '' : '\t') + cell(values[i]);
  return text;
}

function cell(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  switch (typeof value) {
    case 'string':
      return escape(value);
    case 'number':
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 't' : 'f';
    default:
      return escape(Array.isArray(value) ? array(value) : JSON.stringify(value));
  }
}

function array(values: readonly unknown[]): string {
  return `{${values
    .map((value) =>
      value === null || value === undefined
        ? 'NULL'
        : typeof value === 'string'
          ? `"${value.replace(/["\\]/g, '\\$&')}"`
          : String(value),
    )
    .join(',')}}`;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!) : text;
}
