import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explainPair } from '../../src/link/explain.js';
import { cloneDatabase } from '../database/clone.js';
import {
  COUNTY,
  forget,
  DATASETS,
  idNumber,
  link,
  linksOf,
  putRecords,
  type LinkRow,
  type TestRecord,
} from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await forget(database);
  await database.query(`delete from setting where name = 'address-aliases'`);
});

const record =
  (dataset: string) =>
  (id: number, stated: object, more: Partial<TestRecord> = {}): TestRecord => ({
    id,
    dataset,
    stated: { ...stated },
    ...more,
  });
const police = record('police/residents');
const door = record('governance/residents');
const benefit = record('civil-affairs/benefits');
const dwelling = record('police/dwellings');
const building = record('governance/buildings');

const WEI = idNumber('19900312', 17);
const MOTHER = idNumber('19650601', 28);
const CHILD = idNumber('20120101', 11);
const house = (number: string, group = '3') => ({ addressElements: { group, number } });
const flat = (room: string, unit?: string) => ({
  room,
  addressElements: { estate: '兰城小区', building: '3', ...(unit ? { unit } : {}) },
});

async function linked(records: readonly TestRecord[]): Promise<(id: number) => LinkRow> {
  await putRecords(database, records);
  await link(database);
  const links = await linksOf(database);
  return (id) => links.get(id)!;
}

describe('who lives together', () => {
  it('lets a row without a head join the only household of its dwelling', async () => {
    const row = await linked([
      door(1, { name: '张伟', headName: '张伟', relation: '02', ...house('5') }),
      door(2, { name: '陈秀', ...house('5') }),
      door(3, { name: '无人', ...house('6') }),
    ]);
    expect(row(2)).toMatchObject({ household: row(1).household, household_reason: 'DWELLING' });
    expect(row(3).household).not.toBe(row(1).household);
    expect(row(3).household_reason).toBe('ALONE');
  });

  it('keeps the tenants of a shared flat apart, and gives neither a row that names no head', async () => {
    const row = await linked([
      door(1, { name: '张伟', headName: '张伟', relation: '02', ...flat('302', '1') }, { item: 'i1' }),
      door(2, { name: '陈七', headName: '陈七', relation: '02', ...flat('302', '1') }, { item: 'i2' }),
      door(3, { name: '李红', ...flat('302', '1') }),
    ]);
    expect(row(1).household).not.toBe(row(2).household);
    expect(row(1).household).not.toBeNull();
    expect(row(3).household).toBeNull();
    await database.query(
      `with seen as (
         insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, state)
         values ($1, 1, 'governance', 'governance/residents', 'residents', '', 0, 'feed', 'utf-8', 'delta', 'taken'))
       insert into sighting (county, delivery, part, items, records) values ($1, 1, 0, '{i1,i2}', '{1,2}')`,
      [COUNTY],
    );
    const { kinds } = await explainPair(database, COUNTY, DATASETS, 'residents/i1', 'residents/i2');
    expect(kinds.find(({ kind }) => kind === 'household')).toMatchObject({
      same: false,
      because: { en: 'one dwelling, but two heads whom no person, name or register ties together' },
    });
  });

  it.each([
    ['misheard', '王建锋', '王建峰'],
    ['of one surname', '王建锋', '王大明'],
  ])('holds two heads for one family where the name is %s', async (_, one, other) => {
    const row = await linked([
      door(1, { name: '甲', headName: one, ...house('5') }),
      benefit(2, { name: '乙', headName: other, ...house('5') }),
    ]);
    expect(row(2).household).toBe(row(1).household);
  });

  it.each([
    ['JOHN SMITH', 'JANE DOE'],
    ['阿卜力孜·买买提', '阿依古丽·吐尔逊'],
  ])('does not take the first letter of %s for a surname', async (one, other) => {
    const row = await linked([
      door(1, { name: one, headName: one, relation: '02', ...flat('302', '1') }),
      door(2, { name: other, headName: other, relation: '02', ...flat('302', '1') }),
    ]);
    expect(row(2).household).not.toBe(row(1).household);
  });

  it('holds two heads for one family where they are registered together, or one names the other', async () => {
    const row = await linked([
      police(1, { name: '张伟', idNumber: WEI, householdNumber: 'H1' }),
      police(2, { name: '李秀英', idNumber: MOTHER, householdNumber: 'H1' }),
      door(3, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...flat('302', '1') }),
      door(4, { name: '李秀英', idNumber: MOTHER, headName: '李秀英', relation: '02', ...flat('302', '1') }),
      door(5, { name: '陈七', headName: '陈七', relation: '02', ...house('5') }),
      door(6, { name: '孙花', headName: '孙花', relation: '02', ...house('5') }),
      benefit(7, { name: '陈七', headName: '孙花', ...house('5') }),
    ]);
    expect(row(4).household).toBe(row(3).household);
    expect(new Set([5, 6, 7].map((id) => row(id).household)).size).toBe(1);
    expect(row(1).household).toBe(row(2).household);
    expect(row(1).household).not.toBe(row(3).household);
  });

  it('does not put who left together with who lives there now', async () => {
    const row = await linked([
      door(1, { name: '旧人', ...house('5') }, { status: 'retired' }),
      door(2, { name: '张伟', headName: '张伟', relation: '02', ...house('5') }),
      door(3, { name: '陈秀', ...house('5') }),
      door(4, { name: '旧二', ...house('6') }, { status: 'retired' }),
    ]);
    expect(row(1).household).toBeNull();
    expect(row(3).household).toBe(row(2).household);
    expect(row(4).household).not.toBeNull();
  });

  it('takes 户在人不在 for registration, not for residence', async () => {
    const row = await linked([
      door(1, { name: '张伟', headName: '张伟', relation: '02', ...house('5') }),
      door(2, { name: '张小', headName: '张伟', ...house('5') }, { tie: 'registered' }),
    ]);
    expect(row(2).household).toBeNull();
  });

  it('makes a household of a house that no register of dwellings lists', async () => {
    const road = { addressElements: { road: '同仁街', number: '62' } };
    const row = await linked([
      door(1, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...road }),
      door(2, { name: '陈秀', headName: '张伟', ...road }),
      door(3, { name: '张小', ...road }),
    ]);
    expect(new Set([1, 2, 3].map((id) => row(id).household)).size).toBe(1);
    expect(row(1).dwelling).toBeNull();
  });
});

describe('an address too vague to find the door', () => {
  const vague = { addressElements: { group: '3' } };

  it('is made up for by the person’s other records, or by the head’s', async () => {
    const row = await linked([
      door(1, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...house('5') }),
      benefit(2, { name: '张伟', idNumber: WEI, ...vague }),
      benefit(3, { name: '张小', headName: '张玮', headIdNumber: WEI, ...vague }),
      benefit(4, { name: '张小', headName: '赵大山', headIdNumber: WEI, ...vague }),
    ]);
    expect(row(2)).toMatchObject({ household: row(1).household, household_reason: 'OWN_RECORDS' });
    expect(row(3)).toMatchObject({ household: row(1).household, household_reason: 'HEAD_PERSON' });
    expect(row(4).household).toBeNull();
  });

  it('is made up for by the head’s name where one dwelling of the village has a head of that name, never where two have', async () => {
    const records = [
      door(1, { name: '张伟', headName: '张伟', relation: '02', ...house('5') }),
      door(2, { name: '张小', headName: '张伟', ...vague }),
      door(3, { name: '张远', headName: '张伟', ...vague }, { village: '530502001003' }),
    ];
    const row = await linked(records);
    expect(row(2)).toMatchObject({ household: row(1).household, household_reason: 'HEAD_NAME' });
    expect(row(3).household).toBeNull();
    const later = await linked([door(4, { name: '张伟', headName: '张伟', relation: '02', ...house('9') })]);
    expect(later(2).household).toBeNull();
  });

  it('is made up for by the head’s name within the building where the unit was left out', async () => {
    const row = await linked([
      dwelling(1, { dwellingCode: 'D1', buildingCode: 'P3', unit: '1', ...flat('302') }),
      dwelling(2, { dwellingCode: 'D2', buildingCode: 'P3', unit: '2', ...flat('302') }),
      door(3, { name: '张伟', headName: '张伟', relation: '02', ...flat('302', '2') }),
      door(4, { name: '陈七', headName: '陈七', relation: '02', ...flat('302', '1') }),
      door(5, { name: '张小', headName: '张伟', ...flat('302') }),
      door(6, { name: '无头', ...flat('302') }),
    ]);
    expect(row(5)).toMatchObject({ household: row(3).household, dwelling: null });
    expect(row(6).household).toBeNull();
  });

  it('is made up for last by the dwelling in which the person is registered', async () => {
    const row = await linked([
      police(1, { name: '张小', idNumber: CHILD, householdNumber: 'H1', ...house('5') }),
      door(2, { name: '张小', idNumber: CHILD, ...vague }),
      door(3, { name: '张伟', headName: '张伟', relation: '02', ...house('5') }),
    ]);
    expect(row(2)).toMatchObject({ household: row(3).household, household_reason: 'REGISTERED_HOME' });
  });
});

describe('an address that is not where the person lives', () => {
  it('gives way to the register that was at the door: of the person, or of the head', async () => {
    const row = await linked([
      door(1, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...house('5') }),
      door(2, { name: '陈七', headName: '陈七', relation: '02', ...house('9') }),
      benefit(3, { name: '张伟', idNumber: WEI, ...house('9') }),
      benefit(4, { name: '张小', headName: '张伟', headIdNumber: WEI, ...house('9') }),
    ]);
    expect([3, 4].map((id) => row(id).household)).toEqual(Array(2).fill(row(1).household));
    expect(row(4).household_reason).toBe('HEAD_PERSON');
    expect(row(4).dwelling).toBe(row(2).dwelling);
  });

  it('holds where the door names the same head there as well', async () => {
    const row = await linked([
      door(1, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...house('5') }),
      door(2, { name: '李秀英', idNumber: MOTHER, headName: '张伟', ...house('9') }),
      benefit(3, { name: '张小', headName: '张伟', headIdNumber: WEI, ...house('9') }),
    ]);
    expect(row(3).household).toBe(row(2).household);
    expect(row(3).household).not.toBe(row(1).household);
  });
});

describe('a home that is not where the row is administered', () => {
  const ELSEWHERE = '530502207208';

  it('is in the village of the address', async () => {
    const row = await linked([
      dwelling(1, { dwellingCode: 'D1', buildingCode: 'P1', ...house('5') }),
      dwelling(2, { dwellingCode: 'D2', buildingCode: 'P2', ...house('5') }, { village: ELSEWHERE }),
      benefit(3, { name: '张伟', addressElements: { group: '3', number: '5', elsewhere: ELSEWHERE } }),
      benefit(4, { name: '陈秀', addressElements: { group: '3', number: '5', elsewhere: '530502207' } }),
    ]);
    expect(row(3).building).toBe(row(2).building);
    expect(row(4).building).toBeNull();
  });

  it('is the home or hostel of that name, which has no number', async () => {
    const inside = (estate: string, room: string) => ({ room, addressElements: { estate, room } });
    const row = await linked([
      dwelling(1, { dwellingCode: 'D1', buildingCode: 'P1', ...inside('敬老院', '106') }),
      building(2, { id: 'g2', buildingCode: 'C2', addressElements: { estate: '敬老院' } }),
      door(3, { name: '张伟', ...inside('敬老院', '106') }),
      door(4, { name: '陈秀', ...inside('阳光花园', '106') }),
    ]);
    expect(row(3)).toMatchObject({ building: row(1).building, dwelling: row(1).dwelling });
    expect(row(2).building).toBe(row(1).building);
    expect(row(4).building).toBeNull();
  });
});

describe('the other name of a place', () => {
  const listed = (id: number, number: string, group: string): TestRecord =>
    building(id, { id: `g${id}`, buildingCode: `C${id}`, ...house(number, group) });
  const spoken = (id: number, cites: number | null, number: string): TestRecord =>
    door(id, {
      name: `人${id}`,
      ...(cites === null ? {} : { buildingId: `g${cites}` }),
      addressElements: { hamlet: '段地坪', number },
    });

  it('is learned where door after door is called both, and holds for the nights that follow', async () => {
    const row = await linked([
      ...['1', '2', '3', '4', '9'].map((number, i) => listed(i + 1, number, '5')),
      ...['1', '2', '3', '4'].map((number, i) => spoken(i + 11, i + 1, number)),
      spoken(20, null, '9'),
    ]);
    expect(row(20)).toMatchObject({ building: row(5).building, building_reason: 'ADDRESS' });
    const night = await linked([listed(6, '12', '5'), spoken(21, null, '12')]);
    expect(night(21).building).toBe(night(6).building);
  });

  it('is not learned of a natural village that has two groups', async () => {
    const row = await linked([
      ...['1', '2', '3'].map((number, i) => listed(i + 1, number, '5')),
      ...['1', '2', '3', '9'].map((number, i) => listed(i + 4, number, '6')),
      ...['1', '2', '3', '1', '2', '3'].map((number, i) => spoken(i + 11, i + 1, number)),
      spoken(20, null, '9'),
    ]);
    expect(row(20).building).not.toBe(row(7).building);
  });
});

it('takes whoever only cites a building along when it is merged, down to the household', async () => {
  const home = { addressElements: { group: '3', number: '5' } };
  await linked([
    building(1, { id: 'g1', buildingCode: 'C1', ...home }),
    dwelling(2, { dwellingCode: 'D2', buildingCode: 'P2', addressElements: { group: '3', number: '6' } }),
    door(3, { name: '张伟', headName: '张伟', relation: '02', ...home }),
    door(4, { name: '张小', headName: '张伟', buildingId: 'g1' }),
    door(5, { name: '张妹', buildingId: 'P2' }),
  ]);
  const row = await linked([dwelling(2, { dwellingCode: 'D2', buildingCode: 'P2', ...home })]);
  expect(row(2).building).toBe(row(1).building);
  expect(row(4).household).toBe(row(3).household);
  const night = await linksOf(database);
  await database.query('truncate link, mention, entity');
  await link(database);
  const full = await linksOf(database);
  for (const kind of ['building', 'dwelling', 'household'] as const) {
    const together = (links: ReadonlyMap<number, LinkRow>) =>
      [3, 4, 5].map((id) => links.get(id)![kind] === links.get(2)![kind]);
    expect(together(night), kind).toEqual(together(full));
  }
});
