import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(() => forget(database));

const police = (id: number, stated: object, more: Partial<TestRecord> = {}): TestRecord => ({
  id,
  dataset: 'police/residents',
  stated: { ...stated },
  ...more,
});
const door = (id: number, stated: object, more: Partial<TestRecord> = {}): TestRecord => ({
  id,
  dataset: 'governance/residents',
  stated: { ...stated },
  ...more,
});
const WEI = idNumber('19900312', 17);
const MOTHER = idNumber('19650601', 28);

async function conflicts(): Promise<readonly { record: number; other_record: number; closed: boolean }[]> {
  return await database.query(
    `select record, other_record, closed_at is not null as closed from finding where code = 'ID_NUMBER_SHARED' order by record, id`,
  );
}

describe('persons', () => {
  it('joins rows of one valid number whose names are one once folded', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      door(2, { name: '張 偉', idNumber: WEI }),
      door(3, { name: '张玮', idNumber: WEI }),
      door(4, { name: '张某', idNumber: WEI }),
      door(5, { name: '张伟' }),
    ]);
    const report = await link(database);
    const links = await linksOf(database);
    expect([2, 3, 4].map((id) => links.get(id)!.person)).toEqual(Array(3).fill(links.get(1)!.person));
    expect(links.get(1)!.person_reason).toBe('ID_NUMBER_AND_NAME');
    expect(links.get(5)!.person).not.toBe(links.get(1)!.person);
    expect(links.get(5)!.person_reason).toBe('ALONE');
    expect(report).toMatchObject({ full: true, recordsRead: 5, conflicts: 0, entities: { person: 2 } });
  });

  it('takes 张伟媳妇 for no name: she is found by her own number and date, and never by his', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      door(2, { name: '张伟媳妇', idNumber: WEI }),
      police(3, { name: '李秀英', idNumber: MOTHER }),
      door(4, { name: '张伟媳妇', idNumber: MOTHER, birthDate: '1965-06-01' }),
    ]);
    const report = await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.person).not.toBe(links.get(1)!.person);
    expect(links.get(4)!.person).toBe(links.get(3)!.person);
    expect(links.get(4)!.person_reason).toBe('ID_NUMBER_AND_BIRTH_DATE');
    expect(report.conflicts).toBe(0);
  });

  it('holds a mother’s number on the child’s row for a conflict', async () => {
    await putRecords(database, [
      police(1, { name: '李秀英', idNumber: MOTHER }),
      door(2, { name: '张伟', idNumber: MOTHER }),
      door(3, { name: '张秀', idNumber: MOTHER, birthDate: '1990-03-12' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(new Set([1, 2, 3].map((id) => links.get(id)!.person)).size).toBe(3);
    expect(await conflicts()).toEqual([
      { record: 2, other_record: 1, closed: false },
      { record: 3, other_record: 1, closed: false },
    ]);
    await putRecords(database, [door(2, { name: '李秀英', idNumber: MOTHER })]);
    await link(database);
    expect((await conflicts())[0]).toMatchObject({ record: 2, closed: true });
  });

  it('never takes a twin for the other, and asks a person where all but the name agrees', async () => {
    const home = { address: 'x', addressElements: { group: '3', number: '5' }, phone: '13800000001' };
    await putRecords(database, [
      police(1, { name: '许辰思', idNumber: WEI, birthDate: '1990-03-12', ...home }),
      door(2, { name: '许辰浩', birthDate: '1990-03-12', ...home }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.building).toBe(links.get(1)!.building);
    expect(links.get(2)!.person).not.toBe(links.get(1)!.person);
    expect(
      await database.query(
        'select one_record, other_record from review_pair where closed_at is null and one_record = 1',
      ),
    ).toEqual([{ one_record: 1, other_record: 2 }]);
  });

  it('keeps brothers and twins apart when one carries the other’s number', async () => {
    await putRecords(database, [
      police(1, { name: '李明华', idNumber: WEI }),
      door(2, { name: '李明强', idNumber: WEI }),
      police(3, { name: '李明强', idNumber: idNumber('19900312', 35) }),
      door(4, { name: '李强', idNumber: WEI, birthDate: '1990-03-12' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    // Whoever else the others are: the brother whose number it is they are not.
    for (const id of [2, 3, 4]) expect(links.get(id)!.person).not.toBe(links.get(1)!.person);
  });

  it('lets a stated date of birth speak for a name with another character, and never for a wholly different one', async () => {
    await putRecords(database, [
      police(1, { name: '李明华', idNumber: WEI }),
      door(2, { name: '李明毕', idNumber: WEI, birthDate: '1990-03-12', sex: '1' }),
      door(3, { name: '李建国', idNumber: WEI, birthDate: '1990-03-12' }),
      door(4, { name: '李明毕', idNumber: WEI, birthDate: '1990-03-12', sex: '2' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)).toMatchObject({ person: links.get(1)!.person, person_reason: 'ID_NUMBER_AND_BIRTH_DATE' });
    expect(links.get(3)!.person).not.toBe(links.get(1)!.person);
    expect(links.get(4)!.person).not.toBe(links.get(1)!.person);
  });

  it('knows a former name, and takes the police’s name for the measure', async () => {
    await putRecords(database, [
      police(1, { name: '王建军', formerName: '王狗蛋', idNumber: WEI }),
      door(2, { name: '王狗蛋', idNumber: WEI }),
      door(3, { name: '赵六', idNumber: WEI }),
      { id: 4, dataset: 'party-building/members', stated: { name: '赵六', idNumber: WEI } },
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.person).toBe(links.get(1)!.person);
    expect(links.get(3)!.person).not.toBe(links.get(1)!.person);
    expect(links.get(4)!.person).not.toBe(links.get(3)!.person);
  });

  it('points a mention to the person of its number and lets it join nobody', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      {
        id: 2,
        dataset: 'police/dwellings',
        stated: { dwellingCode: 'D1', buildingCode: 'B1', ownerName: '张伟', ownerIdNumber: WEI },
      },
      {
        id: 3,
        dataset: 'governance/events',
        stated: {
          id: 'e1',
          people: [
            { name: '李四', idNumber: WEI },
            { name: '张伟', idNumber: WEI },
          ],
        },
      },
    ]);
    await link(database);
    const person = (await linksOf(database)).get(1)!.person;
    const mentions = () => database.query('select record, pointer, person from mention order by record, pointer');
    expect(await mentions()).toEqual([
      { record: 2, pointer: '房主姓名', person },
      { record: 3, pointer: 'people/0', person: null },
      { record: 3, pointer: 'people/1', person },
    ]);
    await putRecords(database, [police(1, { name: '陈七', idNumber: WEI })]);
    await link(database);
    expect((await mentions()).map((mention) => mention['person'])).toEqual([null, null, null]);
  });
});

describe('identity', () => {
  it('keeps ids when a record changes, and says that nothing is new when nothing is', async () => {
    await putRecords(database, [police(1, { name: '张伟', idNumber: WEI }), door(2, { name: '张伟', idNumber: WEI })]);
    await link(database);
    const before = await linksOf(database);
    await putRecords(database, [door(2, { name: '张玮', idNumber: WEI })]);
    expect(await link(database)).toMatchObject({ full: false, touched: 1, added: 0 });
    for (const [id, row] of await linksOf(database))
      expect({ ...row, evidence: before.get(id)!.evidence }).toEqual(before.get(id));
    expect(await link(database)).toMatchObject({ touched: 0, recordsRead: 0 });
  });

  it('leaves a redirect after a merge, one step long however often it moves on', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      door(2, { name: '张伟' }),
      door(3, { name: '张伟' }),
    ]);
    await link(database);
    const before = await linksOf(database);
    await putRecords(database, [door(2, { name: '张伟', idNumber: WEI })]);
    expect(await link(database)).toMatchObject({ merged: 1, added: 0 });
    const person = before.get(1)!.person;
    expect((await linksOf(database)).get(2)!.person).toBe(person);
    expect(
      await database.query('select status, merged_into from entity where id = $1', [before.get(2)!.person]),
    ).toEqual([{ status: 'merged', merged_into: person }]);
  });

  it('gives the part with the police record the id after a split', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      door(2, { name: '张伟', idNumber: WEI }),
      door(3, { name: '张伟', idNumber: WEI }),
    ]);
    await link(database);
    const before = await linksOf(database);
    await putRecords(database, [police(1, { name: '张伟', idNumber: MOTHER })]);
    expect(await link(database)).toMatchObject({ split: 1, added: 1 });
    const after = await linksOf(database);
    expect(after.get(1)!.person).toBe(before.get(1)!.person);
    expect(after.get(2)!.person).not.toBe(before.get(1)!.person);
    expect(after.get(3)!.person).toBe(after.get(2)!.person);
  });

  it('retires a person of whom no current record speaks, and revives it', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      police(9, { name: '赵云', idNumber: MOTHER }),
    ]);
    await link(database);
    const person = (await linksOf(database)).get(1)!.person;
    const status = async () =>
      (await database.query<{ status: string }>('select status from entity where id = $1', [person]))[0]!.status;
    await putRecords(database, [police(1, { name: '张伟', idNumber: WEI }, { status: 'retired' })]);
    await link(database);
    expect(await status()).toBe('retired');
    await putRecords(database, [door(2, { name: '张伟', idNumber: WEI })]);
    await link(database);
    expect(await status()).toBe('active');
    expect((await linksOf(database)).get(2)!.person).toBe(person);
  });

  it('notes which entities a night touched', async () => {
    await putRecords(database, [
      police(1, { name: '张伟', idNumber: WEI }),
      police(2, { name: '赵云', idNumber: MOTHER }),
    ]);
    await link(database);
    const touched = () =>
      database.query('select kind, entity from touched_entity where county = $1 and kind = $2', [COUNTY, 'person']);
    expect(await touched()).toEqual([{ kind: 'person', entity: 0 }]);
    await database.query('truncate touched_entity');
    await putRecords(database, [police(1, { name: '张伟', idNumber: WEI, phone: '1' })]);
    await link(database);
    expect(await touched()).toEqual([{ kind: 'person', entity: (await linksOf(database)).get(1)!.person }]);
  });

  it('reads everything anew where most of it was touched, and keeps every id', async () => {
    await database.query(
      `insert into record (county, id, register, dataset, township, village, status, delivery, valid_from, tie, key, occurrence, hash, name, stated)
       select $1, n, 'police', 'police/residents', '530502001', '530502001002', 'current', 1, now(), 'registered', gen_random_uuid(), 1, 1, '张伟',
         jsonb_build_object('name', '张伟', 'householdNumber', 'H' || n / 3)
       from generate_series(1, 1500) n`,
      [COUNTY],
    );
    await link(database);
    const before = await linksOf(database);
    await database.query('insert into touched_record select county, id from record');
    expect(await link(database)).toMatchObject({ full: true, touched: 1500, added: 0, merged: 0, split: 0 });
    expect(await linksOf(database)).toEqual(before);
  });

  it('leaves last night’s links when the run is stopped', async () => {
    await putRecords(database, [police(1, { name: '张伟', idNumber: WEI })]);
    await database.query(`alter table finding rename to finding_away`);
    await expect(link(database)).rejects.toThrow();
    await database.query(`alter table finding_away rename to finding`);
    expect((await linksOf(database)).size).toBe(0);
    await link(database);
    expect((await linksOf(database)).size).toBe(1);
  });
});

describe('homes', () => {
  const estate = { estate: '兰城小区', building: '3' };
  const flat = { addressElements: { ...estate, unit: '1', room: '302' } };

  it('joins a police building and the grid office’s where one address means both', async () => {
    await putRecords(database, [
      {
        id: 1,
        dataset: 'police/dwellings',
        stated: { dwellingCode: 'D302', buildingCode: 'P3', unit: '1', room: '302', addressElements: estate },
      },
      { id: 2, dataset: 'governance/buildings', stated: { id: 'g3', buildingCode: 'GC-3', addressElements: estate } },
      door(3, { name: '甲', buildingId: 'g3', room: '302' }),
      door(4, { name: '乙', buildingId: 'GC-3', room: '1-302' }),
      { id: 5, dataset: 'police/floating', stated: { name: '丙', dwellingCode: 'D302' } },
      police(6, { name: '丁', householdNumber: 'H1', ...flat }),
      { id: 7, dataset: 'civil-affairs/benefits', stated: { name: '戊', addressElements: { estate: '兰城小区' } } },
    ]);
    await link(database);
    const links = await linksOf(database);
    expect([2, 3, 4, 5, 6].map((id) => links.get(id)!.building)).toEqual(Array(5).fill(links.get(1)!.building));
    expect([3, 4, 5, 6].map((id) => links.get(id)!.dwelling)).toEqual(Array(4).fill(links.get(1)!.dwelling));
    expect(links.get(7)!.building).toBeNull();
    expect(links.get(6)!.building_reason).toBe('ADDRESS');
    expect(links.get(3)!.building_reason).toBe('CODE');
  });

  it('does not let one wrongly written address join two buildings', async () => {
    const row = (id: number, code: string, building: string): TestRecord => ({
      id,
      dataset: 'police/dwellings',
      stated: {
        dwellingCode: `D${id}`,
        buildingCode: code,
        room: String(id),
        addressElements: { estate: '兰城小区', building },
      },
    });
    await putRecords(database, [
      row(1, 'P3', '3'),
      row(2, 'P3', '3'),
      row(3, 'P3', '4'),
      row(4, 'P4', '4'),
      row(5, 'P4', '4'),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(3)!.building).toBe(links.get(1)!.building);
    expect(links.get(4)!.building).not.toBe(links.get(1)!.building);
  });

  it('fills in a unit only where the room is in one unit', async () => {
    const home = (id: number, unit: string | undefined): TestRecord => ({
      id,
      dataset: 'police/dwellings',
      stated: { dwellingCode: `D${id}`, buildingCode: 'P3', unit, room: '302', addressElements: estate },
    });
    await putRecords(database, [home(1, '1'), police(3, { name: '丁', addressElements: { ...estate, room: '302' } })]);
    await link(database);
    let links = await linksOf(database);
    expect(links.get(3)!.dwelling).toBe(links.get(1)!.dwelling);
    await putRecords(database, [home(2, '2')]);
    await link(database);
    links = await linksOf(database);
    expect(links.get(3)!.dwelling).toBeNull();
    expect(links.get(2)!.dwelling).not.toBe(links.get(1)!.dwelling);
  });

  it('tells two heads in one dwelling apart, and joins one head across registers', async () => {
    await putRecords(database, [
      door(1, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...flat }),
      door(2, { name: '张小妹', headName: '张伟', relation: '30', ...flat }),
      door(3, { name: '陈七', headName: '陈七', relation: '02', ...flat }),
      { id: 4, dataset: 'civil-affairs/benefits', stated: { name: '张小妹', headName: '张伟', headIdNumber: WEI } },
      { id: 5, dataset: 'civil-affairs/benefits', stated: { name: '王九', headName: '王八', headIdNumber: WEI } },
      door(6, { name: '张伟', idNumber: WEI, headName: '张伟', relation: '02', ...flat }, { tie: 'registered' }),
      police(7, { name: '张伟', idNumber: WEI, householdNumber: 'H1', relation: '02' }),
      police(8, { name: '李秀英', idNumber: MOTHER, householdNumber: 'H1' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    const household = links.get(1)!.household;
    expect(links.get(2)!.household).toBe(household);
    expect(links.get(4)).toMatchObject({ household, household_reason: 'OWN_RECORDS' });
    expect(links.get(3)!.household).not.toBe(household);
    expect(links.get(5)!.household).toBeNull();
    expect(links.get(6)!.household).toBeNull();
    expect(links.get(8)!.household).toBe(links.get(7)!.household);
    expect(links.get(7)).toMatchObject({ household_reason: 'HOUSEHOLD_NUMBER' });
    expect(links.get(7)!.household).not.toBe(household);
  });

  it('gives organisations, grids, places and events their entities', async () => {
    await putRecords(database, [
      {
        id: 1,
        dataset: 'party-building/organisations',
        stated: { organisationCode: '053001', organisationName: '第一支部' },
      },
      { id: 2, dataset: 'party-building/members', stated: { name: '张伟', organisationCode: '053001' } },
      {
        id: 3,
        dataset: 'governance/grids',
        stated: { id: 'n1', gridCode: '530502001002001' },
        grid: '530502001002001',
      },
      { id: 4, dataset: 'governance/places', stated: { id: 'p1' }, grid: '530502001002001' },
      { id: 5, dataset: 'governance/events', stated: { id: 'e1' } },
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.organisation).toBe(links.get(1)!.organisation);
    expect(links.get(3)!.grid_entity).not.toBeNull();
    expect(links.get(4)).toMatchObject({ grid_entity: null, place: expect.any(Number) });
    expect(links.get(5)!.event).not.toBeNull();
  });
});
