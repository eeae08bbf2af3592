import { describe, expect, it } from 'vitest';
import { IMPORTERS } from '../importers/index.js';
import {
  code,
  csv,
  date,
  defineImporter,
  idNumber,
  needed,
  personName,
  text,
  villageName,
} from '../src/mapping/index.js';
import { REFUSED_COLUMNS, refusalOf } from '../src/model/refused-columns.js';
import { createReader } from '../src/validate/create-reader.js';
import { checkDigit } from '../src/validate/id-number.js';
import { planColumns, refusedNotes } from '../src/validate/plan-columns.js';
import { longyang } from './validate/longyang.js';
import { datasetCalled, RECEIVED_ON } from './validate/read.js';

/** A fifth department: where and when somebody was vaccinated. This, and a line in the index. */
const health = defineImporter({
  register: 'health',
  title: { zh: '卫健', en: 'health' },
  datasets: {
    vaccinations: {
      title: { zh: '预防接种', en: 'vaccinations' },
      file: csv({ name: /^预防接种_(?<coverage>全量|增量)_(?<date>\d{8})\.csv$/u, coverage: 'delta' }),
      speaksOf: ['person'],
      tie: 'resident',
      columns: {
        entry: code('接种编号'),
        name: needed(personName('受种者姓名')),
        idNumber: idNumber('受种者证件号'),
        birthDate: date('出生日期'),
        guardianName: personName('监护人'),
        village: villageName(null, '居住村(社区)'),
        site: text('接种单位'),
      },
      key: [['entry']],
      mentions: [{ pointer: '监护人', name: 'guardianName', role: { zh: '监护人', en: 'guardian' } }],
      ignored: { 疫苗批号: 'of no use here' },
    },
  },
});

describe('a fifth department', () => {
  const [dataset] = health.datasets;
  const first17 = '99000120190601001';
  const header = [
    ' 接种编号 ',
    '受种者姓名',
    '受种者证件号',
    '出生日期',
    '监护人',
    '居住村（社区）',
    '接种单位',
    '疫苗批号',
    '诊断结果',
    '民 族',
    '柜台',
  ];
  const cells = [
    'V1',
    '段小明',
    first17 + checkDigit(first17),
    '2019.6.1',
    '段玉兰',
    '王官社区',
    '兰城接种点',
    'B7',
    'x',
    'y',
    '3',
  ];

  it('is one declaration: its columns are matched, its rows read', () => {
    const plan = planColumns(dataset!, header, null);
    if ('code' in plan) throw new Error(plan.code);
    const { record, findings } = createReader(plan, { divisions: longyang, receivedOn: RECEIVED_ON })({
      sheet: null,
      row: 2,
      item: null,
      cells,
    });
    expect(findings).toEqual([]);
    expect(record).toMatchObject({
      key: 'V1',
      village: '530502001002',
      township: '530502001',
      tie: 'resident',
      stated: { name: '段小明', birthDate: '2019-06-01', site: '兰城接种点', guardianName: '段玉兰' },
    });
    expect(JSON.stringify(record)).not.toMatch(/B7|"x"|"y"/u);
  });

  it('has its columns mapped, refused by name, ignored by name, or reported', () => {
    const plan = planColumns(dataset!, header, null);
    if ('code' in plan) throw new Error(plan.code);
    expect(plan.columns).toMatchObject({
      entry: '接种编号',
      village: '居住村（社区）',
      idNumberInvalid: '受种者证件号',
    });
    expect(plan.refused).toEqual(['诊断结果', '民 族']);
    expect(plan.ignored).toEqual(['疫苗批号']);
    expect(plan.notes).toMatchObject([{ code: 'COLUMN_UNKNOWN', column: '柜台' }]);
    expect(refusedNotes(plan, 7)).toMatchObject([
      { code: 'COLUMN_REFUSED', column: '诊断结果', found: '7' },
      { code: 'COLUMN_REFUSED', column: '民 族', found: '7' },
    ]);
  });

  it('has the row refused that leaves a needed value blank, and the delivery that leaves out its column', () => {
    const plan = planColumns(dataset!, header, null);
    if ('code' in plan) throw new Error(plan.code);
    const read = createReader(plan, { divisions: longyang, receivedOn: RECEIVED_ON });
    expect(read({ sheet: null, row: 3, item: null, cells: cells.with(1, ' ') })).toMatchObject({
      record: null,
      findings: [{ code: 'ROW_NEEDED', column: '受种者姓名', row: 3 }],
    });
    expect(planColumns(dataset!, header.with(1, '名字'), null)).toMatchObject({
      code: 'DELIVERY_COLUMN_MISSING',
      column: '受种者姓名',
      accepted: '受种者姓名',
    });
  });
});

describe('a header', () => {
  const residents = datasetCalled('police/residents');

  it('is matched by alias, width and case', () => {
    const plan = planColumns(residents, ['ｇｍｓｆｈｍ', 'xm', ' 户 号'], null);
    expect(plan).toMatchObject({ columns: { idNumber: 'ｇｍｓｆｈｍ', name: 'xm', householdNumber: '户 号' } });
  });
  it('that stands twice is refused', () => {
    expect(planColumns(residents, ['公民身份号码', '姓名', '户号', 'XM'], null)).toMatchObject({
      code: 'DELIVERY_COLUMN_TWICE',
      column: 'XM',
    });
  });
  it('of two levels is read by both, or by the lower', () => {
    const benefits = datasetCalled('civil-affairs/benefits');
    const plan = planColumns(
      benefits,
      ['户主/姓名', '户主/身份证号', '保障对象/姓名', '保障对象/身份证号码', '保障金额/(元/月)'],
      '城乡低保',
    );
    expect(plan).toMatchObject({
      columns: {
        headName: '户主/姓名',
        headIdNumber: '户主/身份证号',
        name: '保障对象/姓名',
        idNumber: '保障对象/身份证号码',
        monthlyAmount: '保障金额/(元/月)',
      },
    });
  });
  it('that is a row of data is never told', () => {
    const lost = planColumns(
      { ...residents, columns: [] },
      ['530502199003050021', '住在兰城街道王官社区第三组十二号的那一户人家旁边的新房子里面'],
      null,
    );
    expect(JSON.stringify('notes' in lost && lost.notes)).not.toMatch(/5305|王官/u);
  });
  it('of the score of a person is ignored, and so is none of the members’ other columns', () => {
    const members = datasetCalled('party-building/members');
    const plan = planColumns(members, ['姓名', '身份证号', '组织代码', '年度积分'], '花名册');
    expect(plan).toMatchObject({ ignored: ['年度积分'], refused: [] });
  });
});

const wanting = (columns: Record<string, ReturnType<typeof text>>) => () =>
  defineImporter({
    ...health,
    datasets: {
      x: {
        title: health.title,
        file: csv({ name: /x/u, coverage: 'full' }),
        speaksOf: ['person'],
        columns,
        key: [['id']],
      },
    },
  });

describe('what nobody may deliver', () => {
  it.each([
    '民族',
    '民族代码',
    'MZ',
    '宗教信仰',
    '信仰',
    '信访记录',
    '上访次数',
    '政治面貌',
    '人脸照片',
    '诊断',
    '病史',
    '是否重点人员',
    '风险等级',
    '居民信用分',
    '行动轨迹',
  ])('%s is refused in every dataset', (header) => {
    for (const dataset of IMPORTERS.flatMap(({ datasets }) => datasets)) {
      const every = dataset.columns.flatMap(({ headers: [first] }) => first ?? []);
      expect(planColumns(dataset, [...every, header], null)).toMatchObject({ refused: [header] });
    }
  });
  it('cannot be declared', () => {
    expect(wanting({ id: code('编号'), belief: text('宗教信仰') })).toThrow('the house does not collect');
    expect(wanting({ id: code('编号'), other: text('编 号') })).toThrow('a header stands twice');
    expect(wanting({ other: text('编号') })).toThrow('the key names no field');
    expect(wanting({ id: code('编号') })).not.toThrow();
  });
  it('has a reason in both languages', () => {
    for (const { zh, en } of REFUSED_COLUMNS) expect([zh, en].every(Boolean)).toBe(true);
    expect(refusalOf('姓名')).toBeNull();
  });
});

describe('the four departments', () => {
  it('declare each dataset once, by the names of the agreement', () => {
    expect(IMPORTERS.flatMap(({ datasets }) => datasets.map(({ name }) => name))).toEqual([
      'police/residents',
      'police/dwellings',
      'police/floating',
      'civil-affairs/benefits',
      'civil-affairs/funerals',
      'party-building/organisations',
      'party-building/members',
      'governance/grids',
      'governance/staff',
      'governance/buildings',
      'governance/residents',
      'governance/places',
      'governance/events',
    ]);
  });
  it.each([
    ['police/residents', '常住人口_全量_20260930.csv', '全量', '20260930'],
    ['police/dwellings', '实有房屋_增量_20260930.csv', '增量', '20260930'],
    ['police/floating', '流动人口_增量_20260930.csv', '增量', '20260930'],
    ['civil-affairs/benefits', '民政保障对象_202609.xlsx', undefined, '202609'],
    ['civil-affairs/funerals', '殡葬登记_202609.csv', undefined, '202609'],
    ['party-building/organisations', '党组织_202609.xls', undefined, '202609'],
    ['party-building/members', '党员花名册_202609.xlsx', undefined, '202609'],
    ['governance/residents', 'residents_全量_20260930.ndjson', '全量', '20260930'],
    ['governance/residents', 'residents_20260930.ndjson', undefined, '20260930'],
  ])('%s is called %s', (dataset, file, coverage, day) => {
    expect(datasetCalled(dataset).file.name.exec(file)?.groups).toMatchObject({ date: day });
    expect(datasetCalled(dataset).file.name.exec(file)?.groups?.['coverage']).toBe(coverage);
  });
});
