import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'hub-none-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['status'],
  ['findings'],
  ['links'],
  ['quality'],
  ['review'],
  ['changes'],
  ['totals'],
  ['purpose'],
  ['grant'],
  ['token', 'clinic-app'],
  ['token-key', 'rotate'],
  ['token-revoke', 'an-id'],
  ['audit', 'verify'],
  ['documents', 'list'],
  ['seal', 'status'],
])('a folder that was mistyped is no empty hub, and becomes none: %s', async (...words) => {
  const home = join(folder, 'mistyped');
  let told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
  expect(await runCommand(words, { HUB_HOME: home, LANG: 'en_US.UTF-8' })).toBe(2);
  expect(told).toContain(
    `There is no hub in ${home}: look at HUB_HOME; hub start, hub receive and hub migrate begin one.`,
  );
  expect(existsSync(home)).toBe(false);
});
