import type { Database } from '../../src/database/connect.js';
import { checkDigit } from '../../src/validate/id-number.js';
import { COUNTY, link, putRecords } from '../link/county-records.js';
import { EAST, EAST_1, EAST_2, WEST, WEST_1 } from '../serve/small-county.js';

const number = (first17: string): string => first17 + checkDigit(first17);
export const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => number(`99000019${80 + n}010100${n}`));

/** Pairs in doubt, by what there is to see in each; refs of records. */
export const PAIRS = {
  /** Two records of one village: one officer's word is enough. */
  plain: [1, 2],
  /** Four records in all; the one compared is of civil affairs, its person is known to the police as well. */
  four: [4, 6],
  /** Two different valid numbers. */
  numbers: [7, 8],
  /** One record in either township. */
  across: [9, 10],
  /** Only in the west. */
  west: [11, 12],
  /** One of the two persons is known to civil affairs alone. */
  civil: [13, 14],
  /** Both records in the east, but one of the two persons has a record in the west besides. */
  reaching: [16, 17],
} as const satisfies Record<string, readonly [number, number]>;

const PEOPLE: Readonly<Record<keyof typeof PAIRS, readonly [probability: number, people: number]>> = {
  plain: [0.6, 2],
  four: [0.5, 4],
  numbers: [0.3, 2],
  across: [0.55, 2],
  west: [0.5, 2],
  civil: [0.7, 2],
  reaching: [0.5, 3],
};

const EVIDENCE = [
  { comparison: 'prior', level: 'PRIOR', bits: -12 },
  { comparison: 'name', level: 'EQUAL', bits: 9.5 },
  { comparison: 'phone', level: 'DIFFERS', bits: -0.5 },
  { comparison: 'number', level: 'REPAIRED', bits: 4 },
];

/** Seventeen records of eleven people in two townships, linked; and what an engine would be in doubt about. All of it made up. */
export async function fillReviewCounty(database: Database): Promise<void> {
  await database.query(`insert into setting values ('county', $1)`, [COUNTY]);
  await database.query(
    `insert into division (code, name, kind, parent, county, township, level) values
       ('${COUNTY}', '隆阳区', '市辖区', null, '${COUNTY}', null, 1), ('${EAST}', '东街道', '街道', '${COUNTY}', '${COUNTY}', '${EAST}', 2),
       ('${WEST}', '西乡', '乡', '${COUNTY}', '${COUNTY}', '${WEST}', 2)`,
  );
  const datasets = ['police/residents', 'governance/residents', 'civil-affairs/benefits', 'party-building/members'];
  for (const [at, dataset] of datasets.entries()) {
    await database.query(
      `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, state)
       values ($1, $2, split_part($3, '/', 1), $3, $4, repeat('a', 64), 1, $5, 'utf-8', 'full', 'taken')`,
      [COUNTY, at + 1, dataset, `${dataset}.csv`, dataset.startsWith('governance') ? 'ndjson' : 'csv'],
    );
  }
  const record = (id: number, dataset: number, village: string, stated: Readonly<Record<string, string>>) => ({
    id,
    dataset: datasets[dataset]!,
    delivery: dataset + 1,
    row: id,
    village,
    stated,
  });
  const [a, b, c, d, e, f, g, h] = NUMBERS as [string, string, string, string, string, string, string, string];
  await putRecords(database, [
    record(1, 0, EAST_1, { name: '王芳', idNumber: a, phone: '13800000001', sex: '2' }),
    record(2, 1, EAST_1, { name: '王芳', phone: '13800009999' }),
    record(3, 0, EAST_1, { name: '李强', idNumber: b }),
    record(4, 2, EAST_1, { name: '李强', idNumber: b, phone: '13711112222' }),
    record(5, 3, EAST_1, { name: '李强', idNumber: b }),
    record(6, 1, EAST_1, { name: '李强', phone: '13933334444' }),
    record(7, 0, EAST_2, { name: '赵敏', idNumber: c }),
    record(8, 0, EAST_1, { name: '赵敏', idNumber: d }),
    record(9, 0, WEST_1, { name: '孙丽', idNumber: e }),
    record(10, 1, EAST_1, { name: '孙丽' }),
    record(11, 0, WEST_1, { name: '周军', idNumber: f }),
    record(12, 1, WEST_1, { name: '周军' }),
    record(13, 2, EAST_1, { name: '吴刚', idNumber: g }),
    record(14, 1, EAST_1, { name: '吴刚' }),
    record(15, 0, WEST_1, { name: '郑洁', idNumber: h }),
    record(16, 1, EAST_1, { name: '郑洁', idNumber: h }),
    record(17, 2, EAST_1, { name: '郑洁' }),
  ]);
  await link(database);
  // What the engine itself is in doubt about would stand beside the pairs that the tests are about.
  await database.query('delete from review_pair');
  for (const [name, [one, other]] of Object.entries(PAIRS)) {
    const [probability, people] = PEOPLE[name as keyof typeof PAIRS];
    await database.query(
      `insert into review_pair (county, kind, one_record, other_record, probability, weight, people, evidence)
       values ($1, 'person', $2, $3, $4, 1.0, $5, $6)`,
      [COUNTY, one, other, probability, people, JSON.stringify(EVIDENCE)],
    );
  }
}
