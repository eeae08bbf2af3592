import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCounty } from '../../fixtures/county/generate-county.js';
import type { Noise } from '../../fixtures/county/options.js';
import { readConfig } from '../config.js';
import { openDatabase, type Database } from '../database/connect.js';
import { startEmbeddedServer } from '../database/embedded-server.js';
import { openHub, type Hub } from '../hub.js';
import { receiveNight, type NightReport } from '../pipeline.js';
import { answerQueue, countQueue, type Answered, type Waiting } from './answer-queue.js';
import { judgeLinks, type Judgement } from './judge-links.js';

export interface TruthBenchOptions {
  readonly people: number;
  readonly seeds: readonly number[];
  readonly noises: readonly Noise[];
  readonly days: number;
  /** Folder of made-up counties, filled where empty and kept; without it they are thrown away. */
  readonly keep: string | null;
  /** Folder that receives the wrong pairs of every county and day as CSV. */
  readonly wrong: string | null;
}

/** One county, one day: the links beside the truth, and again after a reviewer who is never wrong. */
export interface TruthRun {
  readonly noise: Noise;
  readonly seed: number;
  readonly day: number;
  readonly judgement: Judgement;
  /** Pairs that wait for a person; `since`, of this day. */
  readonly queue: Waiting;
  readonly answered: Answered & { readonly judgement: Judgement };
  readonly linkSeconds: number;
  readonly nightSeconds: number;
}

/**
 * The accuracy of the linkage on made-up counties of three strengths of noise: every delivery goes through the whole flow into an
 * embedded PostgreSQL of its own, and the links are held beside the truth.
 */
export async function benchTruth(options: TruthBenchOptions, note: (line: string) => void): Promise<TruthRun[]> {
  const work = mkdtempSync(join(tmpdir(), 'hub-truth-'));
  // PostgreSQL runs as another account when we are root, and has to pass through.
  chmodSync(work, 0o711);
  const server = await startEmbeddedServer({ home: join(work, 'home') });
  const admin = openDatabase(server.url, 1);
  const runs: TruthRun[] = [];
  try {
    for (const noise of options.noises) {
      for (const seed of options.seeds) {
        const folder = await makeCounty(options, noise, seed, work);
        const name = `truth_${noise}_${seed}`;
        await admin.query(`create database ${name}`);
        const place: Place = { work, folder, noise, seed, wrong: options.wrong, admin, name, serverUrl: server.url };
        for (let day = 1; day <= options.days; day += 1) {
          runs.push(await runDay(place, day));
          note(`${noise}, seed ${seed}, day ${day}: ${runs.at(-1)!.nightSeconds.toFixed(1)} s`);
        }
        await admin.query(`drop database ${name} with (force)`);
      }
    }
    return runs;
  } finally {
    await admin.close();
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function makeCounty(
  { people, days, keep }: TruthBenchOptions,
  noise: Noise,
  seed: number,
  work: string,
): Promise<string> {
  const name = `${noise}-${people}-${seed}-${days}`;
  const folder = join(keep ?? work, name);
  if (existsSync(folder)) return folder;
  mkdirSync(keep ?? work, { recursive: true });
  // Two benches that fill one folder at once: whoever is done first has made it.
  const draft = `${folder}.${process.pid}`;
  await generateCounty({ people, seed, days, noise, out: draft });
  if (existsSync(folder)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
  return folder;
}

interface Place {
  readonly work: string;
  readonly folder: string;
  readonly noise: Noise;
  readonly seed: number;
  readonly wrong: string | null;
  readonly admin: Database;
  readonly name: string;
  readonly serverUrl: string;
}

async function runDay(place: Place, day: number): Promise<TruthRun> {
  const { folder, noise, seed, wrong, work } = place;
  const linksFile = join(work, 'links.csv');
  let night: NightReport;
  let judgement: Judgement;
  let queue: Waiting;
  const hub = await open(place, place.name);
  const began = new Date();
  try {
    night = await receiveNight(hub, {
      folder: join(folder, `day-${day}`),
      feed: null,
      accept: null,
      preview: false,
      onProgress: () => {},
    });
    if (wrong !== null) mkdirSync(wrong, { recursive: true });
    const wrongFile = wrong === null ? {} : { wrongFile: join(wrong, `${noise}-${seed}-day-${day}.csv`) };
    judgement = await judgeLinks({ database: hub.database, folder, day, linksFile, ...wrongFile });
    queue = await countQueue(hub.database, began);
  } finally {
    await hub.close();
  }
  return {
    noise,
    seed,
    day,
    judgement,
    queue,
    answered: await answer(place, day, linksFile),
    linkSeconds: night.link?.seconds ?? 0,
    nightSeconds: night.seconds,
  };
}

/** On a copy, so that the next day goes on without a reviewer. */
async function answer(place: Place, day: number, linksFile: string): Promise<TruthRun['answered']> {
  const name = `${place.name}_answered`;
  await place.admin.query(`create database ${name} template ${place.name}`);
  const hub = await open(place, name);
  try {
    const answered = await answerQueue(hub.database, place.folder, day);
    return {
      ...answered,
      judgement: await judgeLinks({ database: hub.database, folder: place.folder, day, linksFile }),
    };
  } finally {
    await hub.close();
    await place.admin.query(`drop database ${name} with (force)`);
  }
}

async function open({ work, serverUrl }: Place, name: string): Promise<Hub> {
  const url = serverUrl.replace(/\/[^/]*$/, `/${name}`);
  return await openHub(readConfig({ HUB_HOME: join(work, 'home'), DATABASE_URL: url }));
}

/** The runs as Markdown: a table a day, a column a county, each figure beside the bar that it has to pass. */
export function tellTruthRuns(runs: readonly TruthRun[], { people, seeds }: TruthBenchOptions): string {
  const lines: string[] = [];
  for (const day of new Set(runs.map((run) => run.day))) {
    const columns = runs.filter((run) => run.day === day);
    const titles = columns.map(({ noise, seed }) => (seeds.length > 1 ? `${noise}, seed ${seed}` : noise));
    lines.push('', `${day === 1 ? 'Day one' : `Day ${day}`}, ${people.toLocaleString('en')} people`, '');
    lines.push(`| | ${titles.join(' | ')} |`, `| --- |${columns.map(() => ' --- |').join('')}`);
    for (const { title, cell } of FIGURES) {
      const cells = columns.map((run) => cell(run));
      if (cells.some((text) => text !== '')) lines.push(`| ${title} | ${cells.join(' | ')} |`);
    }
  }
  const cpu = cpus();
  lines.push(
    '',
    `${cpu.length} × ${cpu[0]?.model.trim() ?? 'cores'}, Node ${process.versions.node}. ✗ misses its bar.`,
  );
  return lines.slice(1).join('\n');
}

/** Saves what `--json` asks for. */
export function writeTruthRuns(runs: readonly TruthRun[], file: string): void {
  writeFileSync(file, `${JSON.stringify(runs, null, 2)}\n`);
}

interface Bars {
  readonly persons: readonly [precision: number, recall: number];
  readonly withoutNumber: readonly [precision: number, recall: number];
  readonly answered: readonly [precision: number, recall: number] | null;
  /** Share of persons. */
  readonly queue: number | null;
}

/** What the project set itself to reach. */
const BARS: Readonly<Record<Noise, Bars>> = {
  clean: { persons: [0.9999, 0.999], withoutNumber: [0.998, 0.99], answered: [0.9996, 0.9996], queue: 0.002 },
  typical: { persons: [0.9997, 0.995], withoutNumber: [0.998, 0.985], answered: [0.9996, 0.9996], queue: 0.005 },
  hard: { persons: [0.999, 0.98], withoutNumber: [0.998, 0.97], answered: null, queue: null },
};
const HOUSEHOLDS = [0.999, 0.997] as const;
const BUILDINGS = [0.995, 0.995] as const;
const NIGHT_QUEUE = 50;

interface Figure {
  readonly title: string;
  readonly cell: (run: TruthRun) => string;
}

const FIGURES: readonly Figure[] = [
  ...pair(
    'persons',
    ({ judgement }) => judgement.scores.person,
    ({ noise }) => BARS[noise].persons,
  ),
  ...pair(
    'one side without a good number',
    ({ judgement }) => judgement.scores.person.withoutNumber,
    ({ noise }) => BARS[noise].withoutNumber,
  ),
  {
    title: 'persons: pairs, false, missed',
    cell: ({ judgement: { scores } }) =>
      [scores.person.pairs, scores.person.falsePairs, scores.person.missedPairs].map(count).join(', '),
  },
  ...pair(
    'households',
    ({ judgement }) => judgement.scores.household,
    () => HOUSEHOLDS,
  ),
  ...pair(
    'buildings',
    ({ judgement }) => judgement.scores.building,
    () => BUILDINGS,
  ),
  ...pair(
    'dwellings',
    ({ judgement }) => judgement.scores.dwelling,
    () => null,
  ),
  {
    title: 'mentions: precision, recall',
    cell: ({ judgement: { mentions } }) =>
      `${percent(share(mentions.right, mentions.found), 2)}, ${percent(share(mentions.right, mentions.of), 2)} of ${count(mentions.of)}`,
  },
  { title: 'entities with two valid numbers', cell: ({ judgement }) => none(judgement.twoNumbers) },
  { title: 'rows whose number is held to be another’s', cell: ({ judgement }) => count(judgement.setAside) },
  { title: 'merged twins', cell: ({ judgement }) => none(judgement.merged.twins) },
  { title: 'merged fathers and sons', cell: ({ judgement }) => none(judgement.merged.fatherAndSon) },
  { title: 'merged namesakes', cell: ({ judgement }) => none(judgement.merged.namesakes) },
  { title: 'other merged persons', cell: ({ judgement }) => count(judgement.merged.strangers) },
  {
    title: 'review queue, of persons',
    cell: ({ noise, day, queue, judgement }) => {
      const part = queue.open / judgement.persons;
      const bar = day === 1 ? BARS[noise].queue : null;
      return `${count(queue.open)}, ${percent(part, 3)}${bar === null ? '' : ` (≤ ${percent(bar, 1)})${part > bar ? ' ✗' : ''}`}`;
    },
  },
  {
    title: 'queued in the night',
    cell: ({ day, queue }) =>
      day === 1 ? '' : `${count(queue.since)} (≤ ${NIGHT_QUEUE})${queue.since > NIGHT_QUEUE ? ' ✗' : ''}`,
  },
  ...pair(
    'queue answered by the truth, persons',
    ({ answered }) => answered.judgement.scores.person,
    ({ noise }) => BARS[noise].answered,
  ),
  {
    title: 'answers (same), rounds',
    cell: ({ answered }) =>
      answered ? `${count(answered.answers)} (${count(answered.same)}), ${answered.rounds}` : '',
  },
  { title: 'linking, s', cell: ({ linkSeconds }) => linkSeconds.toFixed(1) },
  { title: 'files → graph, s', cell: ({ nightSeconds }) => nightSeconds.toFixed(1) },
];

function pair(
  title: string,
  score: (run: TruthRun) => { precision: number; recall: number } | null,
  bars: (run: TruthRun) => readonly [number, number] | null,
): Figure[] {
  return (['precision', 'recall'] as const).map((measure, i) => ({
    title: `${title}: ${measure}`,
    cell: (run) => {
      const found = score(run)?.[measure];
      if (found === undefined) return '';
      const bar = bars(run)?.[i];
      if (bar === undefined) return percent(found, 4);
      return `${percent(found, 4)} (≥ ${percent(bar, 2)})${found < bar ? ' ✗' : ''}`;
    },
  }));
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
const count = (n: number): string => n.toLocaleString('en');
const none = (n: number): string => (n === 0 ? '0' : `${count(n)} ✗`);
/** Rounded down: 99.99996 % is not 100 %. */
const percent = (part: number, digits: number): string =>
  `${(Math.floor(part * 100 * 10 ** digits + 1e-9) / 10 ** digits).toFixed(digits)} %`;
