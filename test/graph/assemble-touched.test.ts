import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/connect.js';
import { assembleTouched } from '../../src/graph/assemble-touched.js';
import { linkTouched } from '../../src/link/link-touched.js';
import { cloneDatabase } from '../database/clone.js';
import {
  COUNTY,
  DATASETS,
  forget,
  idNumber,
  linksOf,
  putRecords,
  VILLAGE,
  type TestRecord,
} from '../link/county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await forget(database);
  await database.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, stated_on, state) values
       ($1, 1, 'civil-affairs', 'civil-affairs/benefits', 'x', '', 0, 'xlsx', 'binary', 'full', '2026-09-01', 'taken')`,
    [COUNTY],
  );
});

const WEI = idNumber('19900312', 17);
const who = { name: '张伟', idNumber: WEI };
const dead: TestRecord = { id: 1, dataset: 'civil-affairs/funerals', stated: { ...who, deathDate: '2026-05-01' } };
const door = (id: number, collectedAt: string): TestRecord => ({
  id,
  dataset: 'governance/residents',
  stated: { ...who, collectedAt },
});
const benefit = (id: number, programme: string, village: string): TestRecord => ({
  id,
  dataset: 'civil-affairs/benefits',
  village,
  stated: { ...who, programme },
});
const registered = (id: number, householdNumber: string, householdStatus = '正常'): TestRecord => ({
  id,
  dataset: 'police/residents',
  stated: { ...who, householdNumber, householdStatus },
});

async function night(records: readonly TestRecord[]) {
  await putRecords(database, records);
  await linkTouched(database, COUNTY, DATASETS);
  return await assembleTouched(database, COUNTY, DATASETS);
}

async function open(): Promise<readonly { code: string; record: number; other_record: number }[]> {
  return await database.query(
    'select code, record, other_record from finding where closed_at is null and other_record is not null order by code, record',
  );
}

it('finds a person deceased in one register and met alive later by another', async () => {
  await night([
    dead,
    door(2, '2026-08-01T10:00:00+08:00'),
    door(3, '2026-04-30T10:00:00+08:00'),
    registered(4, 'H1'),
    registered(5, 'H1', '死亡'),
  ]);
  expect(await open()).toEqual([
    { code: 'DECEASED_AND_LIVING', record: 2, other_record: 1 },
    { code: 'DECEASED_AND_LIVING', record: 4, other_record: 1 },
  ]);
  const [finding] = await database.query('select village, register, person, closed_at from finding where record = 2');
  expect(finding).toEqual({
    village: VILLAGE,
    register: 'governance',
    person: (await linksOf(database)).get(1)!.person,
    closed_at: null,
  });
});

it('leaves the office a month to strike a benefit after a death', async () => {
  await night([dead, benefit(2, '高龄津贴', VILLAGE)]);
  expect(await open()).toMatchObject([{ code: 'DECEASED_AND_LIVING', record: 2 }]);
  await database.query(`update delivery set stated_on = '2026-05-15'`);
  await night([benefit(2, '高龄津贴', VILLAGE)]);
  expect(await open()).toEqual([]);
});

it('finds one benefit drawn in two villages, and no fault in two benefits', async () => {
  await night([
    benefit(1, '城乡低保', VILLAGE),
    benefit(2, '城乡低保', '530502001003'),
    benefit(3, '高龄津贴', '530502001004'),
  ]);
  expect(await open()).toEqual([{ code: 'BENEFIT_TWICE', record: 2, other_record: 1 }]);
});

it('finds one number in two households, unless one of them is over', async () => {
  await night([registered(1, 'H1'), registered(2, 'H2'), registered(3, 'H3', '迁出')]);
  expect(await open()).toEqual([{ code: 'REGISTERED_TWICE', record: 2, other_record: 1 }]);
});

it('closes what no longer contradicts, opens nothing twice, and looks only at who was touched', async () => {
  const other = {
    ...registered(9, 'H9'),
    stated: { name: '李四', idNumber: idNumber('19650601', 19), householdNumber: 'H9' },
  };
  expect(await night([registered(1, 'H1'), registered(2, 'H2'), other])).toMatchObject({
    opened: 1,
    closed: 0,
    byCode: { REGISTERED_TWICE: 1 },
  });
  expect(await night([registered(1, 'H1')])).toMatchObject({ persons: 1, opened: 0, closed: 0 });
  expect(await night([registered(2, 'H2', '迁出')])).toMatchObject({ opened: 0, closed: 1 });
  expect(await open()).toEqual([]);
  expect(await night([])).toMatchObject({ persons: 0, opened: 0, closed: 0 });
});

it('closes a contradiction when the linkage takes one of its records away', async () => {
  await night([registered(1, 'H1'), registered(2, 'H2')]);
  await night([
    {
      ...registered(2, 'H2'),
      stated: { name: '李四', idNumber: idNumber('19650601', 19), householdNumber: 'H2', householdStatus: '正常' },
    },
  ]);
  expect(await open()).toEqual([]);
});

it('shows relations with their evidence and dates, and only to who may see it', async () => {
  await night([
    registered(1, 'H1'),
    { id: 2, dataset: 'governance/grids', stated: { gridCode: `${VILLAGE}001` }, grid: `${VILLAGE}001` },
    {
      id: 3,
      dataset: 'governance/staff',
      stated: { ...who, role: '网格长', since: '2024-03-01', until: '2026-03-01' },
      grid: `${VILLAGE}001`,
    },
    { id: 4, dataset: 'party-building/organisations', stated: { organisationCode: 'O1' } },
    { id: 5, dataset: 'party-building/members', stated: { ...who, organisationCode: 'O1' } },
  ]);
  const api = openDatabase(database.apiUrl, 1);
  const asViewer = async (registers: string) =>
    await api.transaction(async (client) => {
      await client.query('set local role hub_county');
      await client.query(
        `select set_config('hub.counties', $1, true), set_config('hub.county', $1, true), set_config('hub.registers', $2, true)`,
        [COUNTY, registers],
      );
      return (await client.query('select kind, record, since, until from relation order by kind, record')).rows;
    });
  expect(await asViewer('police,governance,party-building')).toEqual([
    { kind: 'belongs_to_organisation', record: 5, since: null, until: null },
    { kind: 'member_of', record: 1, since: null, until: null },
    { kind: 'staff_of_grid', record: 3, since: '2024-03-01', until: '2026-03-01' },
  ]);
  expect(await asViewer('police')).toEqual([{ kind: 'member_of', record: 1, since: null, until: null }]);
  await api.close();
});

it('finds a generation between dates of birth, and two sexes, in one person', async () => {
  const says = (id: number, birthDate: string, sex: string) => ({
    ...registered(id, 'H1'),
    stated: { ...who, householdNumber: 'H1', birthDate, sex },
  });
  await night([says(1, '1990-03-12', '1'), says(2, '1975-03-13', '1'), says(3, '1990-03-12', '1')]);
  expect(await open()).toEqual([]);
  await night([says(2, '1975-03-12', '1'), says(3, '1990-03-12', '2')]);
  expect(await open()).toEqual([
    { code: 'BIRTH_DATES_APART', record: 1, other_record: 2 },
    { code: 'SEXES_DIFFER', record: 3, other_record: 1 },
  ]);
  await night([says(2, '1990-03-12', '1'), says(3, '1990-03-12', '1')]);
  expect(await open()).toEqual([]);
});

it('finds two people of one register, or two numbers, in one person, until somebody decides that they are one', async () => {
  const other = { name: '张伟', idNumber: idNumber('19900312', 19), householdNumber: 'H2', householdStatus: '正常' };
  await night([registered(1, 'H1'), { ...registered(2, 'H2'), stated: other }]);
  expect(await open()).toEqual([]);
  const join = async () => {
    await database.query('update link set person = (select person from link where record = 1) where record = 2');
    await database.query(`insert into touched_entity select county, 'person', person from link where record = 1`);
    const datasets = DATASETS.map((each) =>
      Object.assign({}, each, { duplicates: each.name === 'police/residents' ? 'none' : 'rare' }),
    );
    await assembleTouched(database, COUNTY, datasets as typeof DATASETS);
    return (await open()).map(({ code, record, other_record }) => [code, record, other_record]);
  };
  expect(await join()).toEqual([
    ['REGISTERED_TWICE', 2, 1],
    ['REGISTER_REPEATS', 2, 1],
    ['TWO_ID_NUMBERS', 2, 1],
  ]);
  await database.query(`update link set person_reason = 'NUMBER_SET_ASIDE' where record = 2`);
  expect(await join()).toEqual([
    ['REGISTERED_TWICE', 2, 1],
    ['REGISTER_REPEATS', 2, 1],
  ]);
  await database.query(
    `insert into decision (county, kind, one_record, other_record, verdict, reason, decided_by, origin, state)
     values ($1, 'person', 1, 2, 'same', 'number changed', 'officer', 'command', 'effective')`,
    [COUNTY],
  );
  expect(await join()).toEqual([['REGISTERED_TWICE', 2, 1]]);
  await database.query('truncate decision');
});
