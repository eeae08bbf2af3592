import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A value of COPY's text format. Arrays are PostgreSQL arrays; objects are written as JSON. */
export type CopyValue = string | number | bigint | boolean | null | undefined | readonly unknown[] | object;

/** Rows going into a table by COPY. `write` waits while the server is behind. */
export interface Copy {
  write(values: readonly CopyValue[]): Promise<void> | void;
  /** A row as COPY's text format has it, its line feed included. */
  writeLine(line: string): Promise<void> | void;
  /** Ends the COPY; the rows count from here. */
  end(): Promise<number>;
  /** Gives up; the transaction is then broken, as PostgreSQL has it. */
  abort(): Promise<void>;
}

/** Bytes. */
const CHUNK = 96 * 1024;
const LINE = 16 * 1024;

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
  const writeLine = (text: string): Promise<void> | void => {
    // No character of UTF-16 takes more than three bytes.
    if (chunk.length - filled < text.length * 3)
      chunk = Buffer.concat([chunk.subarray(0, filled)], filled + text.length * 3);
    // Into bytes line by line: texts that grow to a chunk outlive their youth, and hundreds of megabytes of them await the collector.
    filled += chunk.write(text, filled);
    rows += 1;
    if (filled < CHUNK) return;
    const full = chunk.subarray(0, filled);
    chunk = Buffer.allocUnsafe(CHUNK + LINE);
    filled = 0;
    if (stream.destroyed) return done;
    if (!stream.write(full)) return Promise.race([once(stream, 'drain').then(() => {}), done]);
  };
  return {
    write: (values) => writeLine(line(values)),
    writeLine,
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

function line(values: readonly CopyValue[]): string {
  let text = '';
  for (let i = 0; i < values.length; i += 1) text += (i === 0 ? '' : '\t') + cell(values[i]);
  return `${text}\n`;
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
