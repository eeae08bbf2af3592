import { readdir } from 'node:fs/promises';
import { ZipFile } from 'yazl';
import { describe, expect, it } from 'vitest';
import { makeZip } from './make-zip.js';
import { workbook } from './make-workbook.js';
import { addressed, opened, read, readAll, refused, written } from './read-all.js';

const NAME = '民政保障对象_202609.xlsx';
const HEAD = ['乡镇（街道）', '户主姓名', '姓名', '身份证 号码', '保障金额(元/月)'];
const TITLE = [['城乡低保花名册'], ['填报单位', null, '2026-09-30']];

describe('the header', () => {
  it('is the first row that holds an agreed name, behind title and date', async () => {
    const bytes = workbook({
      城乡低保: { grid: [...TITLE, HEAD, ['河图', '张三', '李四', '53', 300]], merges: ['A1:E1'] },
    });
    const { delivery, header, rows } = await read(NAME, bytes);
    expect(header).toEqual(HEAD);
    expect(rows).toEqual([{ sheet: '城乡低保', row: 4, item: null, cells: ['河图', '张三', '李四', '53', 300] }]);
    expect([delivery.format, delivery.coverage, delivery.statedOn]).toEqual(['xlsx', 'full', '2026-09-30']);
  });

  it('of two levels gives the lower names, and both where the lower is ambiguous', async () => {
    const grid = [
      ...TITLE,
      ['乡镇(街道)', '户主', null, '保障对象', null, '保障', null],
      [null, '姓名', '身份证号', '姓名', '身份证号码', '类别', '金额'],
      ['河图', '张三', '1', '李四', '53', 'A类', 300],
    ];
    const merges = ['A1:G1', 'A3:A4', 'B3:C3', 'D3:E3', 'F3:G3'];
    const { header, rows } = await read(NAME, workbook({ 城乡低保: { grid, merges } }));
    expect(header).toEqual(['乡镇(街道)', '户主/姓名', '身份证号', '保障对象/姓名', '身份证号码', '类别', '金额']);
    expect(rows.map((row) => row.row)).toEqual([5]);
  });

  it('merged over two columns names the first only', async () => {
    const grid = [
      ['姓名', '身份证号码', '家庭住址', null],
      ['李四', '53', '河图', '3号'],
    ];
    const { header } = await read(NAME, workbook({ 城乡低保: { grid, merges: ['C1:D1'] } }));
    expect(header.filter((name) => name === '家庭住址')).toHaveLength(1);
  });

  it('that a sheet lacks is a finding, and an agreed sheet that is not there is another', async () => {
    const bytes = workbook({
      城乡低保: { grid: [HEAD, ['河图', 'a', 'b', 'c', 1]] },
      说明: { grid: [['身份证号码', '姓名']] },
    });
    const { findings, rows } = await read(NAME, bytes);
    expect(findings).toMatchObject([
      { code: 'SHEET_UNKNOWN', sheet: '说明' },
      { code: 'SHEET_UNKNOWN', sheet: '特困供养' },
    ]);
    expect(rows).toHaveLength(1);
  });
});

describe('the rows', () => {
  it('under a cell merged downwards are all spoken for, blank and hidden rows notwithstanding', async () => {
    const grid = [
      HEAD,
      ['河图', '张三', 'a', '1', 1],
      [null, null, 'b', '2', 2],
      [],
      [null, null, 'c', '3', 3],
      ['瓦房', '王五', 'd', '4', 4],
    ];
    const bytes = workbook({ 城乡低保: { grid, merges: ['A2:A5', 'B2:B3'], hiddenRows: [3] } });
    const { rows } = await read(NAME, bytes);
    expect(rows.map((row) => addressed(row).slice(0, 4))).toEqual([
      [2, '河图', '张三', 'a'],
      [3, '河图', '张三', 'b'],
      [5, '河图', null, 'c'],
      [6, '瓦房', '王五', 'd'],
    ]);
  });

  it('end at the total; the total and the notes are told', async () => {
    const grid = [HEAD, ['河图', 'a', 'b', '1', 1], ['合 计', null, null, null, 1], ['备注：以上属实'], ['制表人：甲']];
    const { rows, findings } = await read(NAME, workbook({ 城乡低保: { grid } }));
    expect(rows.map((row) => row.row)).toEqual([2]);
    expect(findings.filter((each) => each.code === 'ROW_SUMMARY').map((each) => each.row)).toEqual([3, 4, 5]);
  });

  it('behind a total in the middle are not lost', async () => {
    const grid = [
      HEAD,
      ['河图', 'a', 'b', '1', 1],
      ['合计', null, null, null, 1],
      ['瓦房', 'c', 'd', '2', 2],
      ['合计', null, null, null, 3],
    ];
    const { rows, findings } = await read(NAME, workbook({ 城乡低保: { grid } }));
    expect(rows.map((row) => row.row)).toEqual([2, 4]);
    expect(findings.filter((each) => each.code === 'ROW_SUMMARY').map((each) => each.row)).toEqual([3, 5]);
  });

  it('keep numbers as numbers; an error is blank and told', async () => {
    const bytes = workbook({ 城乡低保: { grid: [HEAD, ['河图', true, { t: 'e', v: 42 }, 5.30502e17, 300.5]] } });
    const { rows, findings } = await read(NAME, bytes);
    expect(rows[0]?.cells).toEqual(['河图', true, null, 5.30502e17, 300.5]);
    expect(findings[0]).toMatchObject({ code: 'VALUE_SHAPE', row: 2, column: '姓名', found: '#N/A' });
  });

  it('count days from 1900, also where the workbook counts from 1904', async () => {
    const date = { t: 'n', v: 40_000, z: 'yyyy-mm-dd' };
    for (const [bytes, expected] of [
      [workbook({ 城乡低保: { grid: [HEAD, ['河图', 'a', 'b', '1', 300], ['河图', 'a', 'b', '1', date]] } }), 40_000],
      [
        workbook(
          { 城乡低保: { grid: [HEAD, ['河图', 'a', 'b', '1', 300], ['河图', 'a', 'b', '1', date]] } },
          'xlsx',
          true,
        ),
        41_462,
      ],
    ] as const) {
      const { rows } = await read(NAME, bytes);
      expect(rows.map((row) => row.cells[4])).toEqual([300, expected]);
    }
  });

  it('right of the header are told, not taken', async () => {
    const { rows, findings } = await read(
      NAME,
      workbook({ 城乡低保: { grid: [HEAD, ['河图', 'a', 'b', '1', 1, 'x']] } }),
    );
    expect(rows[0]?.cells).toHaveLength(5);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'COLUMN_UNKNOWN', column: 'F' }));
  });

  it('come in order, all of them, also when there are many', async () => {
    const grid = [HEAD, ...Array.from({ length: 2500 }, (_, at) => ['河图', 'a', `n${at}`, String(at), at])];
    const { rows } = await read(
      NAME,
      workbook({ 城乡低保: { grid }, 特困供养: { grid: [HEAD, ['x', 'y', 'z', '1', 1]] } }),
    );
    expect(rows.map((row) => row.row)).toEqual([...Array.from({ length: 2500 }, (_, at) => at + 2), 2]);
  });
});

describe('format', () => {
  it('is what the bytes are, whatever the ending', async () => {
    const sheet = { Sheet1: { grid: [['党组织'], ['组织代码', '组织名称'], ['001', '党委']] } };
    for (const [name, type] of [
      ['党组织_202609.xls', 'biff8'],
      ['党组织_202609.xls', 'xlsx'],
      ['党组织_202609.xlsx', 'biff8'],
    ] as const) {
      const { delivery, rows } = await read(name, workbook(sheet, type));
      expect([delivery.dataset.name, delivery.format, delivery.statedOn]).toEqual([
        'party-building/organisations',
        type === 'biff8' ? 'xls' : 'xlsx',
        '2026-09-30',
      ]);
      expect(rows.map(addressed)).toEqual([[3, '001', '党委']]);
    }
  });

  it.each([
    ['HTML', '<html><body><table><tr><td>组织代码</td></tr></table></body></html>'],
    ['XML', '<?xml version="1.0"?><Workbook/>'],
    ['PDF', '%PDF-1.7'],
    ['PNG image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1])],
  ])('%s saved as .xls is refused by its name', async (found, content) => {
    expect((await refused('党组织_202609.xls', content)).finding).toMatchObject({ code: 'DELIVERY_UNREADABLE', found });
  });

  it('may be an archive written as a stream, with sizes behind its entries', async () => {
    const zip = await makeZip(sheet(row(1, HEAD) + row(2, ['河图', 'a', 'b', '1', '1'])), '城乡低保', true);
    expect((await read(NAME, zip)).rows).toHaveLength(1);
  });

  it('cut off is refused', async () => {
    const bytes = workbook({ 城乡低保: { grid: [HEAD, ['河图', 'a', 'b', '1', 1]] } });
    for (const share of [0.2, 0.5, 0.9, 0.999]) {
      const { finding } = await refused(NAME, bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(finding.code).toBe('DELIVERY_UNREADABLE');
    }
  });
});

const sheet = (rows: string) =>
  `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>${rows}</sheetData></worksheet>`;
const row = (number: number, values: readonly string[]) =>
  `<row r="${number}">${values.map((value) => `<c t="inlineStr"><is><t>${value}</t></is></c>`).join('')}</row>`;

describe('an archive that harms', () => {
  it('claiming all cells of the world is read for those that it has', async () => {
    const began = performance.now();
    const { rows } = await read(
      NAME,
      await makeZip(sheet(row(1, HEAD) + row(2, ['河图', 'a', 'b', '1', '1'])), '城乡低保'),
    );
    expect(rows).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('a bomb is refused before anything is unpacked into memory', async () => {
    const bomb = await makeZip(
      Buffer.concat([Buffer.from(sheet('')), Buffer.alloc(320 * 1024 * 1024, 0x20)]),
      '城乡低保',
    );
    expect(bomb.length).toBeLessThan(2_000_000);
    expect((await refused(NAME, bomb)).finding.code).toBe('DELIVERY_TOO_LARGE');
  });

  it('whose directory lies about a size is refused', async () => {
    const honest = await makeZip(
      Buffer.concat([Buffer.from(sheet('')), Buffer.alloc(30 * 1024 * 1024, 0x20)]),
      '城乡低保',
    );
    const lying = Buffer.from(honest);
    for (let at = lying.indexOf('PK\u0001\u0002'); at !== -1; at = lying.indexOf('PK\u0001\u0002', at + 4)) {
      if (lying.readUInt32LE(at + 24) > 20_000_000) lying.writeUInt32LE(2000, at + 24);
    }
    expect((await refused(NAME, lying)).finding.code).toBe('DELIVERY_UNREADABLE');
  });

  it('with more entries than any workbook is refused', async () => {
    const zip = new ZipFile();
    for (let at = 0; at < 5001; at++) zip.addBuffer(Buffer.from('x'), `xl/${at}.xml`);
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    expect((await refused(NAME, Buffer.concat(parts))).finding.code).toBe('DELIVERY_TOO_LARGE');
  });

  it('with a path upwards is refused', async () => {
    const bytes = await makeZip(sheet(row(1, HEAD)), '城乡低保');
    const evil = Buffer.from(bytes.toString('latin1').replaceAll('xl/styles.xml', '../styles.xml'), 'latin1');
    expect((await refused(NAME, evil)).finding.code).toBe('DELIVERY_UNREADABLE');
  });
});

it('leaves no process and no open file behind', async () => {
  const bytes = workbook({ 城乡低保: { grid: [HEAD, ['河图', 'a', 'b', '1', 1]] } });
  const path = await written(NAME, bytes);
  await readAll((await opened(path)) as never);
  const before = (await readdir('/proc/self/fd')).length;
  for (let times = 0; times < 3; times++) {
    const delivery = await opened(path);
    if ('refused' in delivery) throw new Error('refused');
    await delivery.close();
  }
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
});
