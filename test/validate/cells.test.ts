import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/record.js';
import { checkDigit } from '../../src/validate/id-number.js';
import { datasetCalled, read } from './read.js';

const withCheck = (first17: string) => first17 + checkDigit(first17);
/** A woman born on 5 March 1990; prefix 99 is nobody's. */
const WOMAN = withCheck('99000119900305002');
const VILLAGE = '530502001002';

describe('a police resident', () => {
  it('is read whole from a clean row, without a finding and without a word of raw', () => {
    const { record, findings } = read('police/residents', {
      公民身份号码: WOMAN,
      姓名: '段玉兰',
      曾用名: '',
      性别: '女',
      出生日期: '19900305',
      户号: '0012345',
      与户主关系: '长女',
      户籍地区划: VILLAGE,
      户籍地址: '隆阳区兰城街道王官社区3组12号',
      婚姻状况: '未婚',
      文化程度: '本科',
      服务处所: '',
      联系电话: '13900001234',
      户口状态: '正常',
      状态日期: '20200101',
      更新时间: '2026-09-30 08:15:02',
    });
    expect(findings).toEqual([]);
    expect(record).toEqual({
      sheet: null,
      row: 2,
      item: null,
      key: WOMAN,
      stated: {
        idNumber: WOMAN,
        name: '段玉兰',
        sex: '2',
        birthDate: '1990-03-05',
        householdNumber: '0012345',
        relation: '32',
        registeredDivision: VILLAGE,
        address: '隆阳区兰城街道王官社区3组12号',
        addressElements: { township: '兰城街道', village: '王官社区居民委员会', group: '3', number: '12' },
        maritalStatus: '10',
        education: '20',
        phone: '13900001234',
        householdStatus: '正常',
        statusDate: '2020-01-01',
        updatedAt: '2026-09-30T08:15:02+08:00',
      },
      raw: {},
      township: '530502001',
      village: VILLAGE,
      grid: null,
      tie: 'registered',
      deleted: false,
    });
  });

  it('keeps a wrong number apart, under a key of its own, with what is wrong', () => {
    const wrong = WOMAN.slice(0, 17) + (WOMAN[17] === '1' ? '2' : '1');
    const { record, stated, findings } = read('police/residents', { 公民身份号码: wrong, 姓名: '段玉兰', 户号: '1' });
    expect(stated).toMatchObject({ idNumberInvalid: wrong });
    expect(stated).not.toHaveProperty('idNumber');
    expect(record?.key).toBe(wrong);
    expect(findings).toMatchObject([{ code: 'ID_NUMBER_CHECK_DIGIT', column: '公民身份号码', row: 2 }]);
  });

  it('without a number is recognised by household, name and birth', () => {
    const { record } = read('police/residents', { 公民身份号码: ' ', 姓名: '段玉兰', 户号: '1', 出生日期: '19900305' });
    expect(record?.key).toBe('1\u001f段玉兰\u001f1990-03-05');
  });

  it('keeps the key of an old number of 15 digits', () => {
    const old = `${WOMAN.slice(0, 6)}${WOMAN.slice(8, 17)}`;
    const { record, stated, raw, codes } = read('police/residents', { 公民身份号码: old, 姓名: '段玉兰', 户号: '1' });
    expect([record?.key, stated?.['idNumber'], raw?.['idNumber'], codes]).toEqual([
      old,
      WOMAN,
      old,
      ['ID_NUMBER_CONVERTED'],
    ]);
  });

  it('contradicting its own number keeps both values and says so', () => {
    const { stated, findings } = read('police/residents', {
      公民身份号码: WOMAN,
      姓名: '段玉兰',
      户号: '1',
      性别: '1',
      出生日期: '19900306',
    });
    expect(stated).toMatchObject({ idNumber: WOMAN, sex: '1', birthDate: '1990-03-06' });
    expect(findings.map(({ code, column }) => [code, column])).toEqual([
      ['ID_NUMBER_BIRTH_DATE', '出生日期'],
      ['ID_NUMBER_SEX', '性别'],
    ]);
  });

  it('without any key is refused, and says which columns would have made one', () => {
    const { record, findings } = read('police/residents', { 姓名: '段玉兰', 性别: '女' });
    expect(record).toBeNull();
    expect(findings).toMatchObject([{ code: 'ROW_KEY', found: null }]);
    expect(findings[0]?.accepted).toContain('姓名');
  });

  it('that is blank is nothing, not a fault', () => {
    expect(read('police/residents', { 姓名: '', 户号: null })).toMatchObject({ record: null, findings: [] });
  });

  it('never shows a person’s data in a finding', () => {
    const { findings } = read('police/residents', {
      公民身份号码: '53050219900305',
      姓名: '王?明',
      户号: '1',
      性别: '男女',
      出生日期: '五月初五',
      联系电话: '1390000123',
      户籍地区划: '990099009900',
    });
    expect(findings.map(({ code }) => code)).toEqual([
      'ID_NUMBER_LENGTH',
      'NAME_FORM',
      'CODE_UNKNOWN',
      'DATE_FORM',
      'PHONE_FORM',
      'DIVISION_UNKNOWN',
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/王|明|五月|1990|1390|男女"|99009/u);
  });
});

describe('a name', () => {
  it.each([
    ['王 伟', '王伟'],
    ['王　伟', '王伟'],
    ['阿依古丽•买买提', '阿依古丽·买买提'],
    ['阿依古丽．买买提', '阿依古丽·买买提'],
    ['阿依古丽 · 买买提', '阿依古丽·买买提'],
    ['𠅤䶮㛃', '𠅤䶮㛃'],
    ['JOHN  SMITH', 'JOHN SMITH'],
  ])('%s is %s', (written, name) => {
    expect(read('police/residents', { 姓名: written, 户号: '1' })).toMatchObject({ stated: { name }, codes: [] });
  });

  it('with a private-use character is kept, and reported by its code point', () => {
    const { stated, findings } = read('police/residents', { 姓名: '王\ue123', 户号: '1' });
    expect(stated).toMatchObject({ name: '王\ue123' });
    expect(findings).toMatchObject([{ code: 'NAME_FORM', found: 'U+E123' }]);
  });

  it('loses NUL and half a surrogate pair, which no database can store', () => {
    const { stated, raw, codes } = read('police/residents', { 姓名: '王\0伟\ud800', 户号: '1' });
    expect(stated).toMatchObject({ name: '王伟\ufffd' });
    expect(codes).toContain('TEXT_CONTROL');
    expect(JSON.stringify(raw)).not.toMatch(/\\u0000|\\ud800/u);
  });
});

describe('a telephone', () => {
  it.each([
    ['139 0000 1234', '13900001234'],
    ['139-0000-1234', '13900001234'],
    ['+86 13900001234', '13900001234'],
    ['1３900001234', '13900001234'],
    ['13900001234、13800001234', '13900001234'],
    ['13900001234/0875-2123456', '13900001234'],
    ['13900001234 13800001234', '13900001234'],
    ['(0875)2123456', '0875-2123456'],
    ['08752123456', '0875-2123456'],
    ['0875-2123456转801', '0875-2123456'],
    ['010-62345678', '010-62345678'],
    ['2123456', '2123456'],
  ])('%s is %s', (written, phone) => {
    expect(read('police/residents', { 姓名: '王伟', 户号: '1', 联系电话: written }).stated).toMatchObject({ phone });
  });
  it('as a workbook’s number is the same telephone', () => {
    expect(
      read('party-building/members', { 姓名: '王伟', 组织代码: 'A1', 手机号: 13_900_001_234 }).stated,
    ).toMatchObject({
      phone: '13900001234',
    });
  });
  it.each(['12900001234', '138****1234', '139000012345'])('%s is none', (written) => {
    expect(read('police/residents', { 姓名: '王伟', 户号: '1', 联系电话: written }).codes).toEqual(['PHONE_FORM']);
  });
});

describe('a code', () => {
  it.each([
    ['与户主关系', '孙子女', 'relation', '40'],
    ['与户主关系', '兄弟姐妹', 'relation', '70'],
    ['与户主关系', '2', 'relation', '02'],
    ['与户主关系', '户主', 'relation', '02'],
    ['与户主关系', '妻子', 'relation', '12'],
    ['文化程度', '大专', 'education', '30'],
    ['文化程度', '初中', 'education', '70'],
    ['婚姻状况', '离异', 'maritalStatus', '40'],
    ['性别', '男', 'sex', '1'],
    ['性别', '9', 'sex', '9'],
  ])('%s %s is kept as the standard’s code', (column, written, field, code) => {
    expect(read('police/residents', { 姓名: '王伟', 户号: '1', [column]: written }).stated).toMatchObject({
      [field]: code,
    });
  });
});

it('a child is a son or a daughter by the row’s sex, and unknown without it', () => {
  const child = { 姓名: '段小明', 户号: '1', 与户主关系: '子女' };
  expect(read('police/residents', { ...child, 性别: '女' }).stated).toMatchObject({ relation: '30' });
  expect(read('police/residents', { ...child, 性别: '1' })).toMatchObject({
    stated: { relation: '20' },
    raw: { relation: '子女' },
  });
  expect(read('police/residents', child)).toMatchObject({ codes: ['CODE_UNKNOWN'] });
  expect(read('police/residents', child).stated).not.toHaveProperty('relation');
});

describe('a benefit', () => {
  const row = {
    '乡镇(街道)': '兰城',
    '村(社区)': '王官社区',
    户主姓名: '段玉兰',
    户主身份证号: WOMAN,
    姓名: '段小明',
    身份证号码: '',
    家庭住址: '王官3组12号',
    '保障金额(元/月)': '1,200元',
    起始年月: 44_256,
  };

  it('stands where its names of divisions say, keeps them as written, and is cited by the sheet', () => {
    const { record, stated, raw } = read('civil-affairs/benefits', row, '城乡低保');
    expect(stated).toMatchObject({
      programme: '城乡低保',
      township: '530502001',
      village: VILLAGE,
      monthlyAmount: 1200,
      benefitSince: '2021-03',
      addressElements: { village: '王官社区居民委员会', group: '3', number: '12' },
    });
    expect(raw).toMatchObject({ township: '兰城', village: '王官社区', benefitSince: '44256' });
    expect(record).toMatchObject({ village: VILLAGE, tie: 'resident' });
    expect(record?.key).toBe(`城乡低保\u001f${VILLAGE}\u001f段小明\u001f段玉兰`);
  });

  it('is of its column’s village, and lives where its address says', () => {
    const { record, stated } = read(
      'civil-affairs/benefits',
      { ...row, 家庭住址: '瓦马乡下里濯村五组03号' },
      '城乡低保',
    );
    expect(record).toMatchObject({ village: VILLAGE, township: '530502001' });
    expect(stated).toMatchObject({ addressElements: { elsewhere: '530502207208', group: '5', number: '3' } });
    expect(read('civil-affairs/benefits', row, '城乡低保').stated?.['addressElements']).not.toHaveProperty('elsewhere');
  });

  it('is recognised by a valid number only', () => {
    expect(read('civil-affairs/benefits', { ...row, 身份证号码: WOMAN }, '城乡低保').record?.key).toBe(
      `城乡低保\u001f${WOMAN}`,
    );
    const damaged = read(
      'civil-affairs/benefits',
      { ...row, 身份证号码: Number(WOMAN.slice(0, 15)) * 1000 },
      '城乡低保',
    );
    expect(damaged.record?.key).toBe(`城乡低保\u001f${VILLAGE}\u001f段小明\u001f段玉兰`);
    expect(damaged.codes).toEqual(['ID_NUMBER_SPREADSHEET']);
    expect(damaged.stated).toMatchObject({ idNumberInvalid: `${WOMAN.slice(0, 15)}000` });
  });

  it('in a village that nobody knows keeps the row, and its key what was written', () => {
    const { record, stated, findings } = read(
      'civil-affairs/benefits',
      { ...row, '村(社区)': '没有村', 家庭住址: '' },
      '城乡低保',
    );
    expect(stated).not.toHaveProperty('village');
    expect(record).toMatchObject({ village: null, township: '530502001' });
    expect(record?.key).toBe('城乡低保\u001f没有村\u001f段小明\u001f段玉兰');
    expect(findings).toMatchObject([
      { code: 'DIVISION_UNKNOWN', column: '村(社区)', found: '字字字', sheet: '城乡低保' },
    ]);
  });

  it('checks its number by the disability card, of which nothing is kept where the row has a number', () => {
    const card = `${withCheck('99000119900305004')}43`;
    const { stated, raw, codes } = read(
      'civil-affairs/benefits',
      { ...row, 身份证号码: WOMAN, 残疾证号: card },
      '残疾人补贴',
    );
    expect(codes).toEqual(['DISABILITY_NUMBER']);
    expect(JSON.stringify([stated, raw])).not.toContain(card.slice(0, 17));
    expect(
      read('civil-affairs/benefits', { ...row, 残疾证号: `${WOMAN}43`, 身份证号码: WOMAN }, '残疾人补贴').codes,
    ).toEqual([]);
  });

  it('has the number of its disability card where its own is missing or broken', () => {
    const card = { 残疾证号: `${WOMAN}43` };
    expect(read('civil-affairs/benefits', { ...row, ...card }, '残疾人补贴').stated).toMatchObject({
      certifiedIdNumber: WOMAN,
    });
    const broken = read('civil-affairs/benefits', { ...row, ...card, 身份证号码: WOMAN.slice(0, 16) }, '残疾人补贴');
    expect(broken.stated).toMatchObject({ certifiedIdNumber: WOMAN, idNumberInvalid: WOMAN.slice(0, 16) });
    const whole = read('civil-affairs/benefits', { ...row, ...card, 身份证号码: WOMAN }, '残疾人补贴');
    expect(whole.stated).not.toHaveProperty('certifiedIdNumber');
  });
});

const floating = (证件类型: string, 证件号码: string) =>
  read('police/floating', { 登记编号: 'L1', 姓名: '王伟', 证件号码, 证件类型, 户籍地区划: '440904', 操作: '注销' });

describe('a floating resident', () => {
  it('with a passport has another number, and no fault', () => {
    expect(floating('护照', 'e12345678')).toMatchObject({ stated: { otherIdNumber: 'E12345678' }, codes: [] });
    expect(floating('其他', '830000199003050026').codes).toEqual([]);
  });
  it('with a residence permit has a number of 18 characters like everybody', () => {
    const permit = withCheck('83000019900305002');
    expect(floating('其他', permit).stated).toMatchObject({ idNumber: permit });
  });
  it('signs off by 注销', () => {
    expect(floating('居民身份证', WOMAN)).toMatchObject({
      record: { deleted: true, tie: 'resident', key: 'L1' },
      stated: { idNumber: WOMAN },
    });
  });
  it('with a broken citizen’s number has it kept apart', () => {
    expect(floating('居民身份证', `${WOMAN.slice(0, 17)}?`)).toMatchObject({ codes: ['ID_NUMBER_LENGTH'] });
  });
});

describe('an item of the feed', () => {
  it('that is away from a registered home speaks of registration', () => {
    const item = {
      id: 'r1',
      name: '王伟',
      gridCode: `${VILLAGE}003`,
      residence: '户在人不在',
      address: '3组12号',
      careTags: ['独居老人', '富人'],
    };
    const { record, stated, codes } = read('governance/residents', item);
    expect(record).toMatchObject({
      tie: 'registered',
      grid: `${VILLAGE}003`,
      village: VILLAGE,
      township: '530502001',
      key: 'r1',
    });
    expect(stated).toMatchObject({
      careTags: ['独居老人'],
      residence: '户在人不在',
      addressElements: { group: '3', number: '12' },
    });
    expect(codes).toEqual(['CODE_UNKNOWN']);
    expect(read('governance/residents', { ...item, residence: '人在户不在' }).record?.tie).toBe('resident');
  });

  it('that was deleted needs nothing but its id', () => {
    expect(
      read('governance/places', { id: 'p1', deleted: true, updatedAt: '2026-09-30T00:00:00Z' }).record,
    ).toMatchObject({ deleted: true, key: 'p1' });
  });

  it('moves from GCJ-02 to CGCS2000, and keeps what it said', () => {
    const { stated, raw } = read('governance/places', { id: 'p1', lon: 99.1655, lat: 25.1123 });
    expect(stated?.['longitude']).toBeCloseTo(99.1655 - 0.0017, 2);
    expect(stated?.['longitude']).not.toBe(99.1655);
    expect(raw).toEqual({ longitude: '99.1655', latitude: '25.1123' });
    expect(read('governance/places', { id: 'p1', lon: 25.1, lat: 99.1 })).toMatchObject({
      codes: ['COORDINATE_RANGE', 'COORDINATE_RANGE'],
    });
    expect(read('governance/places', { id: 'p1', lon: 99.1 }).stated).not.toHaveProperty('longitude');
  });

  it('names people in their places, each with a number that is right or kept apart', () => {
    const { stated, codes } = read('governance/events', {
      id: 'e1',
      people: [
        { name: '王 伟', idNumber: WOMAN.toLowerCase(), face: 'x' },
        { name: '李四', idNumber: '123', phone: '13900001234' },
      ],
      steps: [{ action: '受理', actor: '张三', level: 3, at: '2026-09-30T00:15:02Z', note: '' }],
    });
    expect(stated).toMatchObject({
      people: [
        { name: '王伟', idNumber: WOMAN },
        { name: '李四', idNumberInvalid: '123', phone: '13900001234' },
      ],
      steps: [{ action: '受理', actor: '张三', level: 3, at: '2026-09-30T08:15:02+08:00' }],
    });
    expect(JSON.stringify(stated)).not.toContain('face');
    expect(codes).toEqual(['ID_NUMBER_LENGTH']);
  });

  it('has a boundary of closed rings in China, or none', () => {
    const ring = [
      [99.1, 25.1],
      [99.2, 25.1],
      [99.2, 25.2],
    ];
    const { stated } = read('governance/grids', {
      id: 'g1',
      boundary: { type: 'Polygon', coordinates: [ring], crs: 'x' },
    });
    const boundary = stated?.['boundary'] as { coordinates: number[][][] };
    expect(boundary.coordinates[0]).toHaveLength(4);
    expect(Object.keys(boundary)).toEqual(['type', 'coordinates']);
    for (const wrong of [
      { type: 'Point', coordinates: [99, 25] },
      { type: 'Polygon', coordinates: [[[1, 2]]] },
      'x',
      [1],
      7,
    ]) {
      expect(read('governance/grids', { id: 'g1', boundary: wrong as never }).codes).toEqual(['VALUE_SHAPE']);
    }
  });
});

function nested(depth: number): Cell {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Cell;
}

it('reads anything without failing, in every column of every dataset', () => {
  const odd = [
    '=1+1',
    '\0',
    '\ud800',
    'x'.repeat(10_000),
    '９９９',
    -1,
    1e300,
    Number.NaN,
    true,
    [],
    [null],
    [[1]],
    {},
    { a: 1 },
    { toString: 1, toJSON: 2 },
    nested(20_000),
    '__proto__',
    '☃',
    '1e5',
  ];
  for (const name of [
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
  ]) {
    const { columns } = datasetCalled(name);
    const headers = columns.flatMap(({ headers: [first] }) => first ?? []);
    for (const cell of odd) {
      const { record } = read(name, Object.fromEntries(headers.map((header) => [header, cell])), '城乡低保');
      if (record !== null) expect(JSON.stringify(record)).not.toMatch(/\\u0000|\\ud800/u);
    }
  }
});
