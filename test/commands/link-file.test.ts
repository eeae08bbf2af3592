import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli.js';
import { TINY } from '../link/engine/tiny-register.js';

const folder = mkdtempSync(join(tmpdir(), 'hub-link-file-'));
const put = (name: string, text: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const model = put('tiny.json', JSON.stringify(TINY));
const people = [
  'ref,given,family,birth,place,paper,who',
  ...Array.from({ length: 25 }, (_, i) => {
    const letter = String.fromCharCode(97 + i);
    return [`b${i}`, `gi${letter}ven`, `fa${letter}mily`, `19${10 + i}0${1 + (i % 9)}12`, 'leeds', '', i].join(',');
  }),
  'a2,wilford,lloyd,1855-03-17,york,,me',
  '"a,1",Wilford,Lloyd,1855-03-17,York,,me',
].join('\n');

let [shown, told] = ['', ''];
beforeEach(() => {
  [shown, told] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words: string[]): Promise<number> =>
  runCommand(['link-file', ...words], { HUB_HOME: folder, LANG: 'en_US.UTF-8' });

describe('hub link-file', () => {
  it('writes the cluster of every row, and scores it by a column that the linkage did not see', async () => {
    const out = join(folder, 'clusters.csv');
    const file = put('people.csv', people);
    expect(await run(model, file, '--id', 'ref', '--truth', 'who', '--out', out)).toBe(0);
    expect(shown).toContain('F1 1.00000');
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toBe('row-id,cluster');
    expect(lines).toContain('a2,"a,1"');
    expect(lines).toContain('"a,1","a,1"');
    expect(lines).toContain('b3,b3');
    expect(lines).toHaveLength(28);
  });

  it('uses a training that it wrote before', async () => {
    const file = put('people.csv', people);
    const trained = join(folder, 'trained.json');
    expect(await run(model, file, '--model-out', trained)).toBe(0);
    expect(JSON.parse(readFileSync(trained, 'utf8'))).toMatchObject({ model: 'tiny', version: 1 });
    expect(await run(model, file, '--trained', trained, '--truth', 'who')).toBe(0);
    expect(shown).toContain('F1 1.00000');
  });

  it.each([
    ['a model that is not there', ['none', 'x.csv'], 'historical-persons'],
    ['a file that is not there', ['febrl', 'none.csv'], 'none.csv: cannot be opened (ENOENT)'],
    ['a file without a column of the model', ['febrl', put('few.csv', 'given_name\nx\n')], 'no column surname'],
    ['a file without rows', [model, put('empty.csv', 'a,b\n')], 'nothing to link'],
    ['a file that is no CSV', [model, put('broken.csv', 'a,b\n1,2,3\n')], 'near line 2'],
    [
      'a file of no encoding',
      [model, put('bytes.csv', Buffer.from([0x61, 0x0a, 0xff, 0xff, 0x0a]))],
      'neither UTF-8 nor GB18030',
    ],
    ['a model that is no JSON', [put('half.json', '{"name"'), 'x.csv'], 'cannot be read as JSON'],
    [
      'a model with a fault',
      [put('wrong.json', JSON.stringify({ ...TINY, version: 0 })), 'x.csv'],
      'wrong.json: version',
    ],
    ['a truth that is no column', [model, put('people.csv', people), '--truth', 'x'], 'no column x'],
    [
      'a pattern that takes nothing',
      [model, put('people.csv', people), '--truth', 'ref', '--truth-pattern', '(q)'],
      'tells no subject',
    ],
    ['a threshold that is none', [model, put('people.csv', people), '--link', 'high'], 'number of bits'],
  ])('tells of %s', async (_, words, sentence) => {
    expect(await run(...words)).toBe(2);
    expect(told).toContain(sentence);
  });
});
