import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { anchorAccesses, findExpired, keepPieces, readShown, verifyAccesses } from '../accesses/index.js';
import { openAccessing, openAnchorSigning } from '../commands/open-accessing.js';
import { readConfig } from '../config.js';
import type { Database } from '../database/connect.js';
import { openHub, type Hub } from '../hub.js';
import type { Access } from '../model/access.js';

export interface AccessesBenchOptions {
  readonly rows: number;
  /** Persons whom the rows show, any of them as likely as another. */
  readonly people: number;
  /** A hub whose log was filled by a bench before is used as it is, and kept. */
  readonly keep: string | null;
}

const COUNTY = '990502';
/** Of the clients, the first reads an eighth of everything. */
const CLIENTS = ['heavy', ...Array.from({ length: 20 }, (_, at) => `client-${at}`)];
/** Persons and households that one row shows: it reads lists, the others mostly one household. */
const SHOWN = { heavy: { persons: 50, households: 15 }, others: { persons: 3, households: 1 } };
const TIDY_EVERY = 20_000;
const AT_ONCE = 1000;

/**
 * What the log of who has looked costs, and what it answers: filled by the hub's own writer, then asked as the API asks. Every figure is of this process and the database together, one after the other.
 */
export async function benchAccesses(options: AccessesBenchOptions, write: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  // PostgreSQL runs as another account when we are root, and has to pass through.
  chmodSync(work, 0o711);
  const home = options.keep ?? join(work, 'home');
  const filled = existsSync(home);
  mkdirSync(home, { recursive: true });
  const hub = await openHub(readConfig({ HUB_HOME: home }), { begins: true });
  try {
    write(
      `${options.rows.toLocaleString('en')} rows of ${options.people.toLocaleString('en')} persons, an eighth of them with ${SHOWN.heavy.persons} each, the others with ${SHOWN.others.persons}; ${cpus().length} cores, Node ${process.versions.node}`,
    );
    if (!filled) await fill(hub, options, write);
    await addUp(hub, write);
    await tellSize(hub.database, write);
    await ask(hub, options, write);
    await goThrough(hub, write);
  } finally {
    await hub.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function fill(hub: Hub, { rows, people }: AccessesBenchOptions, write: (line: string) => void): Promise<void> {
  await hub.database.query(
    `insert into entity (county, id, kind, status) select $1, id, 'person', 'current' from generate_series(1, $2::bigint) as id`,
    [COUNTY, people],
  );
  await hub.database.query(`analyze entity`);
  // As the server has it: with somebody who looks at volumes beside it.
  const log = openAccessing(hub, () => {});
  const next = random(1);
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let at = 0; at < rows; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, rows - at) }, (_, i) => anAccess(at + i, next, people));
    await Promise.all(some.map((each) => log.write(each)));
    // No server writes as fast as this: what it does beside its answers has to keep up.
    if (at % TIDY_EVERY === 0) await hub.database.query('select tidy_access_index()');
  }
  await log.close();
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  write(
    `written in ${seconds(took)}: ${Math.round((rows / took) * 1000)} rows a second, of this process ${((user + system) / rows).toFixed(0)} µs of CPU a row`,
  );
}

/** What was left to the night. */
async function addUp(hub: Hub, write: (line: string) => void): Promise<void> {
  const began = performance.now();
  const pieces = await keepPieces(hub.database);
  const took = performance.now() - began;
  if (pieces > 0)
    write(`added up ${pieces} pieces more in ${seconds(took)}: ${(took / pieces / 4.096).toFixed(0)} µs a row`);
}

/** One look at a list, as the server would write it down. */
function anAccess(at: number, next: (below: number) => number, people: number): Access {
  const client = next(8) === 0 ? CLIENTS[0]! : CLIENTS[1 + next(CLIENTS.length - 1)]!;
  const shown = client === CLIENTS[0] ? SHOWN.heavy : SHOWN.others;
  const some = (n: number) => [...new Set(Array.from({ length: n }, () => 1 + next(people)))].toSorted((a, b) => a - b);
  return {
    county: COUNTY,
    request: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    client,
    person: `N-${next(50)}`,
    token: `jti-${next(1000)}`,
    purpose: 'household-visit',
    basis: '政务数据共享条例 第二十条',
    grants: [1],
    emergency: false,
    operation: 'FindPeople',
    document: 'a'.repeat(64),
    asked: ['people'],
    persons: some(shown.persons),
    households: some(shown.households),
    shown: ['basic', 'contact'],
    masked: ['identity'],
    revealed: [],
    revealReasons: [],
    outcome: 'ok',
    code: null,
    ms: 12,
  };
}

async function tellSize(database: Database, write: (line: string) => void): Promise<void> {
  const sizes = await database.query<{ what: string; bytes: number }>(
    `select regexp_replace(c.relname, '_\\d{4}_\\d\\d.*', '') || case c.relkind when 'i' then ', index ' || coalesce(am.amname, '') else '' end as what,
       sum(pg_relation_size(c.oid) + case c.relkind when 'r' then pg_total_relation_size(nullif(c.reltoastrelid, 0)) else 0 end)::bigint as bytes
     from pg_class c left join pg_am am on am.oid = c.relam
     where c.relname ~ '^access_' and c.relkind in ('r', 'i') group by 1 having sum(pg_relation_size(c.oid)) > 1000000 order by 2 desc`,
  );
  for (const { what, bytes } of sizes) write(`  ${what.padEnd(32)} ${(bytes / 1e6).toFixed(0).padStart(6)} MB`);
}

async function ask(hub: Hub, { people }: AccessesBenchOptions, write: (line: string) => void): Promise<void> {
  const client = new Client({ connectionString: hub.apiUrl });
  await client.connect();
  try {
    for (const [name, value] of [
      ['role', 'hub_county'],
      ['hub.county', COUNTY],
      ['hub.counties', COUNTY],
      ['hub.may', 'audit,usage'],
      ['hub.client', CLIENTS[0]!],
    ])
      await client.query(`select set_config($1, $2, false)`, [name, value]);
    const time = async (what: string, times: number, text: string, values: (round: number) => unknown[]) => {
      const took: number[] = [];
      let last: unknown = null;
      for (let round = 0; round < times; round += 1) {
        const began = performance.now();
        const { rows } = await client.query({ name: what, text, values: values(round) });
        took.push(performance.now() - began);
        last = rows.length === 1 ? Object.values(rows[0] as object)[0] : rows.length;
      }
      const sorted = took.toSorted((a, b) => a - b);
      write(
        `${what.padEnd(50)} first ${took[0]!.toFixed(0).padStart(6)} ms, median ${sorted[sorted.length >> 1]!.toFixed(1).padStart(8)} ms, slowest ${sorted.at(-1)!.toFixed(0).padStart(6)} ms   (${String(last)})`,
      );
    };
    const shown = `select * from persons_shown_to('${COUNTY}', $1, '-infinity', 'infinity', $2, 201)`;
    await time('whose data heavy read: first page', 3, shown, () => ['heavy', 0]);
    await time('whose data heavy read: a page in the middle', 5, shown, (n) => [
      'heavy',
      Math.floor((people * (n + 1)) / 7),
    ]);
    await time('whose data another read: first page', 3, shown, () => ['client-3', 0]);
    await time(
      'whose data heavy read: how many',
      2,
      `select count_persons_shown_to('${COUNTY}', 'heavy', '-infinity', 'infinity')`,
      () => [],
    );
    const whole = performance.now();
    let shownTo = 0;
    await readShown(
      hub.database,
      { county: COUNTY, client: 'heavy', from: null, to: null },
      (rows) => void (shownTo += rows.length),
    );
    write(`whose data heavy read: all of them, one by one      ${seconds(performance.now() - whole)}   (${shownTo})`);
    const usage = `select * from data_usage('${COUNTY}', $1, '-infinity', 'infinity', null, null, 21)`;
    await time('who looked at a person: first page', 50, usage, (n) => [1 + ((n * 7919) % people)]);
    await time(
      'who looked at a person: how often',
      50,
      `select count_data_usage('${COUNTY}', $1, '-infinity', 'infinity')`,
      (n) => [1 + ((n * 7919 + 13) % people)],
    );
    await time(
      'what heavy looked at: first page',
      5,
      `select * from own_accesses('${COUNTY}', '-infinity', 'infinity', null, null, 21)`,
      () => [],
    );
  } finally {
    await client.end();
  }
}

/** What goes through everything: the chains, an anchor, and whether anything may be let go. */
async function goThrough(hub: Hub, write: (line: string) => void): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { rows, misfit } = await verifyAccesses(hub.database);
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  write(
    `audit verify: ${rows.toLocaleString('en')} rows ${misfit ? `do NOT fit (${JSON.stringify(misfit)})` : 'fit'} in ${seconds(took)}, of this process ${seconds((user + system) / 1000)} CPU`,
  );
  const anchoring = performance.now();
  const done = await anchorAccesses(
    hub.database,
    join(hub.config.home, 'anchors'),
    await openAnchorSigning(hub.config),
  );
  write(
    `audit anchor: ${done ? done.anchor.chains.length : 0} chains in ${(performance.now() - anchoring).toFixed(0)} ms`,
  );
  const expiring = performance.now();
  const later = new Date(Date.now() + 1200 * 86_400_000);
  const { expired } = await findExpired(hub.database, 1096, later);
  write(`audit expire: ${expired.length} chains found in ${(performance.now() - expiring).toFixed(0)} ms`);
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** The same rows on every machine: a 32-bit generator of the kind mulberry. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
