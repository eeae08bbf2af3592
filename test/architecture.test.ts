import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** Which room may import which. What is not written here cannot happen. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/mapping': ['src/model'],
  importers: ['src/mapping', 'src/model'],
  'src/database': ['src/model'],
  'src/receive': ['src/model'],
  'src/validate': ['src/model'],
  'src/stage': ['src/model', 'src/database'],
  'src/link': ['src/model', 'src/database'],
  'src/graph': ['src/model', 'src/database'],
  'src/totals': ['src/model', 'src/database'],
  'src/quality': ['src/model', 'src/database'],
  'src/decide': ['src/model', 'src/database'],
  'src/accesses': ['src/model', 'src/database'],
  'src/authorize': ['src/model', 'src/database'],
  'src/serve': ['src/model', 'src/authorize'],
  'src/seal': ['src/model'],
  /** The made-up county may know nothing of the program that it is used to test. */
  fixtures: [],
};

/** Only these join the rooms. */
const JOINERS = /^src\/(pipeline|cli|main|config|hub|county)(\.ts$|\/)|^src\/(commands|bench)\//;

const files = ['src', 'importers', 'fixtures'].flatMap((folder) => filesBelow(join(PROJECT, folder)));

describe('the import law', () => {
  it.each(files.map((file) => relative(PROJECT, file)))('%s imports only what its room may', (file) => {
    if (JOINERS.test(file)) return;
    const room = roomOf(file);
    expect(room, `${file} stands in no room`).not.toBeNull();
    const foreign = importsOf(join(PROJECT, file))
      .map((target) => relative(PROJECT, target))
      .filter((target) => roomOf(target) !== room && !LAW[room!]!.includes(roomOf(target) ?? target));
    expect(foreign).toEqual([]);
  });

  it('knows rooms by what stands there', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(roomOf('src/link/form-clusters.ts')).toBe('src/link');
    expect(roomOf('src/somewhere/else.ts')).toBeNull();
  });
});

describe('the layout', () => {
  it('has the fixed top level', () => {
    const allowed = new Set(['src', 'schema', 'importers', 'fixtures', 'test', 'package.json', 'tsconfig.json']);
    for (const name of ['codegen.yml', 'README.md', 'package-lock.json', 'node_modules', 'dist']) allowed.add(name);
    expect(readdirSync(PROJECT).filter((name) => !name.startsWith('.') && !allowed.has(name))).toEqual([]);
  });

  it('has no room without a name', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|shared|misc|managers?|services?|lib)([/.-]|$)/i;
    expect(files.map((file) => relative(PROJECT, file)).filter((file) => vague.test(file))).toEqual([]);
  });
});

function roomOf(file: string): string | null {
  return Object.keys(LAW).find((room) => file.startsWith(`${room}/`)) ?? null;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((found) =>
    resolve(dirname(file), found[1]!.replace(/\.js$/, '.ts')),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}
