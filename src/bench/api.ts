import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { IMPORTERS } from '../../importers/index.js';
import { boundsOf, DEMO_PURPOSE, grantDemo, openTokenKeys, signToken } from '../authorize/index.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { readCounty, type Hub } from '../hub.js';
import { loadClosed, shareOf, Wire, writeRequest, type Request } from './api-load.js';
import { installPeer } from './api-peer.js';
import { PLAIN_FLOOR, QUESTIONS } from './api-questions.js';
import { PEER_VIEWS } from './api-views.js';
import { openBenchCounty } from './bench-county.js';
import { cpuOf, startHub, startProcess, type ServerProcess } from './hub-process.js';

export interface ApiBenchOptions {
  readonly people: number;
  readonly seed: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Kept, and used as it is where it is there already; null: made for the run. */
  readonly keep: string | null;
}

type ServerName = 'ours' | 'PostGraphile' | 'floor';
type QuestionName = keyof typeof QUESTIONS;
const QUESTION_NAMES = Object.keys(QUESTIONS) as QuestionName[];

const AT_ONCE = 16;
/** Different ids or pages that a question is asked with, in turn. */
const VARIANTS = 40;

/** What a viewer sees of the registers. */
const VIEWERS = {
  all: { title: 'all registers', registers: IMPORTERS.map(({ register }) => register) },
  hidden: {
    title: 'police hidden',
    registers: IMPORTERS.map(({ register }) => register).filter((name) => name !== 'police'),
  },
} as const;
type ViewerName = keyof typeof VIEWERS;

/**
 * The API beside PostGraphile and beside the floor: each a process of its own over one database, under the same policies, with answers that
 * are compared before anything is timed.
 */
export async function benchApi(options: ApiBenchOptions, write: (line: string) => void): Promise<void> {
  const work = options.keep ?? mkdtempSync(join(tmpdir(), 'hub-bench-'));
  try {
    const hub = await openBenchCounty(work, { ...options, days: 1 });
    try {
      await measure(hub, work, options, write);
    } finally {
      await hub.close();
    }
  } finally {
    if (options.keep === null) rmSync(work, { recursive: true, force: true });
  }
}

async function measure(hub: Hub, work: string, options: ApiBenchOptions, write: (line: string) => void): Promise<void> {
  const county = (await readCounty(hub.database))!;
  for (const statement of ['drop schema if exists peer cascade', ...PEER_VIEWS]) await hub.database.query(statement);
  await hub.database.query('vacuum analyze');
  const [{ people, records }] = (await hub.database.query<{ people: number; records: number }>(
    `select count(distinct person) as people, count(*) as records from link`,
  )) as [{ people: number; records: number }];
  write(
    `${people.toLocaleString('en')} people, ${records.toLocaleString('en')} records; ${cpus().length} cores, Node ${process.versions.node}, ${AT_ONCE} at once, median of ${options.rounds} rounds of ${options.seconds} s`,
  );
  const peer = await installPeer(join(work, 'peer'));
  if (typeof peer === 'string') write(`SKIPPED: ${peer}. Ours and the floor are measured alone.`);
  else write(`PostGraphile ${peer.version}`);
  const servers = await startServers(hub, county, typeof peer === 'string' ? null : peer.script);
  try {
    for (const viewer of Object.keys(VIEWERS) as ViewerName[]) {
      write('');
      write(`viewer of the county, ${VIEWERS[viewer].title}`);
      const asked = await prepare(hub, county, servers, viewer);
      const rounds: Round[] = [];
      for (let round = 0; round < options.rounds; round += 1)
        for (const question of QUESTION_NAMES)
          for (const server of servers) {
            const { requests } = asked[question].get(server.name)!;
            if (round === 0) await loadClosed(server.url, inTurn(requests), AT_ONCE, 2);
            const before = cpuOf(hub, server.pid);
            const load = await loadClosed(server.url, inTurn(requests), AT_ONCE, options.seconds);
            const after = cpuOf(hub, server.pid);
            rounds.push({
              question,
              server: server.name,
              rate: load.answered / load.seconds,
              node: (after.node - before.node) / load.answered,
              postgres: (after.postgres - before.postgres) / load.answered,
              p99: shareOf(load.waits, 0.99),
              failed: load.failed,
            });
          }
      tell(
        rounds,
        servers.map(({ name }) => name),
        write,
      );
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

interface Round {
  readonly question: QuestionName;
  readonly server: ServerName;
  readonly rate: number;
  /** Milliseconds of processor time a request. */
  readonly node: number;
  readonly postgres: number;
  readonly p99: number;
  readonly failed: number;
}

function tell(rounds: readonly Round[], servers: readonly ServerName[], write: (line: string) => void): void {
  write(
    'question                                     server          req/s     p99 ms   CPU ms node + pg = sum    x PostGraphile  x floor',
  );
  for (const question of QUESTION_NAMES) {
    const of = (server: ServerName) => rounds.filter((each) => each.question === question && each.server === server);
    for (const server of servers) {
      const own = of(server);
      const at = (pick: (round: Round) => number) => median(own.map(pick));
      const beside = (other: ServerName) =>
        servers.includes(other) ? median(own.map((round, i) => round.rate / of(other)[i]!.rate)).toFixed(2) : '–';
      const node = at((round) => round.node);
      const postgres = at((round) => round.postgres);
      const failed = own.reduce((sum, round) => sum + round.failed, 0);
      write(
        `${QUESTIONS[question].title.padEnd(44)} ${server.padEnd(13)} ${at((round) => round.rate)
          .toFixed(0)
          .padStart(7)}  ${at((round) => round.p99)
          .toFixed(1)
          .padStart(
            8,
          )}   ${`${node.toFixed(2)} + ${postgres.toFixed(2)} = ${(node + postgres).toFixed(2)}`.padStart(22)}    ${beside('PostGraphile').padStart(14)}  ${beside('floor').padStart(7)}${failed > 0 ? `  ${failed} FAILED` : ''}`,
      );
    }
  }
}

interface Server extends ServerProcess {
  readonly name: ServerName;
}

async function startServers(hub: Hub, county: string, peer: string | null): Promise<Server[]> {
  for (const [name, { registers }] of Object.entries(VIEWERS))
    await grantDemo(hub.database.pool, county, `bench-${name}`, [county], registers, ['develop']);
  const [granted] = await hub.database.query<{ version: number }>('select version from access_version');
  const viewers = Object.fromEntries(
    Object.entries(VIEWERS).map(([name, { registers }]) => [
      name,
      {
        client: `bench-${name}`,
        divisions: [county],
        registers,
        ties: ['resident', 'registered'] as const,
        may: [],
        accessVersion: granted!.version,
      },
    ]),
  );
  const settings = Object.fromEntries(
    Object.entries(viewers).map(([name, viewer]) => [
      name,
      {
        role: 'hub_county',
        'hub.county': county,
        'hub.counties': county,
        'hub.registers': boundsOf(viewer).registers.join(','),
      },
    ]),
  );
  const servers: Server[] = [];
  try {
    servers.push({ name: 'ours', ...(await startHub(hub)) });
    if (peer !== null)
      servers.push({
        name: 'PostGraphile',
        ...(await startProcess('PostGraphile', [peer], {
          API_URL: hub.apiUrl,
          OWNER_URL: hub.database.url,
          SETTINGS: JSON.stringify(settings),
          GRAPHILE_ENV: 'production',
        })),
      });
    servers.push({
      name: 'floor',
      ...(await startProcess('floor', [join(PROJECT_FOLDER, 'dist/src/bench/api-floor.js')], {
        API_URL: hub.apiUrl,
        VIEWERS: JSON.stringify(viewers),
      })),
    });
    return servers;
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
}

interface Prepared {
  readonly requests: readonly Request[];
  /** What each request was answered, in the one form of all servers. */
  readonly answers: readonly unknown[];
}

/** What is asked, from each server; throws where one answers otherwise than another. */
async function prepare(
  hub: Hub,
  county: string,
  servers: readonly Server[],
  viewer: ViewerName,
): Promise<Readonly<Record<QuestionName, Map<ServerName, Prepared>>>> {
  const rows = await hub.database.query<{ person: number }>(
    `select person from link where person is not null and status = 'current' and register = any ($1)
     group by 1 order by md5(person::text) limit ${VARIANTS}`,
    [VIEWERS[viewer].registers],
  );
  const persons = rows.map(({ person }) => person);
  const client = `bench-${viewer}`;
  const token = await signToken(await openTokenKeys(hub.config.home), { client }, 12 * 3600);
  const prepared: Partial<Record<QuestionName, Map<ServerName, Prepared>>> = {};
  for (const question of QUESTION_NAMES) {
    const of = new Map<ServerName, Prepared>();
    for (const server of servers) {
      const headers: Record<string, string> =
        server.name === 'ours' ? { authorization: `Bearer ${token}`, purpose: DEMO_PURPOSE } : { 'x-viewer': viewer };
      of.set(server.name, await askInTurn(server, question, headers, persons, county));
    }
    const [[first, { answers }], ...others] = [...of] as [[ServerName, Prepared], ...[ServerName, Prepared][]];
    for (const [other, { answers: given }] of others) {
      const differing = answers.findIndex((answer, i) => !isDeepStrictEqual(answer, given[i]));
      if (differing >= 0 || answers.length !== given.length)
        throw new Error(
          `${question}: ${first} and ${other} differ at the request ${differing + 1}: ${JSON.stringify(answers[differing])} ${JSON.stringify(given[differing])}`,
        );
    }
    prepared[question] = of;
  }
  return prepared as Record<QuestionName, Map<ServerName, Prepared>>;
}

async function askInTurn(
  server: Server,
  question: QuestionName,
  headers: Readonly<Record<string, string>>,
  persons: readonly number[],
  county: string,
): Promise<Prepared> {
  const wire = new Wire(server.url);
  const requests: Request[] = [];
  const answers: unknown[] = [];
  let after: string | null = null;
  const turns = question === 'person' ? persons.length : question === 'counts' ? 1 : VARIANTS;
  for (let turn = 0; turn < turns; turn += 1) {
    const person = persons[turn]!;
    let body: string;
    if (server.name === 'floor') {
      const values = {
        person: [county, person],
        counts: [county],
        people: [county, after ?? 0],
        households: [county, after ?? 0],
      };
      body = JSON.stringify({ question, values: values[question] });
    } else {
      const { query } = QUESTIONS[question][server.name === 'ours' ? 'ours' : 'peer'];
      const id =
        server.name === 'ours' ? Buffer.from(`Person:${county}:${person}`).toString('base64url') : String(person);
      const variables = question === 'person' ? { id } : question === 'counts' ? {} : { after };
      body = JSON.stringify({ query, variables });
    }
    const request = writeRequest(server.url, headers, body);
    const answered = await wire.send(request);
    const given = JSON.parse(answered.body.toString() || '{}') as { data?: never; errors?: unknown };
    if (answered.status !== 200 || given.errors !== undefined)
      throw new Error(
        `${server.name} answered ${question} with ${answered.status} ${answered.body.toString().slice(0, 500)}`,
      );
    requests.push(request);
    if (server.name === 'floor') {
      answers.push(PLAIN_FLOOR[question](given as never));
      const list = answers.at(-1) as { id: string }[];
      if (question === 'people' || question === 'households') after = list.at(-1)!.id;
    } else {
      const { plain, cursor } = QUESTIONS[question][server.name === 'ours' ? 'ours' : 'peer'];
      answers.push(plain(given.data!));
      after = cursor?.(given.data!) ?? null;
    }
  }
  wire.close();
  return { requests, answers };
}

function inTurn(requests: readonly Request[]): () => Request {
  let at = 0;
  return () => requests[at++ % requests.length]!;
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((one, other) => one - other);
  return ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
}
