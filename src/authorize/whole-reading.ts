import type { Writable } from 'node:stream';
import { Query, type PoolClient, type QueryResultRow } from 'pg';
import type { Viewer } from '../model/viewer.js';
import type { Bounds } from './bounds.js';
import type { Statement } from './reading.js';

/**
 * What `beginningOf` says, as a statement that is parsed once a connection. Where it and what it begins are sent up to one Sync they are one
 * transaction, which ends there: nothing of it outlives that.
 */
const BEGINNING = 'a whole reading';
const SETTINGS = [
  'role',
  'hub.county',
  'hub.counties',
  'hub.townships',
  'hub.villages',
  'hub.grids',
  'hub.registers',
  'hub.ties',
  'hub.client',
  'hub.may',
  'statement_timeout',
] as const;

const PREPARATION = `prepare "${BEGINNING}" (${SETTINGS.map(() => 'text').join()}, bigint) as select
  set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', 'force_generic_plan', true),
  ${SETTINGS.map((name, at) => `set_config('${name}', $${at + 1}, true)`).join()}, 
  coalesce((select true from access_version where version = $${SETTINGS.length + 1}), grants_have_changed())`;

/**
 * Makes a new connection ready for whole readings. Where Citus spreads the county over machines it is not: those are told by SET LOCAL alone.
 */
export async function prepareWhole(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ spread: string | null }>(
    `select current_setting('citus.propagate_set_commands', true) as spread`,
  );
  if (rows[0]!.spread !== null) return;
  await client.query(PREPARATION);
  READY.add(client);
}
const READY = new WeakSet<PoolClient>();

/** Whether `readWhole` may ask it. */
export function isReadyForWhole(client: PoolClient): boolean {
  return READY.has(client);
}

/** A reading that asks one thing: begun, asked and ended in one write, and answered in one. @throws whatever the database says */
export function readWhole<T extends QueryResultRow>(
  client: PoolClient,
  viewer: Viewer,
  bounds: Bounds,
  statementTimeout: number,
  statement: Statement,
  values: readonly unknown[],
): Promise<T[]> {
  const beginning = [
    `hub_${bounds.level}`,
    bounds.county,
    bounds.counties.join(),
    bounds.townships.join(),
    bounds.villages.join(),
    bounds.grids.join(),
    bounds.registers.join(),
    viewer.ties.join(),
    viewer.client,
    viewer.may.join(),
    String(Math.floor(statementTimeout)),
    String(Math.floor(viewer.accessVersion)),
  ];
  return new Promise((answer, fail) => {
    const callback = (error: Error | null, result: { readonly rows: T[] }) =>
      error ? fail(error) : answer(result.rows);
    client.query(new WholeQuery({ ...statement, values, callback, queryMode: 'extended' }, beginning) as never);
  });
}

interface Wire {
  bind(message: { readonly statement: string; readonly values: readonly string[] }): void;
  execute(message: object): void;
  readonly stream: Writable;
}

/** The driver's own query, of which its types tell less than a class beneath it has to know. */
const DriverQuery = Query as unknown as new (config: object) => {
  prepare(wire: Wire): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
};

class WholeQuery extends DriverQuery {
  /** What the beginning answers is nobody's; it is never described, and what is asked is. */
  private isBegun = false;

  constructor(
    config: object,
    private readonly beginning: readonly string[],
  ) {
    super(config);
  }

  override prepare(wire: Wire): void {
    const messages: Buffer[] = [];
    const gathering = Object.create(wire, { _send: { value: (message: Buffer) => messages.push(message) } }) as Wire;
    gathering.bind({ statement: BEGINNING, values: this.beginning });
    gathering.execute({});
    super.prepare(gathering);
    // One write is cheaper than one of six parts.
    if (wire.stream.writable) wire.stream.write(Buffer.concat(messages));
  }

  override handleRowDescription(message: unknown): void {
    this.isBegun = true;
    super.handleRowDescription(message);
  }

  override handleDataRow(message: unknown): void {
    if (this.isBegun) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.isBegun) super.handleCommandComplete(message, wire);
  }
}
