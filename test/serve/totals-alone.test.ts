import {
  execute,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadings, type Readings } from '../../src/authorize/index.js';
import { ToldAccess } from '../../src/serve/access-note.js';
import type { Context } from '../../src/serve/context.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { buildHubSchema } from '../../src/serve/index.js';
import { openLoaders } from '../../src/serve/open-loaders.js';
import { publishTotals } from '../../src/totals/publish-totals.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { DATASETS } from '../link/county-records.js';
import { Equations } from '../totals/equations.js';
import { fillRandomCounty, rows } from './random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

const schema = buildHubSchema();
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let readings: Readings;
beforeAll(async () => {
  database = await cloneDatabase();
  await fillRandomCounty(database);
  await database.query('update link set household = 100000 + person % 47, dwelling = 200000 + person % 31');
  await database.query(
    `update record set stated = stated || jsonb_build_object('dwellingKind', case id % 3 when 0 then '自建房' else '商品房' end,
       'householdNumber', case when id % 4 > 0 then 'H' end) where id % 5 > 1`,
  );
  await publishTotals(database, COUNTY, { registers: [ALL_REGISTERS], on: '2026-11-22', threshold: 5, roundedTo: 1 });
  await database.query('analyze');
  readings = openReadings({ apiUrl: database.apiUrl, poolSize: 2 });
});
afterAll(async () => {
  await readings.close();
  await database.close();
});

const BEGAN = new Date();

/** Told totals and nobody's records. */
async function ask(divisions: readonly string[], text: string): Promise<string> {
  const viewer = viewerOf(divisions, ALL_REGISTERS, { records: false, issued: BEGAN, expires: BEGAN });
  return await readings.read(viewer, async (reading) => {
    const note = new ToldAccess();
    const contextValue = {
      viewer,
      requestId: '',
      reading,
      loaders: openLoaders(reading, note, false),
      note,
      readAddress: async (tail: string) => [{ area: null, tail }],
    } as unknown as Context;
    return JSON.stringify(await execute({ schema, document: parse(text), contextValue, rootValue: {} }));
  });
}

/** Every way to a value, from each field of Query, by fields that need nothing said. */
function questions(): string[] {
  const found: string[] = [];
  for (const root of Object.values(schema.getQueryType()!.getFields())) {
    for (const call of callsOf(root)) {
      const leaves = new Set<string>();
      const visit = (field: GraphQLField<unknown, unknown>, written: string, path: readonly string[]): void => {
        const inner = getNamedType(field.type);
        if (isLeafType(inner)) {
          found.push(`{ ${[...path, written].join(' { ')}${' }'.repeat(path.length)} }`);
          return;
        }
        if (path.length > DEEPEST || !isObjectType(inner)) return;
        for (const below of Object.values(inner.getFields())) {
          const key = `${inner.name}.${below.name}`;
          if (leaves.has(key) || below.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined))
            continue;
          leaves.add(key);
          visit(below, below.name, [...path, written]);
        }
      };
      visit(root, call, []);
    }
  }
  return found;
}
const DEEPEST = 4;

function callsOf(root: GraphQLField<unknown, unknown>): string[] {
  const needed = root.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
  const choices = needed.map(choicesOf);
  if (choices.some((each) => each.length === 0)) return [];
  const all = choices.reduce<string[]>(
    (lists, each) => lists.flatMap((list) => each.map((value) => (list === '' ? value : `${list}, ${value}`))),
    [''],
  );
  const narrowed = root.args.some(({ name }) => name === 'filter')
    ? all.flatMap((each) => [each, `${each}${each && ', '}filter: { division: "${EAST}" }`])
    : all;
  return narrowed.map((each) => (each === '' ? root.name : `${root.name}(${each})`));
}

/** None where there is nothing to be said. */
function choicesOf(arg: GraphQLArgument): string[] {
  const type = getNamedType(arg.type);
  if (isEnumType(type) && isNonNullType(arg.type) && isListType(arg.type.ofType)) {
    const values = type.getValues().map(({ name }) => name);
    const pairs = values.flatMap((one, at) => values.slice(at + 1).map((other) => `${one} ${other}`));
    return ['', ...values, ...pairs].map((by) => `${arg.name}: [${by}]`);
  }
  if (type.name === 'ID') {
    const { person, id } = rows[3]!;
    return [
      writeGlobalId('Person', COUNTY, person),
      writeGlobalId('Household', COUNTY, 100_000 + (person % 23)),
      writeGlobalId('SourceRecord', COUNTY, id),
      writeGlobalId('Delivery', COUNTY, 1),
    ].map((each) => `${arg.name}: "${each}"`);
  }
  if (type.name === 'String' && arg.name === 'code') return [COUNTY, EAST, EAST_1].map((code) => `code: "${code}"`);
  return [];
}

describe('who sees totals only', () => {
  it('is told the same whatever becomes of anybody, by everything that can be asked, until the next publication', async () => {
    const all = questions();
    expect(all.length).toBeGreaterThan(500);
    const answers = async () => {
      const said = new Map<string, string>();
      for (const text of all) said.set(text, await ask([COUNTY], text));
      return said;
    };
    const before = await answers();
    const told = [...before.values()].filter((answer) => /"people":\d/.test(answer));
    expect(told.length).toBeGreaterThan(20);
    // Some leave, some come, some are somebody else, some move, and a night counts it all.
    await database.query(`update link set status = 'retired' where person % 7 = 0`);
    await database.query(`update link set household = household + 1, person = person + 1000 where person % 5 = 0`);
    await database.query(
      `update record set stated = stated || '{"sex": "1", "birthDate": "2015-01-01", "programme": "特困"}' where id % 6 = 0`,
    );
    for (const table of ['record', 'link'])
      await database.query(
        `update ${table} set village = $1, township = $2, grid = null where person_of_row`.replace(
          'person_of_row',
          table === 'link' ? 'record % 11 = 0' : 'id % 11 = 0',
        ),
        [EAST_2, EAST],
      );
    await database.query(
      `update delivery_count set rows = rows + 1, added = added + 1; update delivery set bytes = bytes + 100, reason_detail = '{"rows": 7}'`,
    );
    await database.query(
      `insert into link_run (county, started, finished, whole, registers, counts, quality, violations)
       values ($1, now(), now(), false, $2, '{"entities": {"person": 61}, "reasons": {}}', '{}', 1)`,
      [COUNTY, ALL_REGISTERS],
    );
    await database.query(`insert into touched_entity values ($1, 'person', 0) on conflict do nothing`, [COUNTY]);
    await refreshTotals(database, COUNTY, DATASETS);
    const after = await answers();
    const moved = [...before].filter(([text, answer]) => after.get(text) !== answer);
    expect(moved.map(([text, answer]) => [text, answer, after.get(text)])).toEqual([]);
  }, 300_000);

  it('cannot reckon a figure that is withheld from all that everybody of these registers is told together', async () => {
    await database.query('delete from published_total');
    await publishTotals(database, COUNTY, { registers: [ALL_REGISTERS], on: '2026-11-22', threshold: 5, roundedTo: 1 });
    const known = new Equations(LEAVES.length * 84 + PROGRAMMES.length * TOWNSHIPS.length);
    const withheld = new Map<string, readonly number[]>();
    let told = 0;
    const groupings = choose([AREAS, DIMENSIONS]).map((by) => by.join(' ').split(' ').filter(Boolean));
    for (const who of [[COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [EAST_1, WEST_1], [EAST_2, WEST]]) {
      for (const division of [null, EAST, WEST, EAST_1, WEST_1]) {
        for (const by of groupings) {
          const narrowed = division === null ? '' : `, filter: { division: "${division}" }`;
          const { data } = JSON.parse(
            await ask(
              who,
              `{ peopleAggregate(groupBy: [${by.join(' ')}]${narrowed}) { total groups { keys { group code } people } } }`,
            ),
          ) as { data: Told | null };
          if (!data) continue;
          const { total, groups } = data.peopleAggregate;
          const asked = division ?? COUNTY;
          const whole = who.length === 1 && who[0]!.startsWith(asked) ? who[0]! : asked;
          const learn = (cell: Cell, people: number | null) => {
            if (people === null) withheld.set(JSON.stringify(cell), finestOf(cell));
            else known.add(finestOf(cell));
            told += 1;
          };
          if (total !== null) learn({ area: whole }, total);
          for (const { keys, people } of groups) {
            const cell: Cell = Object.assign(
              { area: whole },
              ...keys.map(({ group, code }) =>
                group === 'TOWNSHIP' || group === 'VILLAGE' ? { area: code } : { [group]: code ?? 'none' },
              ),
            );
            learn(cell, people);
          }
          // A group that is not listed is nobody, wherever the viewer is told of the area at all.
          if (who[0] !== COUNTY || by.length === 0) continue;
          const listed = new Set(groups.map(({ keys }) => JSON.stringify(keys.map(({ code }) => code ?? 'none'))));
          for (const values of choose(by.map((group) => valuesOf(group, whole)))) {
            if (listed.has(JSON.stringify(values))) continue;
            learn(
              Object.assign(
                { area: whole },
                ...by.map((group, at) =>
                  group === 'TOWNSHIP' || group === 'VILLAGE' ? { area: values[at] } : { [group]: values[at] },
                ),
              ) as Cell,
              0,
            );
          }
        }
      }
    }
    expect(told).toBeGreaterThan(1000);
    expect(withheld.size).toBeGreaterThan(50);
    for (const [cell, of] of withheld) expect([cell, known.implies(of)]).toEqual([cell, false]);
  }, 300_000);

  it.each(['households', 'dwellings'])('cannot reckon a figure of %s that is withheld, either', async (what) => {
    const known = new Equations(LEAVES.length * KINDS.length * SIZES.length);
    const withheld = new Map<string, readonly number[]>();
    const finest = ({ area, KIND, PEOPLE }: Readonly<Record<string, string>>): number[] =>
      LEAVES.flatMap((leaf, l) =>
        leaf.startsWith(area!)
          ? choose([KINDS, SIZES]).flatMap(([kind, size], n) =>
              (KIND ?? kind) === kind && (PEOPLE ?? size) === size ? [l * KINDS.length * SIZES.length + n] : [],
            )
          : [],
      );
    let told = 0;
    for (const who of [[COUNTY], [EAST], [WEST], [EAST_1], [WEST_1]]) {
      for (const by of choose([AREAS, ['', 'KIND', 'PEOPLE', 'KIND PEOPLE']]).map((each) =>
        each.join(' ').split(' ').filter(Boolean),
      )) {
        const text = `{ answer: ${what}Aggregate(groupBy: [${by.join(' ')}]) { total publishedOn groups { keys { group code } homes } } }`;
        const { data } = JSON.parse(await ask(who, text)) as {
          data: {
            answer: {
              total: number | null;
              publishedOn: string;
              groups: { keys: { group: string; code: string | null }[]; homes: number | null }[];
            };
          };
        };
        expect(data.answer.publishedOn).toBe('2026-11-22');
        const learn = (cell: Readonly<Record<string, string>>, homes: number | null) => {
          told += 1;
          if (homes === null) withheld.set(JSON.stringify(cell), finest(cell));
          else {
            expect(homes === 0 || homes >= 5).toBe(true);
            known.add(finest(cell));
          }
        };
        learn({ area: who[0]! }, data.answer.total);
        const listed = new Set<string>();
        for (const { keys, homes } of data.answer.groups) {
          listed.add(JSON.stringify(keys.map(({ code }) => code ?? 'none')));
          const named = keys.map(({ group, code }) => [AREAS.includes(group) ? 'area' : group, code ?? 'none']);
          learn({ area: who[0]!, ...Object.fromEntries(named) }, homes);
        }
        for (const values of choose(
          by.map((group) => (group === 'KIND' ? KINDS : group === 'PEOPLE' ? SIZES : valuesOf(group, who[0]!))),
        )) {
          if (by.length === 0 || listed.has(JSON.stringify(values))) continue;
          const named = by.map((group, at) => [AREAS.includes(group) ? 'area' : group, values[at]!]);
          learn({ area: who[0]!, ...Object.fromEntries(named) }, 0);
        }
      }
    }
    expect(told).toBeGreaterThan(300);
    expect(withheld.size).toBeGreaterThan(5);
    for (const [cell, of] of withheld) expect([cell, known.implies(of)]).toEqual([cell, false]);
  });
});

interface Told {
  readonly peopleAggregate: {
    readonly total: number | null;
    readonly groups: readonly {
      readonly keys: readonly { readonly group: string; readonly code: string | null }[];
      readonly people: number | null;
    }[];
  };
}

interface Cell {
  readonly area: string;
  readonly SEX?: string;
  readonly AGE?: string;
  readonly TIE?: string;
  readonly PROGRAMME?: string;
}

const AREAS = ['', 'TOWNSHIP', 'VILLAGE'];
const DIMENSIONS = ['', 'SEX', 'AGE', 'TIE', 'SEX AGE', 'AGE TIE', 'SEX TIE', 'PROGRAMME'];
const SEXES = ['1', '2', 'none'];
const AGES = ['0-6', '7-14', '15-17', '18-59', '60-79', '80+', 'none'];
const TIES = ['registered', 'resident', 'both', 'none'];
const KINDS = ['registered', 'residential', '商品房', '自建房', 'none'];
const SIZES = ['0', '1', '2', '3', '4', '5', '6+'];
const PROGRAMMES = ['城乡低保', '高龄津贴', '特困'];
/** Zeros: where a record does not say more. */
const LEAVES = [EAST_1, EAST_2, `${EAST}000`, WEST_1, `${WEST}000`, `${COUNTY}000000`];
const TOWNSHIPS = [EAST, WEST, `${COUNTY}000`];

function valuesOf(group: string, within: string): readonly string[] {
  if (group === 'TOWNSHIP') return TOWNSHIPS.filter((code) => code.startsWith(within));
  if (group === 'VILLAGE') return LEAVES.filter((code) => code.startsWith(within));
  return { SEX: SEXES, AGE: AGES, TIE: TIES, PROGRAMME: PROGRAMMES }[group]!;
}

/** Which finest counts a figure is the sum of: of each village by sex, age and tie, and of each township by programme. */
function finestOf({ area, SEX, AGE, TIE, PROGRAMME }: Cell): number[] {
  if (PROGRAMME !== undefined) {
    return TOWNSHIPS.flatMap((township, at) =>
      township.startsWith(area) ? [LEAVES.length * 84 + PROGRAMMES.indexOf(PROGRAMME) * TOWNSHIPS.length + at] : [],
    );
  }
  return LEAVES.flatMap((leaf, l) =>
    leaf.startsWith(area)
      ? [...choose([SEXES, AGES, TIES])].flatMap(([sex, age, tie], n) =>
          (SEX ?? sex) === sex && (AGE ?? age) === age && (TIE ?? tie) === tie ? [l * 84 + n] : [],
        )
      : [],
  );
}

function choose(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((all, list) => all.flatMap((each) => list.map((value) => each.concat(value))), [[]]);
}
