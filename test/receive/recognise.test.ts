import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listDeliveries } from '../../src/receive/list-deliveries.js';
import { openDelivery } from '../../src/receive/open-delivery.js';
import { DATASETS, deaths, residents } from './invented-datasets.js';
import { read, refused } from './read-all.js';

const RESIDENTS = '公民身份号码,姓名,户籍地址\n1,a,x\n';
const DEATHS = '登记编号,姓名,死亡日期\n1,a,20260901\n';

describe('a delivery is recognised', () => {
  it.each([
    ['by its name', '常住人口_增量_20260930.csv', RESIDENTS, 'police/residents', 'delta', '2026-09-30'],
    ['by its header where the name is unknown', '导出(1).csv', RESIDENTS, 'police/residents', 'full', null],
    [
      'by its header where the name is another’s',
      '常住人口_全量_20260930.csv',
      DEATHS,
      'civil-affairs/deaths',
      'full',
      '2026-09-30',
    ],
    ['by aliases, widths and blanks too', 'x.txt', 'ｇｍｓｆｈｍ, 姓 名\n1,a\n', 'police/residents', 'full', null],
    [
      'by its name where a required column is gone',
      '殡葬登记_202609.csv',
      '登记编号,姓名\n1,a\n',
      'civil-affairs/deaths',
      'delta',
      '2026-09-30',
    ],
  ])('%s', async (_, name, content, expected, coverage, statedOn) => {
    const { delivery } = await read(name, content);
    expect([delivery.dataset.name, delivery.coverage, delivery.statedOn]).toEqual([expected, coverage, statedOn]);
  });

  it('by its header as the dataset that knows more of it, where the required columns of another are there too', async () => {
    const both = '登记编号,姓名,死亡日期,公民身份号码,户籍地址\n1,a,20260901,2,x\n';
    const register = {
      ...deaths,
      columns: [...deaths.columns, ...residents.columns.slice(0, 1), ...residents.columns.slice(2)],
    };
    expect((await read('导出.csv', both, [residents, register])).delivery.dataset.name).toBe('civil-affairs/deaths');
  });

  it('not as another dataset because a required column was renamed', async () => {
    const loose = {
      ...deaths,
      columns: deaths.columns.map((column) =>
        column.field === 'name' ? column : Object.assign({}, column, { must: false }),
      ),
    };
    const { delivery } = await read('常住人口_全量_20260930.csv', '证件号码,姓名,户籍地址\n1,a,x\n', [
      residents,
      loose,
    ]);
    expect(delivery.dataset.name).toBe('police/residents');
  });

  it('not by a header that fits two datasets', async () => {
    const both = '公民身份号码,姓名,登记编号,死亡日期\n1,a,1,20260901\n';
    const { finding } = await refused('导出.csv', both, [residents, deaths]);
    expect(finding).toMatchObject({
      code: 'DELIVERY_UNRECOGNISED',
      accepted: 'police/residents (CSV)、civil-affairs/deaths (CSV)',
    });
  });

  it.each([
    ['', 'DELIVERY_EMPTY'],
    ['\uFEFF\r\n  \n', 'DELIVERY_EMPTY'],
    ['hello\n', 'DELIVERY_UNRECOGNISED'],
  ])('not from %j', async (content, code) => {
    expect((await refused('x.csv', content)).finding.code).toBe(code);
  });

  it('not as a dBASE table', async () => {
    const table = Buffer.alloc(100);
    table.set([0x03, 126, 9, 30, 1, 0, 0, 0, 65, 0, 10, 0]);
    expect((await refused('常住人口.dbf', table)).finding.found).toBe('dBASE table');
  });

  it('carries the sum of its bytes', async () => {
    const { delivery } = await read('常住人口_全量_20260930.csv', RESIDENTS);
    expect(delivery.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(delivery.bytes).toBe(Buffer.byteLength(RESIDENTS));
  });
});

describe('a folder', () => {
  it('is listed in the order of taking: older before newer, full before delta; links, dotfiles and lock files left out', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'folder-'));
    await mkdir(join(dir, 'police'));
    const names = [
      '实有房屋_增量_20260930.csv',
      '实有房屋_增量_20261001.csv',
      '实有房屋_全量_20260930.csv',
      '实有房屋_全量_20260901.csv',
    ];
    for (const name of [...names, '.hidden.csv', '~$lock.xlsx']) await writeFile(join(dir, 'police', name), 'x');
    await symlink('/etc/passwd', join(dir, 'police', 'link.csv'));
    expect((await listDeliveries(dir)).map((found) => found.file)).toEqual([
      'police/实有房屋_全量_20260901.csv',
      'police/实有房屋_全量_20260930.csv',
      'police/实有房屋_增量_20260930.csv',
      'police/实有房屋_增量_20261001.csv',
    ]);
  });

  it('keeps a link, a folder and a missing file from being opened', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'folder-'));
    await symlink('/etc/passwd', join(dir, 'link.csv'));
    for (const file of ['link.csv', 'gone.csv', '.']) {
      const answer = await openDelivery({ file, path: join(dir, file), bytes: 0 }, DATASETS);
      expect(answer).toMatchObject({ refused: true, finding: { code: 'DELIVERY_UNREADABLE' } });
      expect(JSON.stringify(answer)).not.toContain(dir);
    }
  });
});
