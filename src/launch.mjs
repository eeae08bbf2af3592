#!/usr/bin/env node
/**
 * Starts the program on a Node that can run it: the running one where it is new enough, else the one that came with
 * `npm ci` as an optional dependency. The link `.bin/node` is not relied on: some npm versions delete it when they skip
 * the packages of other platforms.
 *
 *   node src/launch.mjs COMMAND …           builds what has changed, then runs the hub's command line
 *   node src/launch.mjs --run FILE …        runs a program of node_modules on the same Node
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED = [22, 17];
/**
 * What is let go of goes back to the system. Left to itself glibc takes the largest array that was let go of as a measure of what to
 * keep, and a night keeps hundreds of megabytes in pieces; and V8 gives what is young a hundred megabytes, of which a night, whose
 * rows are dead when the next is read, is no quicker.
 */
const ALLOCATION = { MALLOC_MMAP_THRESHOLD_: '131072' };
const FLAGS = ['--enable-source-maps', '--max-semi-space-size=16'];
const project = dirname(dirname(fileURLToPath(import.meta.url)));

const node = findNode();
const [first, ...rest] = process.argv.slice(2);
if (first === '--run') {
  run([join(project, 'node_modules', rest[0] ?? ''), ...rest.slice(1)]);
} else {
  build();
  run([join(project, 'dist/src/main.js'), ...process.argv.slice(2)]);
}

function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) return process.execPath;
  const bundled = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const file = join(project, 'node_modules', bundled, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(file)) return file;
  console.error(
    `This program needs Node ${WANTED.join('.')} or newer; this is ${process.versions.node}, and no runtime came with the ` +
      `installation for ${process.platform}-${process.arch}. Install Node 24, then run the same command again.\n` +
      `需要 Node ${WANTED.join('.')} 或更高版本，请安装 Node 24 后重试。`,
  );
  process.exit(1);
}

/** Compiles when a source is newer than the last build; the stamp is written last, so a build cut short is done again. */
function build() {
  const stamp = join(project, 'dist', '.built');
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const newest = ['src', 'importers', 'fixtures', 'tsconfig.json', 'package-lock.json'].reduce(
    (latest, name) => Math.max(latest, newestIn(join(project, name))),
    0,
  );
  if (newest <= built) return;
  const started = new Date();
  const compiler = join(project, 'node_modules/typescript/bin/tsc');
  const done = spawnSync(node, [compiler, '-p', join(project, 'tsconfig.json')], { stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path).reduce((latest, name) => {
    const child = join(path, name);
    return Math.max(latest, statSync(child).isDirectory() || /\.(ts|json)$/.test(name) ? newestIn(child) : 0);
  }, 0);
}

function run(args) {
  const child = spawn(node, [...FLAGS, ...args], { stdio: 'inherit', env: { ...ALLOCATION, ...process.env } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
