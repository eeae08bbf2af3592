import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A value of COPY's text format. Arrays are PostgreSQL arrays; objects are written as JSON. */
export type CopyValue = string | number | bigint | boolean | null | undefined | readonly unknown[] | object;

/** Rows going into a table by COPY. `write` waits while the server is behind. */
export interface Copy {
  write(values: readonly CopyValue[]): Promise<void> | void;
  /** Ends the COPY; the rows count from here. */
  end(): Promise<number>;
  /** Gives up; the transaction is then broken, as PostgreSQL has it. */
  abort(): Promise<void>;
}

const CHUNK = 256 * 1024;

/**
 * Opens a COPY into the columns of a table, in the client's transaction.
 * Table and column names are the program's own and never come in from outside.
 */
export function copyInto(client: PoolClient, table: string, columns: readonly string[]): Copy {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const done = finished(stream);
  done.catch(() => {});
  let chunk = '';
  let rows = 0;
  return {
    write(values) {
      chunk += line(values);
      rows += 1;
      if (chunk.length < CHUNK) return;
      const full = chunk;
      chunk = '';
      if (stream.destroyed) return done;
      if (!stream.write(full)) return Promise.race([once(stream, 'drain').then(() => {}), done]);
    },
    async end() {
      if (chunk) stream.write(chunk);
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
