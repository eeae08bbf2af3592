import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMPORTERS } from '../../importers/index.js';
import { openReadings } from '../../src/authorize/index.js';
import { viewerOf } from '../authorize/viewer.js';
import {
  csv,
  date,
  defineImporter,
  idNumber,
  must,
  needed,
  personName,
  text,
  villageName,
} from '../../src/mapping/index.js';
import { openTestHub, type TestHub } from './open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');

/** All that a fifth department takes: this declaration, its line in `importers/index.ts`, and a delivery to try it on. */
const forestry = defineImporter({
  register: 'forestry',
  title: { zh: '林业', en: 'forestry' },
  datasets: {
    rangers: {
      title: { zh: '护林员', en: 'forest rangers' },
      file: csv({ name: /^护林员_(?<date>\d{8})\.csv$/, coverage: 'full' }),
      speaksOf: ['person'],
      columns: {
        idNumber: must(idNumber('身份证号')),
        name: needed(personName('姓名')),
        village: villageName(null, '所在村'),
        since: date('聘用日期'),
        forest: text('管护片区'),
      },
      key: [['idNumber'], ['name', 'forest']],
      refused: { 宗教信仰: 'not collected' },
    },
  },
});

let hub: TestHub;
const folder = mkdtempSync(join(tmpdir(), 'hub-fifth-'));
beforeAll(async () => {
  hub = await openTestHub();
  await hub.receive(join(SAMPLE, 'day-1'));
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

it('joins the graph by its declaration alone', async () => {
  const [someone] = (await hub.database.query<{ name: string; id_number: string; person: number; village: string }>(
    `select r.name, r.stated->'idNumber'->>'sealed' as id_number, l.person, d.name as village from record r
     join link l on l.county = r.county and l.record = r.id join division d on d.code = r.village
     where r.dataset = 'police/residents' and r.id_number is not null order by r.id limit 1`,
  )) as [{ name: string; id_number: string; person: number; village: string }];
  mkdirSync(join(folder, 'forestry'));
  writeFileSync(
    join(folder, 'forestry/护林员_20261001.csv'),
    `姓名,身份证号,所在村,聘用日期,管护片区,宗教信仰\r\n${someone.name},${hub.database.sealing.open(someone.id_number)},${someone.village},2024-03-01,东山片,某教\r\n`,
  );
  const datasets = [...IMPORTERS, forestry].flatMap((importer) => importer.datasets);
  const report = await hub.receive(folder, { datasets });
  expect(report.deliveries).toMatchObject([{ state: 'taken', dataset: 'forestry/rangers', added: 1 }]);

  const links = await hub.database.query<{ person: number; person_reason: string }>(
    `select person, person_reason from link where register = 'forestry'`,
  );
  expect(links).toEqual([{ person: someone.person, person_reason: 'ID_NUMBER_AND_NAME' }]);

  const readings = openReadings({ apiUrl: hub.apiUrl });
  try {
    const seenBy = async (registers: string[]) =>
      await readings.read(
        viewerOf('530502', registers),
        async (reading) =>
          await reading.query(
            { text: `select stated->>'forest' as forest from record where register = 'forestry'` },
            [],
          ),
      );
    expect(await seenBy(['police', 'forestry'])).toEqual([{ forest: '东山片' }]);
    expect(await seenBy(['police'])).toEqual([]);
  } finally {
    await readings.close();
  }
  const everything = await hub.database.query<{ text: string }>(
    `select string_agg(t::text, '') as text from record t where register = 'forestry'`,
  );
  expect(everything[0]!.text).not.toContain('某教');
});

it('costs one file and one line', () => {
  const index = readFileSync(resolve(import.meta.dirname, '../../importers/index.ts'), 'utf8');
  for (const { register } of IMPORTERS)
    expect(index.match(new RegExp(`from './${register}\\.js'`, 'g'))).toHaveLength(1);
});
