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

  it('links a Chinese register over homophones, a mistyped number, a day without signs', async () => {
    const surnames = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许'];
    const given = ['建国', '秀英', '志强', '桂兰', '晓东', '丽娟', '永福', '春花', '海涛', '玉梅'];
    const residents = Array.from({ length: 60 }, (_, i) => {
      const day = `19${40 + (i % 50)}0${1 + (i % 9)}${10 + (i % 18)}`;
      const phone = `139${String(10_000_019 * (i + 3)).slice(0, 8)}`;
      const name = `${surnames[i % 20]}${given[(i * 7) % 10]}`;
      return [name, withCheckDigit(`530502${day}${100 + i}`), day, i % 2 ? '男' : '女', phone, `滨河路${i}号`, i];
    });
    const again = residents.slice(0, 20).map(([name, number, day, sex, phone, address, who], i) => {
      const text = String(day);
      const written = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
      const mistyped = i % 3 === 0 ? '' : i % 3 === 1 ? String(number).replace(/0(?=\d{3}.$)/, '9') : number;
      const heard = i % 4 === 0 ? String(name).replace('建', '健').replace('志', '致') : name;
      return [heard, mistyped, written, sex, i % 5 === 0 ? '' : phone, address, who];
    });
    const header = ['姓名', '身份证号码', '出生日期', '性别', '联系电话', '住址', '真'];
    const file = put('人口.csv', [header, ...residents, ...again].map((cells) => cells.join(',')).join('\n'));
    expect(await run('chinese-persons', file, '--truth', '真')).toBe(0);
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

/** @see GB 11643-1999 */
function withCheckDigit(first17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return first17 + '10X98765432'[weights.reduce((sum, weight, i) => sum + weight * Number(first17[i]), 0) % 11];
}
