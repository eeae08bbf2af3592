import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { breakGlass } from '../../src/authorize/index.js';
import { runCommand } from '../../src/cli.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, EAST, EAST_1, fillSmallCounty } from '../serve/small-county.js';

const home = mkdtempSync(join(tmpdir(), 'hub-glass-'));
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let [shown, told] = ['', ''];
beforeAll(async () => {
  database = await cloneDatabase();
  await fillSmallCounty(database);
  await database.query(`insert into setting (name, value) values ('county', $1)`, [COUNTY]);
});
beforeEach(() => {
  [shown, told] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const run = (...words: string[]) => {
  [shown, told] = ['', ''];
  return runCommand(words, {
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    LANG: 'en_US.UTF-8',
  });
};
const broken = {
  client: 'rescue-app',
  purpose: 'flood',
  standing: null,
  divisions: [EAST_1],
  hours: 3,
  reason: '一社区河堤漫溢，转移安置低洼处住户',
  by: 'R-1',
  token: 't',
  request: 'r',
};

it('stands ready by two commands and a second person, is listed where it was broken, and reviewed by another officer', async () => {
  const words = ['--zh', '防汛', '--en', 'floods', '--basis', '突发事件应对法', '--scenario', '转移', '--by', '李四'];
  expect(await run('purpose', 'flood', ...words, '--emergency')).toBe(0);
  expect(shown).toContain('emergency');
  expect(await run('purpose', 'flood', ...words)).toBe(2);
  expect(told).toContain('is registered already');
  const grant = ['grant', 'rescue-app', '--organ', '应急局', '--purpose', 'flood', '--division', EAST, '--by', '李四'];
  expect(await run(...grant)).toBe(2);
  expect(told).toContain('The permission break-glass is granted for a purpose registered with --emergency');
  expect(await run(...grant, '--may', 'break-glass')).toBe(0);
  expect(shown).toContain('waits for a second person');
  const breaking = () => database.transaction((session) => breakGlass(session, COUNTY, broken));
  await expect(breaking()).rejects.toThrow('No permission to break glass stands ready');
  expect(await run('grant', '--confirm', shown.split(' ')[0]!, '--by', '王五')).toBe(0);

  expect(await run('audit', 'break-glass')).toBe(0);
  expect(shown).toContain('No glass was broken.');
  const id = String(await breaking());
  expect(await run('grant', 'rescue-app')).toBe(0);
  expect(shown).toContain('opened in an emergency');
  expect(await run('audit', 'break-glass')).toBe(3);
  expect(shown).toMatch(/rescue-app {2}R-1 {2}flood .* 0 readings, 0 people {2}to be reviewed by/);
  expect(await run('audit', 'alarms')).toBe(3);
  expect(shown).toContain('break-glass');
  expect(await run('status')).toBe(0);
  expect(shown).toContain('broken glass that waits for a review: 1, overdue 0');

  await database.transaction(async (session) => {
    await session.query('alter table break_glass disable trigger keep_break_glass');
    await session.query(`update break_glass set review_until = now()`);
    await session.query('alter table break_glass enable trigger keep_break_glass');
  });
  await expect(breaking()).rejects.toThrow('was not reviewed in time');
  expect(await run('status')).toBe(0);
  expect(shown).toContain('overdue 1');
  expect(await run('audit', 'break-glass')).toBe(3);
  expect(shown).toContain('not reviewed in time: no other until it is');

  const review = ['audit', 'break-glass', 'review', id, '--note', '当日辖区内并无险情记录'];
  for (const [more, sentence] of [
    [['--finding', 'fine', '--by', 'A-1'], '--finding justified|abused'],
    [['--finding', 'abused'], '--by NUMBER'],
    [['--finding', 'abused', '--by', 'R-1'], 'by another person than who broke it'],
    [['--finding', 'abused', '--by', '张三'], 'named by staff number'],
    [['--finding', 'justified', '--by', 'A-1'], 'It has not ended'],
  ] as const) {
    expect(await run(...review, ...more)).toBe(2);
    expect(told).toContain(sentence);
  }
  expect(await run(...review, '--finding', 'abused', '--by', 'A-1')).toBe(0);
  expect(shown).toContain('abused (reviewed by A-1)');
  expect(await run('grant', 'rescue-app')).toBe(0);
  expect(shown).toContain('revoked (A-1)');
  await breaking();
});
