import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainPair } from '../../src/link/explain.js';
import { writeLinks } from '../../src/link/write-links.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, DATASETS, idNumber, link, linksOf, putRecords } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
const WEI = idNumber('19900312', 17);
const OTHER = idNumber('19900312', 35);

beforeAll(async () => {
  database = await cloneDatabase();
  await putRecords(database, [
    { id: 1, dataset: 'police/residents', stated: { name: '张伟', idNumber: WEI, householdNumber: 'H1' } },
    { id: 2, dataset: 'governance/residents', item: 'r1f', stated: { name: '张玮', idNumber: WEI } },
    { id: 3, dataset: 'civil-affairs/benefits', sheet: '城乡低保', stated: { name: '李四', idNumber: WEI } },
    { id: 4, dataset: 'police/residents', stated: { name: '张伟', idNumber: OTHER, householdNumber: 'H2' } },
    { id: 5, dataset: 'governance/residents', item: 'r20', stated: { name: '张伟' } },
  ]);
  await database.query(
    `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, state) values
       ($1, 1, 'police', 'police/residents', 'police/a,"b".csv', '', 0, 'csv', 'utf-8', 'full', 'taken'),
       ($1, 2, 'governance', 'governance/residents', 'governance/residents.ndjson', '', 0, 'ndjson', 'utf-8', 'full', 'taken'),
       ($1, 3, 'civil-affairs', 'civil-affairs/benefits', 'civil-affairs/x.xlsx', '', 0, 'xlsx', 'binary', 'full', 'taken'),
       ($1, 4, 'police', 'police/residents', 'police/held.csv', '', 0, 'csv', 'utf-8', 'full', 'held'),
       ($1, 5, 'governance', 'governance/residents', 'residents', '', 0, 'feed', 'utf-8', 'delta', 'taken')`,
    [COUNTY],
  );
  await database.query(
    `insert into sighting (county, delivery, part, sheet, rows, items, records) values
       ($1, 1, 0, null, '{2,3}', null, '{1,4}'), ($1, 2, 0, null, null, '{r1f,r20}', '{2,5}'),
       ($1, 3, 0, '城乡低保', '{57}', null, '{3}'), ($1, 4, 0, null, '{2}', null, '{1}'), ($1, 5, 0, null, null, '{r1f}', '{2}')`,
    [COUNTY],
  );
  await link(database);
});
afterAll(() => database.close());

async function person(one: string, other: string) {
  return (await explainPair(database, COUNTY, DATASETS, one, other)).kinds[0]!;
}

const POLICE = 'police/a,"b".csv#2';

it('tells why two rows are one person', async () => {
  const told = await person(POLICE, 'residents/r1f');
  expect(told).toMatchObject({ same: true, reasons: ['ID_NUMBER_AND_NAME', 'ID_NUMBER_AND_NAME'] });
  expect(told.because.en).toContain('sounds alike');
});

it('tells what stood against it, without a value of anybody’s', async () => {
  expect((await person(POLICE, 'police/a,"b".csv#3')).because.en).toContain('two different valid identity numbers');
  expect((await person(POLICE, 'residents/r20')).because.en).toContain('no valid identity number');
  const conflict = await explainPair(database, COUNTY, DATASETS, POLICE, 'civil-affairs/x.xlsx#城乡低保!57');
  expect(conflict.kinds[0]!.because.en).toContain('names contradict');
  for (const value of [WEI, '张', '李', 'H1']) expect(JSON.stringify(conflict)).not.toContain(value);
});

it('weighs two records that never met as the engine would, and tells which rules bring them together', async () => {
  const { sentences } = await explainPair(database, COUNTY, DATASETS, POLICE, 'residents/r20');
  const told = sentences.map(({ en }) => en);
  expect(told.some((line) => /^ +−\d+\.\d\d bits {2}before anything is compared/.test(line))).toBe(true);
  expect(told.some((line) => /\+\d+\.\d\d bits {2}name: /.test(line))).toBe(true);
  const all = told.find((line) => line.includes('in all'))!;
  const bits = told
    .filter((line) => line.includes(' bits  '))
    .map((line) => Number(line.trim().split(' ')[0]!.replace('−', '-')));
  expect(bits.slice(0, -1).reduce((sum, each) => sum + each, 0)).toBeCloseTo(bits.at(-1)!, 1);
  expect(all).toMatch(/\d % that they are one person/);
  expect(told.find((line) => line.startsWith('Rules that bring'))).toMatch(/sound of the name and village; name/);
  expect(told.find((line) => line.startsWith('Rules that do not'))).toContain('telephone (not stated)');
  expect(told).toContain('The person of the second has 1 record: governance 1');
  for (const value of [WEI, '张', '玮', 'H1']) expect(JSON.stringify(sentences)).not.toContain(value);
});

it('tells what no weight makes good, and what people have decided', async () => {
  await database.query(
    `insert into decision (county, kind, one_record, other_record, verdict, reason, decided_by, decided_at, origin, state)
     values ($1, 'person', 1, 3, 'different', '电话核实', '王主任', now(), 'review', 'effective')`,
    [COUNTY],
  );
  const { sentences } = await explainPair(database, COUNTY, DATASETS, POLICE, 'civil-affairs/x.xlsx#城乡低保!57');
  const told = sentences.map(({ en }) => en);
  expect(told.find((line) => line.startsWith('Vetoed'))).toContain('the name plainly differs');
  expect(told.some((line) => /^Decision \d+ stands: different persons$/.test(line))).toBe(true);
  expect(told.join('\n')).not.toContain('王主任');
});

it('says so when no delivery has the row', async () => {
  const told = await explainPair(database, COUNTY, DATASETS, POLICE, 'police/nothing.csv#9');
  expect(told.found).toBe(false);
  expect(told.sentences[0]!.en).toContain('police/nothing.csv#9');
});

it('writes every row of the deliveries taken with its entities, quoted where a file’s name asks for it', async () => {
  let text = '';
  const lines = await writeLinks(database, COUNTY, ['person', 'household'], (part) => {
    text += part;
  });
  const links = await linksOf(database);
  const expected = [
    'ref,kind,entity',
    `"police/a,""b"".csv#2",person,${links.get(1)!.person}`,
    `"police/a,""b"".csv#2",household,${links.get(1)!.household}`,
    `"police/a,""b"".csv#3",person,${links.get(4)!.person}`,
    `"police/a,""b"".csv#3",household,${links.get(4)!.household}`,
    `residents/r1f,person,${links.get(2)!.person}`,
    `residents/r20,person,${links.get(5)!.person}`,
    `civil-affairs/x.xlsx#城乡低保!57,person,${links.get(3)!.person}`,
  ];
  expect(text.trimEnd().split('\n')).toEqual(expected);
  expect(lines).toBe(expected.length - 1);
});
