import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateCounty } from '../../fixtures/county/generate-county.js';
import { IMPORTERS } from '../../importers/index.js';
import { DEMO_PURPOSE, grantDemo, openTokenKeys, signToken } from '../authorize/index.js';
import { readConfig } from '../config.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { openHub, readCounty } from '../hub.js';
import { receiveNight } from '../pipeline.js';
import { freePort, isUp } from './server-address.js';

export interface PreviewBenchOptions {
  readonly people: number;
  readonly seed: number;
  readonly keep: string | null;
}

const LOOKUPS = 2000;
const WARM_UP = 100;
const QUERY = `query ($input: MatchPreviewInput!) { matchPreview(input: $input, first: 5) {
  probability person { id } evidence { comparison level bits } } }`;

interface LookUp {
  readonly kind: 'with its number' | 'without a number' | 'without, a slip in the name';
  readonly person: number;
  readonly input: Readonly<Record<string, string>>;
}

/**
 * Looks people up over HTTP, one at a time and eight at a time, in a hub of its own that runs as a process of its own. Half the time is the
 * question itself: also whether the person whom the row was held to speak of came first.
 */
export async function benchPreview(options: PreviewBenchOptions, write: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  // PostgreSQL runs as another account when we are root, and has to pass through.
  chmodSync(work, 0o711);
  try {
    const county = options.keep ?? join(work, 'county');
    if (!existsSync(join(county, 'truth')))
      await generateCounty({ people: options.people, seed: options.seed, out: county, days: 1, noise: 'typical' });
    const home = join(work, 'home');
    const { lookups, records } = await fill(home, join(county, 'day-1'), options.seed);
    write(
      `${options.people.toLocaleString('en')} people, ${records.toLocaleString('en')} records; ${cpus().length} cores, Node ${process.versions.node}`,
    );
    await withServer(home, async (url) => {
      const keys = await openTokenKeys(home);
      const token = await signToken(keys, { client: 'bench' }, 3600);
      await ask(url, token, lookups.slice(0, WARM_UP), 1);
      write('');
      write('at once     p50        p95        p99       slowest    a second');
      for (const atOnce of [1, 8]) {
        const began = performance.now();
        const answers = await ask(url, token, lookups, atOnce);
        const took = answers.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
        const at = (share: number) => `${took[Math.floor(share * (took.length - 1))]!.toFixed(1)} ms`.padStart(9);
        const rate = Math.round((LOOKUPS * 1000) / (performance.now() - began));
        write(`${String(atOnce).padStart(4)}   ${at(0.5)}  ${at(0.95)}  ${at(0.99)}  ${at(1)}    ${rate}`);
        if (atOnce === 1) tellFound(lookups, answers, write);
      }
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Answered {
  readonly milliseconds: number;
  readonly persons: readonly { readonly person: { readonly id: string }; readonly probability: number }[];
}

function tellFound(lookups: readonly LookUp[], answers: readonly Answered[], write: (line: string) => void): void {
  for (const kind of new Set(lookups.map((lookup) => lookup.kind))) {
    const own = lookups.flatMap((lookup, i) => (lookup.kind === kind ? [{ lookup, answer: answers[i]! }] : []));
    const rank = ({ lookup, answer }: (typeof own)[number]) =>
      answer.persons.findIndex(({ person }) => keyOf(person.id) === lookup.person);
    const share = (n: number) => `${((n / own.length) * 100).toFixed(1)} %`;
    write(
      `         ${kind}: the person of the row is first in ${share(own.filter((each) => rank(each) === 0).length)}, among five in ${share(own.filter((each) => rank(each) >= 0).length)} of ${own.length}`,
    );
  }
}

function keyOf(id: string): number {
  return Number(/\d+$/.exec(Buffer.from(id, 'base64url').toString())?.[0] ?? -1);
}

async function ask(url: string, token: string, lookups: readonly LookUp[], atOnce: number): Promise<Answered[]> {
  const answers: Answered[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let at = next++; at < lookups.length; at = next++) {
        const began = performance.now();
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, purpose: DEMO_PURPOSE },
          body: JSON.stringify({ query: QUERY, variables: { input: lookups[at]!.input } }),
        });
        const { data } = (await response.json()) as { data?: { matchPreview: Answered['persons'] } };
        if (!data) throw new Error(`A lookup answered ${response.status}.`);
        answers[at] = { milliseconds: performance.now() - began, persons: data.matchPreview };
      }
    }),
  );
  return answers;
}

/** A hub with the county in it, and rows of it to ask with. */
async function fill(home: string, folder: string, seed: number): Promise<{ lookups: LookUp[]; records: number }> {
  const hub = await openHub(readConfig({ HUB_HOME: home }), { begins: true });
  try {
    await receiveNight(hub, { folder, feed: null, accept: null, preview: false, onProgress: () => {} });
    const rows = await hub.database.query<Row>(
      `select r.name, coalesce(r.stated->'idNumber'->>'sealed', r.id_number) as id_number, r.birth_date,
         coalesce(r.stated->'phone'->>'sealed', r.phone) as phone, r.village, r.stated->>'sex' as sex, r.stated->>'address' as address, l.person
       from record r join link l on l.county = r.county and l.record = r.id
       where r.status = 'current' and r.name is not null and l.person is not null order by md5(r.id::text || $1) limit $2`,
      [String(seed), LOOKUPS],
    );
    const [{ n: records }] = (await hub.database.query<{ n: number }>('select count(*) as n from record')) as [
      { n: number },
    ];
    const { open } = hub.database.sealing;
    for (const row of rows) {
      row.id_number &&= open(row.id_number);
      row.phone &&= open(row.phone);
    }
    const lookups = rows.map((row, i) => lookUp(row, i, rows[(i + 1) % rows.length]!));
    const county = (await readCounty(hub.database))!;
    const registers = IMPORTERS.map((importer) => importer.register);
    await grantDemo(hub.database.pool, county, 'bench', [county], registers, ['develop']);
    return { lookups, records };
  } finally {
    await hub.close();
  }
}

interface Row {
  readonly name: string;
  id_number: string | null;
  readonly birth_date: string | null;
  phone: string | null;
  readonly village: string | null;
  readonly sex: string | null;
  readonly address: string | null;
  readonly person: number;
}

const KINDS = ['with its number', 'without a number', 'without, a slip in the name'] as const;

/** A slip is the last character of somebody else's name in the place of one's own. */
function lookUp(row: Row, at: number, other: Row): LookUp {
  const kind = row.id_number === null && at % 3 === 0 ? KINDS[1] : KINDS[at % 3]!;
  const name = kind === KINDS[2] ? [...row.name].slice(0, -1).join('') + [...other.name].at(-1)! : row.name;
  const stated: Record<string, string | null> = {
    name,
    idNumber: kind === KINDS[0] ? row.id_number : null,
    birthDate: row.birth_date,
    sex: row.sex,
    phone: row.phone,
    village: row.village,
    address: row.address,
  };
  const input = Object.fromEntries(Object.entries(stated).filter(([, value]) => value)) as Record<string, string>;
  return { kind, person: row.person, input };
}

async function withServer(home: string, work: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(PROJECT_FOLDER, 'dist/src/main.js'), 'start', '--no-sample'], {
    env: {
      ...process.env,
      HUB_HOME: home,
      HUB_COUNTY: '',
      HUB_DEMO: 'off',
      HUB_MODE: 'development',
      HUB_MONITOR_PORT: 'off',
      HUB_RATE: '0',
      PORT: String(port),
    } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let notes = '';
  child.stderr.on('data', (text: Buffer) => (notes += text.toString()));
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  const url = `http://127.0.0.1:${port}/graphql`;
  try {
    for (let tries = 0; !(await isUp(url)); tries += 1) {
      if (tries > 300 || child.exitCode !== null) throw new Error(`The server did not start. ${notes}`);
      await sleep(200);
    }
    await work(url);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
