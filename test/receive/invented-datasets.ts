import type { Column, Dataset, FileShape, Word } from '../../src/model/importer.js';

const text: Word = { kind: 'text' };
const column = (field: string, headers: readonly string[], more: Partial<Column> = {}): Column => ({
  field,
  headers,
  word: text,
  ...more,
});

export function dataset(
  name: string,
  file: FileShape,
  columns: readonly Column[],
  more: Partial<Dataset> = {},
): Dataset {
  return {
    name,
    register: name.split('/')[0] ?? '',
    title: { zh: name, en: name },
    file,
    speaksOf: ['person'],
    tie: null,
    duplicates: 'ordinary',
    mentions: [],
    columns,
    key: [[{ field: 'idNumber' }]],
    refused: {},
    ignored: {},
    believable: {},
    ...more,
  };
}

export const residents = dataset(
  'police/residents',
  { format: 'csv', name: /^常住人口_(?<coverage>全量|增量)_(?<date>\d{8})\.csv$/, coverage: 'full' },
  [
    column('idNumber', ['公民身份号码', '身份证号', 'GMSFHM'], { must: true }),
    column('name', ['姓名', 'XM'], { must: true }),
    column('address', ['户籍地址']),
  ],
);

export const deaths = dataset(
  'civil-affairs/deaths',
  { format: 'csv', name: /^殡葬登记_(?<date>\d{6})\.csv$/, coverage: 'delta' },
  [
    column('code', ['登记编号'], { must: true }),
    column('name', ['姓名'], { must: true }),
    column('deathDate', ['死亡日期'], { must: true }),
  ],
);

const benefits = dataset(
  'civil-affairs/benefits',
  {
    format: 'workbook',
    name: /^民政保障对象_(?<date>\d{6})\.xlsx$/,
    coverage: 'full',
    headerHolds: ['身份证号码', '公民身份号码', '证件号'],
    until: /^(合\s*计|备注|说明|注\s*[:：])/,
    sheets: ['城乡低保', '特困供养'],
  },
  [
    column('township', ['乡镇(街道)']),
    column('headName', ['户主姓名', '户主/姓名']),
    column('name', ['姓名', '保障对象/姓名'], { must: true }),
    column('idNumber', ['身份证号码'], { must: true }),
    column('monthlyAmount', ['保障金额(元/月)']),
  ],
);

const organisations = dataset(
  'party-building/organisations',
  {
    format: 'workbook',
    name: /^党组织_(?<date>\d{6})\.xls$/,
    coverage: 'full',
    headerHolds: ['组织代码'],
    until: /^合计/,
  },
  [column('organisationCode', ['组织代码'], { must: true }), column('organisationName', ['组织名称'], { must: true })],
);

export const items = dataset(
  'governance/residents',
  {
    format: 'items',
    resource: 'residents',
    name: /^residents(?:_(?<coverage>全量|增量))?_(?<date>\d{8})\.ndjson$/,
    coverage: 'delta',
  },
  [
    column('id', ['id'], { must: true }),
    column('updatedAt', ['updatedAt']),
    column('deleted', ['deleted']),
    column('name', ['name'], { must: true }),
  ],
  { refused: { religion: 'not collected' } },
);

export const DATASETS = [residents, deaths, benefits, organisations, items] as const;
