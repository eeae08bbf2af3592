import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadings, type Readings } from '../../src/authorize/index.js';
import type { Viewer } from '../../src/model/viewer.js';
import { readPublished } from '../../src/serve/published-totals.js';
import { publishMonthly, publishTotals, USUAL_PUBLISHING, type Publishing } from '../../src/totals/publish-totals.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { DATASETS } from '../link/county-records.js';
import { fillRandomCounty, GRIDS } from '../serve/random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, WEST_1 } from '../serve/small-county.js';
import { Equations } from './equations.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let readings: Readings;
beforeAll(async () => {
  database = await cloneDatabase();
  await fillRandomCounty(database);
  readings = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
});
afterAll(async () => {
  await readings.close();
  await database.close();
});

const exact: Publishing = { registers: [ALL_REGISTERS], on: '2026-11-22', threshold: 5, roundedTo: 1 };

interface Cell extends Record<string, unknown> {
  readonly area: string;
  readonly sex: string;
  readonly age: string;
  readonly tie: string;
  readonly programme: string;
  readonly people: number | null;
}

async function published(): Promise<ReadonlyMap<string, Cell>> {
  const rows = await database.query<Cell>(
    `select area, sex, age, tie, programme, people from published_total where registers = $1`,
    [ALL_REGISTERS.toSorted().join(',')],
  );
  return new Map(rows.map((row) => [[row.area, row.sex, row.age, row.tie, row.programme].join('|'), row]));
}

const VALUES = {
  sex: ['1', '2', 'none'],
  age: ['0-6', '7-14', '15-17', '18-59', '60-79', '80+', 'none'],
  tie: ['registered', 'resident', 'both', 'none'],
};
/** Zeros: where a record does not say more. */
const LEAVES = [EAST_1, '530502001002', WEST_1, '530502002000', `${COUNTY}000000`];

/** Which finest counts a cell is the sum of; zeros that are not listed are known as well. */
function finestOf({ area, sex, age, tie }: Pick<Cell, 'area' | 'sex' | 'age' | 'tie'>): number[] {
  return LEAVES.flatMap((leaf, l) =>
    leaf.startsWith(area)
      ? VALUES.sex.flatMap((s, i) =>
          VALUES.age.flatMap((a, j) =>
            VALUES.tie.flatMap((t, k) =>
              (sex === '' || sex === s) && (age === '' || age === a) && (tie === '' || tie === t)
                ? [((l * 3 + i) * 7 + j) * 4 + k]
                : [],
            ),
          ),
        )
      : [],
  );
}

describe('figures for who sees no single person', () => {
  it('hold no count below five, and none follows by subtraction along areas, sexes, ages and ties', async () => {
    await publishTotals(database, COUNTY, exact);
    const cells = await published();
    const known = new Equations(LEAVES.length * 84);
    const withheld: Cell[] = [];
    const each = (values: readonly string[]) => ['', ...values];
    for (const area of [COUNTY, EAST, '530502002', `${COUNTY}000`, ...LEAVES])
      for (const sex of each(VALUES.sex))
        for (const age of each(VALUES.age))
          for (const tie of each(VALUES.tie)) {
            if ([sex, age, tie].filter((value) => value !== '').length > 2) continue;
            const cell = cells.get([area, sex, age, tie, ''].join('|'));
            if (cell && cell.people === null) withheld.push(cell);
            else known.add(finestOf({ area, sex, age, tie }));
          }
    expect(withheld.length).toBeGreaterThan(20);
    expect([...cells.values()].filter(({ people }) => people !== null && people < 5)).toEqual([]);
    for (const cell of withheld) expect(known.implies(finestOf(cell)), JSON.stringify(cell)).toBe(false);
    // Something is left to tell: the county, its townships and villages.
    expect(cells.get(`${COUNTY}||||`)?.people).toBeGreaterThan(50);
    expect(cells.get(`${EAST_1}||||`)?.people).toBeGreaterThanOrEqual(5);
  });

  it('never cross a benefit with a village, a sex or an age', async () => {
    const benefits = [...(await published()).values()].filter(({ programme }) => programme !== '');
    expect(benefits.length).toBeGreaterThan(2);
    for (const { area, sex, age, tie } of benefits) {
      expect(area.length).toBeLessThanOrEqual(9);
      expect([sex, age, tie]).toEqual(['', '', '']);
    }
  });

  it('move by five or not at all from one date to the next, and go on withholding what they withheld', async () => {
    const one = await published();
    // A woman of 62 comes to the first village, and four men of 30 leave it.
    await database.query(
      `insert into record (county, id, register, dataset, township, village, status, delivery, valid_from, tie, key, occurrence, hash, stated)
       values ($1, 3001, 'police', 'police/residents', $2, $3, 'current', 1, now(), 'registered', gen_random_uuid(), 1, 1, '{"sex":"2","birthDate":"1964-01-01"}')`,
      [COUNTY, EAST, EAST_1],
    );
    await database.query(
      `insert into link (county, record, register, dataset, township, village, status, tie, person)
       values ($1, 3001, 'police', 'police/residents', $2, $3, 'current', 'registered', 9999)`,
      [COUNTY, EAST, EAST_1],
    );
    await database.query(`update link set status = 'retired' where person in (9001, 9002, 9003, 9004)`);
    await database.query(`insert into touched_entity values ($1, 'person', 0) on conflict do nothing`, [COUNTY]);
    await refreshTotals(database, COUNTY, DATASETS);
    await publishTotals(database, COUNTY, { ...exact, on: '2026-12-01' });
    const other = await published();
    for (const [key, { people }] of one) {
      if (people === null) expect(other.get(key), key).toMatchObject({ people: null });
      else {
        const now = other.get(key);
        if (now?.people === null) continue;
        const moved = Math.abs((now?.people ?? 0) - people);
        expect(moved === 0 || moved >= 5, key).toBe(true);
      }
    }
    // Four left and one came: the county's own figure does not tell of it.
    expect(other.get(`${COUNTY}||||`)?.people).toBe(one.get(`${COUNTY}||||`)?.people);
  });

  it('are rounded to five below the county, and published once a month', async () => {
    await database.query('delete from publication; ');
    await database.query('delete from published_total');
    const usual = { ...USUAL_PUBLISHING, registers: [ALL_REGISTERS] };
    await publishMonthly(database, COUNTY, { ...usual, on: '2026-11-02' });
    const cells = await published();
    for (const { area, people } of cells.values()) if (people !== null && area !== COUNTY) expect(people % 5).toBe(0);
    await database.query(`update link set status = 'retired'`);
    await publishMonthly(database, COUNTY, { ...usual, on: '2026-11-30' });
    expect(await published()).toEqual(cells);
    await publishMonthly(database, COUNTY, { ...usual, on: '2026-12-01' });
    expect(await published()).not.toEqual(cells);
    await expect(publishTotals(database, COUNTY, { ...exact, threshold: 2 })).rejects.toThrow(RangeError);
  });
});

describe('who sees totals only', () => {
  const viewer = (divisions: readonly string[], registers: readonly string[] = ALL_REGISTERS): Viewer =>
    viewerOf(divisions, registers, { records: false });
  type Question = Parameters<typeof readPublished>;
  const ask = (who: Viewer, by: Question[1], filter: Question[2] = {}, ageOn: string | null = null) =>
    readings.read(who, (reading) => readPublished(reading, by, filter, ageOn));

  beforeAll(async () => {
    await database.query('delete from publication; ');
    await database.query('delete from published_total');
    await fillAgain();
    await publishTotals(database, COUNTY, exact);
  });

  async function fillAgain() {
    await database.query('truncate division, delivery, delivery_count, person_trait, person_total');
    await fillRandomCounty(database);
  }

  it('is told what is published of their divisions', async () => {
    const county = await ask(viewer([COUNTY]), ['village', 'sex']);
    expect(county.total).toBeGreaterThan(50);
    expect(county.groups.length).toBeGreaterThan(6);
    const east = await ask(viewer([EAST]), ['village', 'sex']);
    expect(east.groups).toEqual(county.groups.filter(({ keys }) => keys[0]!.startsWith(EAST)));
    expect((await ask(viewer([COUNTY]), ['village'], { division: EAST })).groups).toEqual(
      (await ask(viewer([EAST]), ['village'])).groups,
    );
    expect((await ask(viewer([WEST_1]), [], { division: EAST })).total).toBeNull();
  });

  it('is told nothing of another set of registers: the difference of two would be somebody', async () => {
    await expect(ask(viewer([COUNTY], ['police']), ['village'])).rejects.toThrow('published');
    await expect(ask(viewer([COUNTY]), ['village'], { register: 'police' })).rejects.toThrow('Totals are published');
  });

  it.each([
    ['a name', ['sex'], { name: '人1' }, null],
    ['a number', [], { idNumber: '990000199001010017' }, null],
    ['a day of their own', ['age'], {}, '2026-01-01'],
    ['a grid', ['grid'], {}, null],
    ['people of a grid', ['sex'], { division: GRIDS[0] }, null],
    ['five years of age', ['age_five_years'], {}, null],
    ['three things of a village', ['village', 'sex', 'age', 'tie'], {}, null],
    ['benefits of a village', ['programme'], { division: EAST_1 }, null],
    ['benefits by sex', ['programme', 'sex'], {}, null],
  ] as const)('cannot ask by %s', async (_, by, filter, ageOn) => {
    await expect(ask(viewer([COUNTY]), [...by], filter, ageOn)).rejects.toThrow('Totals are published');
  });
});
