import type { GrantTerms } from '../../src/authorize/index.js';
import type { Database } from '../../src/database/connect.js';
import { FIELD_CLASSES } from '../../src/model/field.js';
import type { Value } from '../../src/model/record.js';

export const COUNTY = '530502';
export const [EAST, WEST] = ['530502001', '530502002'] as const;
export const [EAST_1, EAST_2, WEST_1] = ['530502001001', '530502001002', '530502002001'] as const;
export const GRID = '530502001001001';
export const ALL_REGISTERS = ['police', 'civil-affairs', 'party-building', 'governance'];

/** All that a grant may give, to whom it is not said otherwise. */
export const EVERYTHING: Omit<GrantTerms, 'client' | 'purpose' | 'validUntil'> = {
  divisions: [COUNTY],
  registers: ALL_REGISTERS,
  fields: FIELD_CLASSES,
  ties: ['resident', 'registered'],
  records: true,
  may: [],
  reveals: 0,
  sharing: 'unconditional',
  condition: null,
  validFrom: null,
};

/** Entities, by what they are here. */
export const ID = {
  zhang: 1001,
  li: 1002,
  child: 1003,
  second: 1004,
  western: 1005,
  merged: 1099,
  household: 2001,
  westHousehold: 2002,
  dwelling: 3001,
  building: 4001,
  organisation: 5001,
  above: 5002,
  place: 6001,
  event: 7001,
  grid: 8001,
} as const;

/** Two townships, three villages, five people; enough to be told apart by who looks. All of it made up; area prefix 99. */
export async function fillSmallCounty(database: Database): Promise<void> {
  await database.query(
    `insert into division (code, name, kind, parent, county, township, level)
     select code, name, kind, parent, '${COUNTY}', case when length(code) > 6 then left(code, 9) end, level
     from (values ('${COUNTY}', '隆阳区', '市辖区', null, 1), ('${EAST}', '东街道', '街道', '${COUNTY}', 2), ('${WEST}', '西乡', '乡', '${COUNTY}', 2),
       ('${EAST_1}', '一社区', '居委会', '${EAST}', 3), ('${EAST_2}', '二村', '村委会', '${EAST}', 3), ('${WEST_1}', '西村', '村委会', '${WEST}', 3)
     ) as d (code, name, kind, parent, level)`,
  );
  const deliveries = [
    [
      1,
      'police',
      'police/residents',
      'police/常住人口_全量_20260930.csv',
      'csv',
      'full',
      '2026-09-30',
      { name: '姓名', idNumber: '公民身份号码', phone: 'LXDH', sex: '性别', address: '户籍地址' },
    ],
    [
      2,
      'governance',
      'governance/residents',
      'governance/residents_20260929.ndjson',
      'ndjson',
      'delta',
      '2026-09-29',
      { name: 'name', phone: 'phone' },
    ],
    [
      3,
      'civil-affairs',
      'civil-affairs/benefits',
      'civil-affairs/民政保障对象_202609.xlsx',
      'xlsx',
      'full',
      '2026-09-01',
      { name: '姓名', monthlyAmount: '保障金额(元/月)' },
    ],
    [
      4,
      'party-building',
      'party-building/members',
      'party-building/党员花名册_202609.xls',
      'xls',
      'full',
      '2026-09-01',
      { name: '姓名', education: '学历' },
    ],
    [
      5,
      'governance',
      'governance/grids',
      'governance/grids_20260929.ndjson',
      'ndjson',
      'delta',
      '2026-09-29',
      { gridName: 'name' },
    ],
    [
      6,
      'police',
      'police/dwellings',
      'police/实有房屋_全量_20260930.csv',
      'csv',
      'full',
      '2026-09-30',
      { address: '标准地址' },
    ],
    [
      7,
      'police',
      'police/residents',
      'police/常住人口_全量_20260801.csv',
      'csv',
      'full',
      '2026-08-01',
      { name: 'XM', phone: '联系电话' },
    ],
  ] as const;
  for (const [id, register, dataset, file, format, coverage, statedOn, columns] of deliveries) {
    await database.query(
      `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, stated_on, state, columns)
       values ($1, $2, $3, $4, $5, repeat('a', 64), 1000, $6, 'utf-8', $7, $8, 'taken', $9)`,
      [COUNTY, id, register, dataset, file, format, coverage, statedOn, JSON.stringify(columns)],
    );
    await database.query(`insert into delivery_count values ($1, $2, 10, 10, 0, 0, 0, 0, 1)`, [COUNTY, id]);
  }

  const home = { household: ID.household, dwelling: ID.dwelling, building: ID.building };
  const registered = {
    register: 'police',
    dataset: 'police/residents',
    delivery: 1,
    village: EAST_1,
    tie: 'registered',
    ...home,
  };
  const visited = {
    register: 'governance',
    dataset: 'governance/residents',
    delivery: 2,
    village: EAST_1,
    grid: GRID,
    tie: 'resident',
    grid_entity: ID.grid,
    dwelling: ID.dwelling,
    building: ID.building,
  };
  await addRecord(database, 11, {
    ...registered,
    row: 12,
    person: ID.zhang,
    person_reason: 'ID_NUMBER_AND_NAME',
    raw: { sex: '男' },
    validFrom: '2026-09-30T20:00:00+08:00',
    stated: {
      name: '张三',
      idNumber: '990000199001010017',
      sex: '1',
      birthDate: '1990-01-01',
      phone: '13800000001',
      householdNumber: '530502000001',
      relation: '02',
      householdStatus: '正常',
      address: '一社区1组1号',
      maritalStatus: '20',
    },
  });
  await addRecord(database, 12, {
    ...registered,
    row: 13,
    person: ID.li,
    person_reason: 'ALONE',
    stated: {
      name: '李四',
      idNumber: '990000199202020024',
      sex: '2',
      phone: '13800000002',
      householdNumber: '530502000001',
      relation: '10',
      householdStatus: '正常',
    },
  });
  await addRecord(database, 13, {
    ...registered,
    row: 14,
    person: ID.child,
    person_reason: 'ALONE',
    stated: { name: '张小', householdNumber: '530502000001', relation: '20', householdStatus: '正常' },
  });
  // Only the governance register knows this telephone, and that Zhang goes by another writing of the name.
  await addRecord(database, 14, {
    ...visited,
    item: 'r1',
    person: ID.zhang,
    person_reason: 'ID_NUMBER_AND_NAME',
    stated: {
      name: '张叁',
      phone: '13900000009',
      idNumber: '990000199001010017',
      collectedAt: '2026-10-15T09:00:00+08:00',
      address: '1组1号',
    },
  });
  await addRecord(database, 15, {
    register: 'civil-affairs',
    dataset: 'civil-affairs/benefits',
    delivery: 3,
    sheet: '城乡低保',
    row: 57,
    village: EAST_1,
    tie: 'resident',
    person: ID.zhang,
    person_reason: 'ID_NUMBER_AND_NAME',
    dwelling: ID.dwelling,
    building: ID.building,
    stated: {
      name: '张三',
      programme: '城乡低保',
      benefitCategory: '一般困难户',
      monthlyAmount: 480,
      benefitSince: '2021-03',
    },
  });
  await addRecord(database, 16, {
    register: 'party-building',
    dataset: 'party-building/members',
    delivery: 4,
    sheet: 'Sheet1',
    row: 5,
    village: EAST_1,
    person: ID.zhang,
    person_reason: 'ID_NUMBER_AND_NAME',
    organisation: ID.organisation,
    stated: {
      name: '张三',
      education: '21',
      organisationName: '一社区党支部',
      organisationCode: 'D001',
      memberStatus: '正式党员',
      joinedOn: '2015-07-01',
    },
  });
  await addRecord(database, 17, {
    register: 'party-building',
    dataset: 'party-building/organisations',
    delivery: 4,
    sheet: 'Sheet1',
    row: 3,
    village: EAST_1,
    organisation: ID.organisation,
    stated: {
      organisationCode: 'D001',
      organisationName: '一社区党支部',
      organisationKind: '党支部',
      parentCode: 'D000',
    },
  });
  await addRecord(database, 18, {
    register: 'party-building',
    dataset: 'party-building/organisations',
    delivery: 4,
    sheet: 'Sheet1',
    row: 4,
    township: EAST,
    organisation: ID.above,
    stated: { organisationCode: 'D000', organisationName: '东街道党委', organisationKind: '党委' },
  });
  await addRecord(database, 21, {
    register: 'governance',
    dataset: 'governance/grids',
    delivery: 5,
    item: 'g1',
    village: EAST_1,
    grid: GRID,
    grid_entity: ID.grid,
    stated: {
      gridCode: GRID,
      gridName: '一社区第一网格',
      gridKind: '基础网格',
      level: 5,
      boundary: {
        type: 'Polygon',
        coordinates: [
          [
            [99, 25],
            [99.1, 25],
            [99.1, 25.1],
            [99, 25],
          ],
        ],
      },
    },
  });
  await addRecord(database, 22, {
    register: 'governance',
    dataset: 'governance/staff',
    delivery: 2,
    item: 's1',
    village: EAST_1,
    grid: GRID,
    grid_entity: ID.grid,
    person: ID.li,
    person_reason: 'ID_NUMBER_AND_NAME',
    stated: { name: '李四', role: '网格长', since: '2024-01-01' },
  });
  await addRecord(database, 23, {
    register: 'governance',
    dataset: 'governance/buildings',
    delivery: 2,
    item: 'b1',
    village: EAST_1,
    grid: GRID,
    grid_entity: ID.grid,
    building: ID.building,
    stated: { buildingCode: 'B-1', buildingName: '一号楼', units: 2, floors: 6, longitude: 99.16, latitude: 25.12 },
  });
  await addRecord(database, 24, {
    register: 'police',
    dataset: 'police/dwellings',
    delivery: 6,
    row: 2,
    village: EAST_1,
    dwelling: ID.dwelling,
    building: ID.building,
    dwelling_reason: 'CODE',
    stated: {
      dwellingCode: 'F001',
      address: '一社区1组1号',
      dwellingKind: '自建房',
      ownerName: '李四',
      longitude: 99.161,
      latitude: 25.121,
    },
  });
  await addRecord(database, 25, {
    register: 'governance',
    dataset: 'governance/places',
    delivery: 2,
    item: 'p1',
    village: EAST_1,
    grid: GRID,
    grid_entity: ID.grid,
    place: ID.place,
    stated: { placeName: '小学', placeKind: '学校' },
  });
  await addRecord(database, 26, {
    register: 'governance',
    dataset: 'governance/events',
    delivery: 2,
    item: 'e1',
    village: EAST_1,
    grid: GRID,
    grid_entity: ID.grid,
    event: ID.event,
    stated: {
      title: '路灯不亮',
      category: '设施',
      status: '已办结',
      people: [{ name: '李四' }],
      steps: [{ action: '上报', actor: '李四', at: '2026-09-01T10:00:00+08:00' }],
    },
  });
  // Another village of the same township, and another township: where Zhang's household has a member as well.
  await addRecord(database, 31, {
    ...registered,
    village: EAST_2,
    row: 40,
    household: null,
    dwelling: null,
    building: null,
    person: ID.second,
    person_reason: 'ALONE',
    stated: { name: '王五', phone: '13800000005', idNumber: '990000198001010035' },
  });
  await addRecord(database, 32, {
    ...registered,
    village: WEST_1,
    row: 41,
    household: ID.westHousehold,
    dwelling: null,
    building: null,
    person: ID.western,
    person_reason: 'ALONE',
    stated: {
      name: '赵六',
      phone: '13800000006',
      idNumber: '990000198506060046',
      householdNumber: '530502000002',
      relation: '02',
    },
  });
  await addRecord(database, 33, {
    ...visited,
    village: WEST_1,
    grid: null,
    grid_entity: null,
    item: 'r9',
    household: ID.household,
    dwelling: null,
    building: null,
    person: ID.western,
    person_reason: 'ALONE',
    stated: { name: '赵六', relation: '99' },
  });

  await database.query(
    `insert into mention (county, record, pointer, register, township, village, grid, status, name, person)
     values ('${COUNTY}', 24, '房主姓名', 'police', '${EAST}', '${EAST_1}', null, 'current', '李四', ${ID.li}),
            ('${COUNTY}', 26, 'people/0', 'governance', '${EAST}', '${EAST_1}', '${GRID}', 'current', '李四', ${ID.li})`,
  );
  await database.query(
    `insert into finding (county, register, township, village, delivery, dataset, record, other_record, person, code, severity, row_no, column_name, found, accepted)
     values ('${COUNTY}', 'police', '${EAST}', '${EAST_1}', 1, 'police/residents', 11, null, null, 'PHONE_FORM', 'warning', 12, '联系电话', '999', '11'),
            ('${COUNTY}', 'police', '${EAST}', '${EAST_1}', 1, 'police/residents', 11, 14, ${ID.zhang}, 'ID_NUMBER_SHARED', 'warning', null, null, null, null),
            ('${COUNTY}', 'police', '${WEST}', '${WEST_1}', 1, 'police/residents', 32, null, null, 'PHONE_FORM', 'warning', 41, '联系电话', '999', '11')`,
  );
  await database.query(
    `insert into record_version (county, record, register, dataset, township, village, status, delivery, row_no, valid_from, valid_to, tie, stated)
     values ('${COUNTY}', 11, 'police', 'police/residents', '${EAST}', '${EAST_1}', 'current', 7, 12, '2026-08-01T20:00:00+08:00', '2026-09-30T20:00:00+08:00', 'registered', '{"name": "张三", "phone": "13700000000"}')`,
  );
  await database.query(
    `insert into entity (county, id, kind, status, merged_into)
     select '${COUNTY}', id, 'person', 'active', null from unnest(array[1001, 1002, 1003, 1004, 1005]) id
     union all select '${COUNTY}', ${ID.merged}, 'person', 'merged', ${ID.zhang}`,
  );
}

type Given = Readonly<Record<string, unknown>> & { readonly stated: Readonly<Record<string, Value>> };

export async function addRecord(database: Database, id: number, given: Given): Promise<void> {
  const {
    register,
    dataset,
    delivery,
    sheet,
    row,
    item,
    tie,
    stated,
    raw,
    validFrom,
    village = null,
    grid = null,
    ...link
  } = given;
  const township = given['township'] ?? (village as string | null)?.slice(0, 9) ?? null;
  const entities: Record<string, unknown> = { ...link };
  delete entities['township'];
  await database.query(
    `insert into record (county, id, register, dataset, township, village, grid, status, delivery, sheet, row_no, item, valid_from, tie, key,
       occurrence, hash, name, id_number, birth_date, phone, stated, raw, carried)
     values ($1, $2, $3, $4, $5, $6, $7, 'current', $8, $9, $10, $11, coalesce($12::timestamptz, '2026-10-01T02:00:00+08:00'), $13, gen_random_uuid(), 1, $2,
       $14::jsonb ->> 'name', $14::jsonb ->> 'idNumber', $14::jsonb ->> 'birthDate', $14::jsonb ->> 'phone', $14, $15, null)`,
    [
      COUNTY,
      id,
      register,
      dataset,
      township,
      village,
      grid,
      delivery,
      sheet ?? null,
      row ?? null,
      item ?? null,
      validFrom ?? null,
      tie ?? null,
      JSON.stringify(stated),
      raw ? JSON.stringify(raw) : null,
    ],
  );
  const columns = Object.keys(entities);
  await database.query(
    `insert into link (county, record, register, dataset, township, village, grid, status, tie${columns.map((name) => `, ${name}`).join('')})
     values ($1, $2, $3, $4, $5, $6, $7, 'current', $8${columns.map((_, at) => `, $${at + 9}`).join('')})`,
    [COUNTY, id, register, dataset, township, village, grid, tie ?? null, ...columns.map((name) => entities[name])],
  );
}
