import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import { forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(() => forget(database));

const ELSEWHERE = '530502002001';
const [WEI, YING, HUA, OTHER] = ['19650312|17', '19660601|28', '20140101|11', '19720909|33'].map((text) => {
  const [birth, sequence] = text.split('|') as [string, string];
  return idNumber(birth, Number(sequence));
}) as [string, string, string, string];

const police = (id: number, stated: object, more: Partial<TestRecord> = {}): TestRecord => ({
  id,
  dataset: 'police/residents',
  stated: { ...stated },
  ...more,
});
const floating = (id: number, stated: object, more: Partial<TestRecord> = {}): TestRecord => ({
  id,
  dataset: 'police/floating',
  stated: { ...stated },
  ...more,
});
const dwelling = (id: number, ownerName: string, ownerIdNumber?: string): TestRecord => ({
  id,
  dataset: 'police/dwellings',
  stated: { dwellingCode: 'D1', buildingCode: 'B1', ownerName, ...(ownerIdNumber ? { ownerIdNumber } : {}) },
});
const place = (id: number, stated: object): TestRecord => ({
  id,
  dataset: 'governance/places',
  stated: { id: `p${id}`, ...stated },
});
const benefit = (id: number, stated: object): TestRecord => ({
  id,
  dataset: 'civil-affairs/benefits',
  stated: { ...stated },
});

/** Whom the mention points to, by the first of their records; null for nobody. */
async function pointed(record: number, pointer: string): Promise<number | null> {
  const [found] = await database.query<{ first: number | null }>(
    `select (select min(l.record) from link l where l.county = m.county and l.person = m.person) as first
     from mention m where m.record = $1 and m.pointer = $2`,
    [record, pointer],
  );
  if (found === undefined) throw new Error('There is no such mention.');
  return found.first;
}

describe('an owner without a number', () => {
  it('is the resident of the dwelling who is called so, however many namesakes the county has', async () => {
    await putRecords(database, [
      floating(1, { name: '张伟', idNumber: WEI, dwellingCode: 'D1' }),
      police(2, { name: '张伟', idNumber: OTHER }, { village: ELSEWHERE }),
      dwelling(3, '张伟'),
    ]);
    await link(database);
    expect(await pointed(3, '房主姓名')).toBe(1);
  });

  it('is nobody where two who are called so live there', async () => {
    await putRecords(database, [
      floating(1, { name: '张伟', idNumber: WEI, dwellingCode: 'D1' }),
      floating(2, { name: '张伟', idNumber: OTHER, dwellingCode: 'D1' }),
      dwelling(3, '张伟'),
    ]);
    await link(database);
    expect(await pointed(3, '房主姓名')).toBe(null);
  });

  it('is not the husband where the wife is named as 张伟媳妇', async () => {
    await putRecords(database, [
      floating(1, { name: '张伟', idNumber: WEI, dwellingCode: 'D1' }),
      dwelling(2, '张伟媳妇'),
      dwelling(3, '张伟媳妇', WEI),
    ]);
    await link(database);
    expect(await pointed(2, '房主姓名')).toBe(null);
    expect(await pointed(3, '房主姓名')).toBe(null);
  });

  it('is not a resident of the name who holds another number', async () => {
    await putRecords(database, [
      floating(1, { name: '张伟', idNumber: WEI, dwellingCode: 'D1' }),
      dwelling(2, '张伟', OTHER),
    ]);
    await link(database);
    expect(await pointed(2, '房主姓名')).toBe(null);
  });

  it('becomes nobody on the night a namesake moves in, though the dwelling’s record did not change', async () => {
    await putRecords(database, [floating(1, { name: '张伟', idNumber: WEI, dwellingCode: 'D1' }), dwelling(3, '张伟')]);
    await link(database);
    expect(await pointed(3, '房主姓名')).toBe(1);
    await putRecords(database, [floating(2, { name: '张伟', idNumber: OTHER, dwellingCode: 'D1' })]);
    expect(await link(database)).toMatchObject({ full: false });
    expect(await pointed(3, '房主姓名')).toBe(null);
  });
});

describe('a head or guardian', () => {
  it('is found in the registered household of the child, and is never the child', async () => {
    await putRecords(database, [
      police(1, { name: '李秀英', idNumber: YING, householdNumber: 'H1', relation: '02' }),
      police(2, { name: '李小华', idNumber: HUA, householdNumber: 'H1', relation: '20' }),
      benefit(3, { name: '李小华', idNumber: HUA, headName: '李秀英', relation: '20', guardianName: '李秀英' }),
      benefit(4, { name: '李小华', idNumber: HUA, guardianName: '李小华' }),
    ]);
    await link(database);
    expect(await pointed(3, '户主姓名')).toBe(1);
    expect(await pointed(3, '监护人')).toBe(1);
    expect(await pointed(4, '监护人')).toBe(null);
  });

  it('may be the person of the record where that one is the head', async () => {
    await putRecords(database, [
      police(1, { name: '李秀英', idNumber: YING, householdNumber: 'H1', relation: '02' }),
      benefit(2, { name: '李秀英', idNumber: YING, headName: '李秀英', relation: '02' }),
    ]);
    await link(database);
    expect(await pointed(2, '户主姓名')).toBe(1);
  });
});

describe('a contact', () => {
  const two = [
    police(1, { name: '张伟', idNumber: WEI, phone: '14200000001' }, { village: ELSEWHERE }),
    police(2, { name: '张伟', idNumber: OTHER, phone: '14200000002' }),
  ];

  it('is told from a namesake by the telephone', async () => {
    await putRecords(database, [...two, place(3, { contactName: '张伟', contactPhone: '14200000001' })]);
    await link(database);
    expect(await pointed(3, 'contactName')).toBe(1);
  });

  it('is nobody of another name who has the telephone', async () => {
    await putRecords(database, [...two, place(3, { contactName: '王小丽', contactPhone: '14200000001' })]);
    await link(database);
    expect(await pointed(3, 'contactName')).toBe(null);
  });

  it('is nobody where two of the village are called so', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      police(2, { name: '张伟', idNumber: OTHER }),
      place(3, { contactName: '张伟' }),
    ]);
    await link(database);
    expect(await pointed(3, 'contactName')).toBe(null);
  });
});

it('points a member’s list of households, name by name, and joins nobody by it', async () => {
  await putRecords(database, [
    police(1, { name: '欧阳建国', idNumber: WEI }),
    {
      id: 2,
      dataset: 'party-building/members',
      stated: { name: '张红', organisationCode: 'O1', contactHouseholds: ['赵六一', '欧阳建国'] },
    },
  ]);
  await link(database);
  expect(await pointed(2, '联系户/0')).toBe(null);
  expect(await pointed(2, '联系户/1')).toBe(1);
  const links = await linksOf(database);
  expect(links.get(2)!.person).not.toBe(links.get(1)!.person);
});
