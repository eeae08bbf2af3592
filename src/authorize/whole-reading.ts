import type { Writable } from 'node:stream';
import { Query, type PoolClient, type QueryResultRow } from 'pg';
import type { Viewer } from '../model/viewer.js';
import type { Bounds } from './bounds.js';
import type { Statement } from './reading.js';

/**
 * What `beginningOf` says, as a statement that is parsed once a connection. Where it and what it begins are sent up to one Sync they are one
 * transaction, which ends there: nothing of it outlives that. What is the same for all whom the connection serves it has from the start, and
 * each setting costs as much as reading a row: of the divisions only those of the connection's level are said, the others are none.
 */
const BEGINNING = 'a whole reading';
const DIVISIONS = ['counties', 'townships', 'villages', 'grids'] as const satisfies (keyof Bounds)[];
type Divisions = (typeof DIVISIONS)[number];
const DIVISIONS_OF: Readonly<Record<Bounds['level'], readonly Divisions[]>> = {
  county: ['counties'],
  township: ['townships'],
  village: ['villages'],
  grid: ['grids'],
  mixed: DIVISIONS,
};

const settingsOf = (level: Bounds['level']): readonly string[] => [
  'role',
  'hub.county',
  ...DIVISIONS_OF[level].map((name) => `hub.${name}`),
  'hub.registers',
  'hub.ties',
  'hub.client',
  'hub.may',
];

/**
 * Makes a new connection ready for whole readings of one level. Where Citus spreads the county over machines it is not: those are told by SET
 * LOCAL alone.
 * @param statementTimeout milliseconds
 */
export async function prepareWhole(
  client: PoolClient,
  level: Bounds['level'],
  statementTimeout: number,
): Promise<void> {
  const { rows } = await client.query<{ spread: string | null }>(
    `select current_setting('citus.propagate_set_commands', true) as spread`,
  );
  if (rows[0]!.spread !== null) return;
  const settings = settingsOf(level);
  await client.query(
    [
      'set default_transaction_read_only = on',
      `set statement_timeout = ${Math.floor(statementTimeout)}`,
      // Every statement is one of ours that comes again and again; planning a list anew takes as long as reading it.
      'set plan_cache_mode = force_generic_plan',
      ...DIVISIONS.map((name) => `set hub.${name} = ''`),
      `prepare "${BEGINNING}" (${settings.map(() => 'text').join()}, bigint) as select
         ${settings.map((name, at) => `set_config('${name}', $${at + 1}, true)`).join()},
         coalesce((select true from access_version where version = $${settings.length + 1}), grants_have_changed())`,
    ].join('; '),
  );
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
  statement: Statement,
  values: readonly unknown[],
): Promise<T[]> {
  const beginning = [
    `hub_${bounds.level}`,
    bounds.county,
    ...DIVISIONS_OF[bounds.level].map((name) => bounds[name].join()),
    bounds.registers.join(),
    viewer.ties.join(),
    viewer.client,
    viewer.may.join(),
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
