import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/receive/parse-record.js';
import { addressed, opened, read, readAll, refused, written } from './read-all.js';

const NAME = '常住人口_全量_20260930.csv';
const HEAD = '公民身份号码,姓名,户籍地址\n';

/** GB18030 is not among Node's encoders: the few characters of the tests, by their bytes. */
const GB: Readonly<Record<string, readonly number[]>> = {
  公: [0xb9, 0xab],
  民: [0xc3, 0xf1],
  身: [0xc9, 0xed],
  份: [0xb7, 0xdd],
  号: [0xba, 0xc5],
  码: [0xc2, 0xeb],
  姓: [0xd0, 0xd5],
  名: [0xc3, 0xfb],
  户: [0xbb, 0xa7],
  籍: [0xbc, 0xae],
  地: [0xb5, 0xd8],
  址: [0xd6, 0xb7],
  张: [0xd5, 0xc5],
  三: [0xc8, 0xfd],
  䶮: [0xfe, 0x9f],
  𠮷: [0x95, 0x34, 0xb2, 0x35],
};
const gb18030 = (text: string) => Buffer.from([...text].flatMap((letter) => GB[letter] ?? [letter.charCodeAt(0)]));

describe('the encoding is found from the content', () => {
  it.each([
    ['utf-8', Buffer.from(`${HEAD}1,张三,x\n`)],
    ['utf-8', Buffer.from(`\uFEFF${HEAD}1,张三,x\n`)],
    ['gb18030', gb18030(`${HEAD}1,张三,x\n`)],
    ['utf-16le', Buffer.from(`\uFEFF${HEAD}1,张三,x\n`, 'utf16le')],
    ['utf-16le', Buffer.from(`GMSFHM,XM\n1,张三\n`, 'utf16le')],
    ['utf-16be', Buffer.from(`\uFEFF${HEAD}1,张三,x\n`, 'utf16le').swap16()],
  ])('%s', async (encoding, bytes) => {
    const { delivery, rows } = await read(NAME, bytes);
    expect(delivery.encoding).toBe(encoding);
    expect(rows.map((row) => row.cells.slice(0, 2))).toEqual([['1', '张三']]);
  });

  it('keeps rare characters of two and of four bytes', async () => {
    const { rows } = await read(NAME, gb18030(`${HEAD}1,张䶮𠮷,x\n`));
    expect(rows[0]?.cells[1]).toBe('张䶮𠮷');
  });

  it('is not led astray by a character that a chunk’s end cuts in two', async () => {
    for (const shift of [0, 1, 2]) {
      const filler = `1,张三,${'一'.repeat(1000)}\n`.repeat(100);
      const { delivery, rows } = await read(NAME, `${HEAD}${'x'.repeat(shift)},张三,\n${filler}`);
      expect([delivery.encoding, rows.length]).toEqual(['utf-8', 101]);
    }
  });

  it('takes half a character at the very end as cut off, in either encoding', async () => {
    for (const bytes of [Buffer.from(`${HEAD}1,张三,x\n2,张三`), gb18030(`${HEAD}1,张三,x\n2,张三`)]) {
      const { cutOff, rows, findings } = await read(NAME, bytes.subarray(0, -1));
      expect([cutOff, rows.length, findings.map((each) => each.code)]).toEqual([true, 1, ['ROW_CELLS']]);
    }
  });

  it('takes half a character as cut off where all cells of its row are there', async () => {
    for (const bytes of [Buffer.from(`${HEAD}1,a,张三`), gb18030(`${HEAD}1,a,张三`)]) {
      expect((await read(NAME, bytes)).cutOff).toBe(false);
      expect((await read(NAME, bytes.subarray(0, -1))).cutOff).toBe(true);
    }
  });

  it('costs a row, not the file, where a few of many lines hold broken characters', async () => {
    const good = `${HEAD}${'1,张三,x\n'.repeat(3000)}`;
    const bytes = Buffer.concat([gb18030(good), Buffer.from([0x32, 0x2c, 0xff, 0x2c, 0x78, 0x0a])]);
    const { delivery, rows, findings } = await read(NAME, bytes);
    expect([delivery.encoding, rows.length]).toEqual(['gb18030', 3000]);
    expect(findings).toMatchObject([{ code: 'ROW_UNREADABLE', row: 3002 }]);
  });

  it('refuses what is no encoding at all, with the line', async () => {
    const bytes = Buffer.concat([Buffer.from(HEAD), Buffer.from('1,张三,x\n'), Buffer.from([0xff, 0xff, 0x0a])]);
    expect((await refused(NAME, bytes)).finding).toMatchObject({ code: 'DELIVERY_ENCODING', row: 3 });
  });
});

describe('the rows', () => {
  it('carry the physical line on which they start, over blank lines, line breaks in cells and any line end', async () => {
    const { rows } = await read(NAME, `\n${HEAD}1,a,x\r\n\r\n2,b,"x\ny"\n3,c,z\r4,d,z`);
    expect(rows.map(addressed)).toEqual([
      [3, '1', 'a', 'x'],
      [5, '2', 'b', 'x\ny'],
      [7, '3', 'c', 'z'],
      [8, '4', 'd', 'z'],
    ]);
  });

  it('with too few or too many cells are findings, and the others go on', async () => {
    const { rows, findings, cutOff } = await read(NAME, `${HEAD}1,a\n2,b,c\n3,b,c,d\n,,\n`);
    expect(rows.map((row) => row.row)).toEqual([3]);
    expect(findings).toMatchObject([
      { code: 'ROW_CELLS', row: 2, found: '2', accepted: '3' },
      { code: 'ROW_CELLS', row: 4, found: '4', accepted: '3' },
    ]);
    expect(cutOff).toBe(false);
  });

  it('are not swallowed by one stray quote', async () => {
    const many = Array.from({ length: 1000 }, (_, at) => `${at},a,x\n`).join('');
    const { rows, findings, cutOff } = await read(NAME, `${HEAD}1,"a,x\n${many}`);
    expect(rows).toHaveLength(1000);
    expect(findings).toMatchObject([{ code: 'ROW_UNREADABLE', row: 2 }]);
    expect(cutOff).toBe(false);
  });

  it('are not swallowed between two stray quotes that close each other', async () => {
    const { rows, findings } = await read(NAME, `${HEAD}1,"a,x\n2,b,x\n3,c",x\n4,d,x\n`);
    expect(rows.map((row) => row.cells[0])).toEqual(['2', '4']);
    expect(findings.map((each) => each.row)).toEqual([2, 4]);
  });

  it('with a quote in the middle of a cell cost themselves only', async () => {
    const { rows, findings } = await read(NAME, `${HEAD}1,a"b"c,x\n2,"b",x\n3,"c"d,x\n4,"say ""no""",x\n`);
    expect(rows.map((row) => row.cells[1])).toEqual(['b', 'say "no"']);
    expect(findings.map((each) => [each.code, each.row])).toEqual([
      ['ROW_UNREADABLE', 2],
      ['ROW_UNREADABLE', 4],
    ]);
  });

  it('are reconciled: every line that is not blank is a row or a finding, whatever the quotes', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[ab,"]{1,9}$/), { minLength: 1, maxLength: 12 }), async (lines) => {
        const { rows, findings } = await read(NAME, `${HEAD}${lines.join('\n')}\n`);
        const told = new Set(findings.map((each) => each.row));
        const covered = new Set<number>(
          rows.flatMap((row) => {
            const breaks = row.cells.join('').split('\n').length;
            return Array.from({ length: breaks }, (_, at) => (row.row ?? 0) + at);
          }),
        );
        for (const [at, line] of lines.entries()) {
          // A record over several lines with the wrong width is one finding, at its start; nothing but separators is nothing.
          const before = [...told].some((row) => row !== null && row <= at + 2);
          if (/[ab]/.test(line)) expect(covered.has(at + 2) || before).toBe(true);
        }
      }),
      { numRuns: 60 },
    ));

  it('without a quote are cut as csv-parse would cut them', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[a张 ;\t,']{1,30}$/), (text) => {
        const [own] = parseRecords([{ line: 1, text, quoted: false, ended: true, broken: null }], ',');
        expect(own?.cells).toEqual(parse(text, { relax_column_count: true })[0]);
      }),
    ));

  it('keep what another program would run as what it is: text', async () => {
    const { rows } = await read(NAME, `${HEAD}=1+1,@SUM(A1),-2\n__proto__,constructor,\u0000\n`);
    expect(rows.map((row) => row.cells)).toEqual([
      ['=1+1', '@SUM(A1)', '-2'],
      ['__proto__', 'constructor', '\u0000'],
    ]);
  });

  it('lose a cell of more than a megabyte, not the row', async () => {
    const { rows, findings } = await read(NAME, `${HEAD}1,a,${'x'.repeat(1_100_000)}\n2,b,y\n`);
    expect(rows.map((row) => row.cells)).toEqual([
      ['1', 'a', null],
      ['2', 'b', 'y'],
    ]);
    expect(findings).toMatchObject([{ code: 'TEXT_TOO_LONG', row: 2, column: '户籍地址' }]);
  });

  it('pass over a line without end, in little memory', async () => {
    const { rows, findings } = await read(NAME, `${HEAD}1,a,${'x'.repeat(12_000_000)}\n2,b,y\n`);
    expect(rows.map((row) => row.row)).toEqual([3]);
    expect(findings).toMatchObject([{ code: 'ROW_UNREADABLE', row: 2 }]);
  });
});

describe('a file cut off', () => {
  const whole = `${HEAD}1,a,"x, y"\n2,b,z\n`;
  it.each([
    ['in an open quote', `${HEAD}1,a,"x, `, true],
    ['in an open quote behind a line break', `${HEAD}1,a,"x\ny`, true],
    ['with too few cells', `${HEAD}1,a,x\n2,b`, true],
    ['at the end of a line', `${HEAD}1,a,x\n`, false],
    ['behind the last cell', `${HEAD}1,a,x`, false],
    ['nowhere', whole, false],
  ])('%s', async (_, content, expected) => {
    expect((await read(NAME, content)).cutOff).toBe(expected);
  });

  it('never gives more than the whole, wherever it is cut', async () => {
    for (let at = Buffer.byteLength(HEAD); at < Buffer.byteLength(whole); at++) {
      const { rows } = await read(NAME, Buffer.from(whole).subarray(0, at));
      expect(rows.length).toBeLessThanOrEqual(2);
    }
  });
});

describe('the delimiter', () => {
  it.each([['\t'], [';']])('may be %j where the header only then fits', async (delimiter) => {
    const { rows } = await read(NAME, `公民身份号码${delimiter}姓名\n1${delimiter}张三,李四\n`);
    expect(rows[0]?.cells).toEqual(['1', '张三,李四']);
  });
});

it('tells when the file changes while it is read', async () => {
  const path = await written(NAME, `${HEAD}1,a,x\n`);
  const delivery = await opened(path);
  if ('refused' in delivery) throw new Error('refused');
  const { appendFile } = await import('node:fs/promises');
  await appendFile(path, '2,b,y\n');
  await expect(readAll(delivery)).rejects.toThrow('changed');
});
