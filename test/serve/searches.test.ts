import fc from 'fast-check';
import { escapeLiteral } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReadings, type Reading, type Readings } from '../../src/authorize/index.js';
import { countEntities, findEntities, narrow, writePage, type EntityFilter } from '../../src/serve/find-entities.js';
import { aggregatePeople } from '../../src/serve/aggregate-people.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { fillLargeCounty, TOWNSHIP, VILLAGE, visited, type Plan } from './large-county.js';
import { ALL_REGISTERS, COUNTY } from './small-county.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let readings: Readings;

beforeAll(async () => {
  database = await cloneDatabase();
  await fillLargeCounty(database);
  readings = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
}, 60_000);
afterAll(async () => {
  await readings.close();
  await database.close();
});

/** What a village's viewer makes the database read. */
async function rowsOf(ask: (reading: Reading) => Promise<unknown>): Promise<number> {
  let rows = 0;
  await readings.read(viewerOf(VILLAGE, ALL_REGISTERS), async (reading) => {
    const explaining = Object.assign(Object.create(reading) as Reading, {
      query: async (statement: { readonly text: string }, values: readonly unknown[]) => {
        // As a connection plans it that has asked before: without the values.
        await reading.query({ text: `prepare asked as ${statement.text}` }, []);
        const given = values.map((value) =>
          escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value)),
        );
        const text = `explain (analyze, format json) execute asked (${given.join(', ')})`;
        const [row] = await reading.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>({ text }, []);
        await reading.query({ text: 'deallocate asked' }, []);
        rows += visited(row!['QUERY PLAN'][0].Plan);
        return await reading.query(statement, values);
      },
    });
    await ask(explaining);
  });
  return rows;
}

/** One that some people of every village bear. */
const NAME = String.fromCodePoint(19968 + 27);
const find = (filter: EntityFilter) => (reading: Reading) => findEntities(reading, 'Person', filter, 0, 21);

it.each([
  ['a number', { idNumber: 'N27' }, 10],
  ['a telephone', { phone: 'P27' }, 10],
  // 20 people of a name in the village, 200 of a beginning.
  ['a name', { name: `${String.fromCodePoint(19968 + 27)}${String.fromCodePoint(20968)}一` }, 100],
  ['the beginning of a name', { namePrefix: String.fromCodePoint(19968 + 27) }, 500],
  ['an address', { sought: [{ area: null, tail: `${String.fromCodePoint(19968 + 27)}路27号` }] }, 10],
  ['a road, in all villages', { sought: [{ area: null, tail: `${String.fromCodePoint(19968 + 27)}路` }] }, 500],
  ['a road of the village', { sought: [{ area: VILLAGE, tail: `${String.fromCodePoint(19968 + 27)}路` }] }, 500],
  ['nothing but the village', {}, 100],
] satisfies [string, EntityFilter, number][])(
  'a village’s first page by %s does not read the county',
  async (_, filter, most) => {
    expect(await rowsOf(find(filter))).toBeLessThan(most);
  },
);

const OF_VILLAGE = /r\.township = left\((\$\d), 9\) and r\.village = \1/;
const OF_TOWNSHIP = /r\.township = (\$\d) /;

it.each([
  ['a township', 'county', COUNTY, TOWNSHIP, OF_TOWNSHIP, TOWNSHIP],
  ['nothing', 'township', TOWNSHIP, null, OF_TOWNSHIP, TOWNSHIP],
  ['nothing', 'village', VILLAGE, null, OF_VILLAGE, VILLAGE],
  ['a village', 'county', COUNTY, VILLAGE, OF_VILLAGE, VILLAGE],
  ['a village', 'township', TOWNSHIP, VILLAGE, OF_VILLAGE, VILLAGE],
  ['its township', 'village', VILLAGE, TOWNSHIP, OF_VILLAGE, VILLAGE],
])(
  'a name within %s is narrowed by the record itself, for a viewer of the %s',
  async (_, __, own, division, condition, code) => {
    await readings.read(viewerOf(own, ALL_REGISTERS), async (reading) => {
      const filter = { division, namePrefix: NAME };
      const { text, values } = writePage(reading, 'Person', filter, 0, 21);
      const [, place] = condition.exec(`${text} `) ?? [];
      expect(values[Number(place?.slice(1)) - 1]).toBe(code);
      expect((await find(filter)(reading)).length).toBeGreaterThan(0);
    });
  },
);

/** Viewers of the same connections: such as see one tie alone, or divisions of several levels. */
const BESIDE_EACH_OTHER = [
  viewerOf([VILLAGE], ALL_REGISTERS, { ties: ['resident'] }),
  viewerOf([TOWNSHIP], ALL_REGISTERS, { ties: ['resident'] }),
  viewerOf([`${VILLAGE}001`], ALL_REGISTERS, { ties: ['resident'] }),
  viewerOf([VILLAGE, `${COUNTY}002`], ALL_REGISTERS),
  viewerOf([COUNTY], ALL_REGISTERS, { ties: ['resident'] }),
];

it('statements of one name are one text, whoever asks for whatever on the same connection', async () => {
  const one = <T>(...values: T[]) => fc.constantFrom(undefined, ...values);
  const filters = fc.record({
    division: one(COUNTY, TOWNSHIP, VILLAGE, `${VILLAGE}001`, `${COUNTY}002`),
    register: one('police'),
    name: one('张三'),
    namePrefix: one('张', '\u{10ffff}'),
    idNumber: one('N27'),
    phone: one('P27'),
    birthDate: one('1990-01-01'),
    sought: one(
      [{ area: null, tail: '一' }],
      [{ area: VILLAGE, tail: '' }],
      [
        { area: VILLAGE, tail: '一' },
        { area: null, tail: '\u{10ffff}' },
      ],
    ),
  });
  const texts = new Map<string, string>();
  const kinds = fc.constantFrom('Person' as const, 'Building' as const);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...BESIDE_EACH_OTHER), kinds, filters, (viewer, kind, filter) =>
      readings.read(viewer, async (reading) => {
        const { name, text } = writePage(reading, kind, filter, 0, 21);
        expect(texts.get(name) ?? text, name).toBe(text);
        texts.set(name, text);
      }),
    ),
    { numRuns: 5000 },
  );
  expect(texts.size).toBeGreaterThan(500);
});

it('a name in the whole county is narrowed to no place', async () => {
  await readings.read(viewerOf(COUNTY, ALL_REGISTERS), async (reading) => {
    for (const division of [null, COUNTY])
      expect(narrow(reading, { division, namePrefix: NAME }).where).not.toMatch(/r\.(township|village)/);
  });
});

it('counts a village by one row that the night kept, and groups it by its own rows', async () => {
  expect(await rowsOf((reading) => countEntities(reading, 'Person', {}))).toBe(1);
  expect(await rowsOf((reading) => aggregatePeople(reading, ['village'], {}, '2026-11-22'))).toBe(1);
  // A thousand people, each read once for the place and once for what is chosen of them.
  expect(await rowsOf((reading) => aggregatePeople(reading, ['sex', 'age'], {}, '2026-11-22'))).toBeLessThan(6000);
});
