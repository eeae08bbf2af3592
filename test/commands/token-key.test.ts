import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli.js';

const home = mkdtempSync(join(tmpdir(), 'hub-token-key-'));
let [shown, told] = ['', ''];
beforeEach(() => {
  [shown, told] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = async (...words: string[]): Promise<{ code: number; lines: string[]; told: string }> => {
  const code = await runCommand(['token-key', ...words], { HUB_HOME: home, LANG: 'en_US.UTF-8' });
  return { code, lines: shown.trim().split('\n'), told };
};

it('lists, rotates and retires, and never shows a secret', async () => {
  const [before] = (await run('list')).lines;
  expect(before).toMatch(/^[0-9a-f]{12} {2}signs, made 20/);
  const kid = before!.slice(0, 12);
  shown = '';
  expect(await run('rotate', '--overlap', '6')).toMatchObject({ code: 0 });
  shown = '';
  const after = (await run('list')).lines;
  expect(after).toHaveLength(2);
  expect(after[1]).toMatch(new RegExp(`^${kid}  verifies until 20`));
  expect(await run('retire', kid)).toMatchObject({ code: 0 });
  shown = '';
  expect((await run('list')).lines).toHaveLength(1);
});

it.each([
  [[], 'missing required argument'],
  [['list', 'more'], 'token-key list, token-key rotate, or token-key retire KID'],
  [['retire'], 'token-key list, token-key rotate, or token-key retire KID'],
  [['retire', 'nobody'], 'There is no such key'],
  [['retire', '-nobody'], 'What begins with a dash and is no option goes after --.'],
  [['retire', '--', '-nobody'], 'There is no such key'],
  [['rotate', '--overlap', '13'], '--overlap takes 0 to 12 hours'],
  [['rotate', '--overlap', 'long'], '--overlap takes 0 to 12 hours'],
])('tells what was wrong with %j', async (words, sentence) => {
  const { code, told: sentences } = await run(...words);
  expect(code).toBe(2);
  expect(sentences).toContain(sentence);
});
