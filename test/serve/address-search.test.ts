import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressTail } from '../../src/model/address-tail.js';
import type { AddressElements } from '../../src/model/record.js';
import { openAddresses } from '../../src/commands/open-addresses.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { openApi, PURPOSE } from './open-api.js';
import { fillRandomCounty, GRIDS, rows } from './random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

const ELEMENTS: readonly AddressElements[] = [
  { road: '人民路', number: '12' },
  { road: '人民路', number: '1', estate: '阳光花园', building: '3', unit: '2', room: '501' },
  { estate: '阳光花园', building: '3', unit: '2', room: '501' },
  { group: '5', number: '35' },
  { hamlet: '大沙坝', group: '5', number: '35' },
  { elsewhere: EAST_2, road: '人民路', number: '12附1' },
  { elsewhere: WEST, estate: '县医院' },
  {},
];
/** Of the record by its id; every ninth has none. */
const elementsOf = (id: number) => (id % 9 === 8 ? null : ELEMENTS[id % 9]!);

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi(null, 5000, {
    fill: async (database) => {
      await fillRandomCounty(database);
      await database.query(
        `update record set stated = stated || jsonb_build_object('addressElements', said.elements)
         from (select n as nth, e as elements from jsonb_array_elements($1::jsonb) with ordinality as x (e, n)) as said
         where record.id % 9 = said.nth - 1`,
        [JSON.stringify(ELEMENTS)],
      );
      await database.query('update link set household = 100000 + person, dwelling = 200000 + record % 9');
      await database.query('analyze record, link');
      await database.query(`insert into setting values ('county', $1) on conflict do nothing`, [COUNTY]);
    },
    settings: ({ database }) => ({ readAddress: openAddresses({ database }) }),
  });
});
afterAll(() => api.close());

/** What somebody writes, and which of the addresses begin with it. */
const SOUGHT: readonly (readonly [written: string, begins: (tail: string, estate: string) => boolean])[] = [
  ['人民路', (tail) => tail.startsWith('人民路')],
  ['人民路12', (tail) => tail.startsWith('人民路12')],
  ['人民路十二號', (tail) => tail.startsWith('人民路12号')],
  ['阳光花园3-2', (tail, estate) => tail.startsWith('阳光花园3栋2') || estate.startsWith('阳光花园3栋2')],
  ['阳光花', (tail, estate) => tail.startsWith('阳光花') || estate.startsWith('阳光花')],
  ['5组35号', (tail) => tail.startsWith('5组35号')],
  ['大沙坝', (tail) => tail.startsWith('大沙坝')],
  ['县医院', (tail) => tail.startsWith('县医院')],
  ['中山路', () => false],
];

const tailOf = (elements: AddressElements) => addressTail(elements);
const estateOf = ({ hamlet, group, road, number, ...rest }: AddressElements) =>
  rest.estate && (hamlet ?? group ?? road ?? number) !== undefined ? addressTail(rest) : '';

describe('a search by address', () => {
  it('reads the addresses as SQL puts them together', async () => {
    const text = fc.option(fc.constantFrom('人民路', '3', '阳光花园', '12附1', 'A1', '附近'), { nil: undefined });
    const names = ['hamlet', 'group', 'road', 'number', 'estate', 'building', 'unit', 'floor', 'room', 'rest'];
    await fc.assert(
      fc.asyncProperty(fc.record(Object.fromEntries(names.map((name) => [name, text]))), async (elements) => {
        const [row] = await api.database.query<{ tail: string | null }>('select address_tail($1::jsonb) as tail', [
          JSON.stringify(elements),
        ]);
        expect(row!.tail ?? '').toBe(addressTail(elements as AddressElements));
      }),
      { numRuns: 60 },
    );
  });

  it('finds by the records that a viewer may see, and by nothing that only a hidden register knows', async () => {
    const divisions = fc.oneof(
      fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [GRIDS[0]]),
      fc.subarray([EAST_1, EAST_2, WEST_1, WEST, GRIDS[0]], { minLength: 1 }),
    );
    const kinds = {
      people: (row: (typeof rows)[number]) => writeGlobalId('Person', COUNTY, row.person),
      households: (row: (typeof rows)[number]) => writeGlobalId('Household', COUNTY, 100_000 + row.person),
      dwellings: (row: (typeof rows)[number]) => writeGlobalId('Dwelling', COUNTY, 200_000 + (row.id % 9)),
    };
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        divisions,
        fc.subarray(ALL_REGISTERS, { minLength: 1 }),
        fc.constantFrom(...SOUGHT),
        fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        fc.boolean(),
        async (where, registers, [written, begins], kind, counted) => {
          const { data, errors } = await api.ask<Record<string, { nodes: { id: string }[]; totalCount?: number }>>(
            where,
            `query ($text: String) { ${kind}(filter: { addressPrefix: $text }, first: 200) { nodes { id } ${counted ? 'totalCount' : ''} } }`,
            { text: written },
            registers,
          );
          expect(errors).toBeUndefined();
          const expected = rows.filter((row) => {
            const elements = elementsOf(row.id);
            return (
              elements !== null &&
              row.status === 'current' &&
              registers.includes(row.register) &&
              where.some((code) => code === COUNTY || [row.township, row.village, row.grid].includes(code)) &&
              begins(tailOf(elements), estateOf(elements))
            );
          });
          const ids = [...new Set(expected.map(kinds[kind]))].toSorted();
          expect(data[kind]!.nodes.map(({ id }) => id).toSorted()).toEqual(ids);
          if (counted) expect(data[kind]!.totalCount).toBe(ids.length);
          found += ids.length;
        },
      ),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(100);
  }, 180_000);

  it('narrows what is counted as well', async () => {
    const { data } = await api.ask<{ peopleAggregate: { total: number }; people: { totalCount: number } }>(
      COUNTY,
      `{ peopleAggregate(groupBy: [SEX], filter: { addressPrefix: "人民路" }) { total } people(filter: { addressPrefix: "人民路" }) { totalCount } }`,
    );
    expect(data.peopleAggregate.total).toBe(data.people.totalCount);
    expect(data.people.totalCount).toBeGreaterThan(10);
  });

  it('finds no child from far away, nor the home by what is said of the child alone', async () => {
    const child = rows.find(
      ({ stated, status, id, township }) =>
        stated['birthDate'] === '2020-11-23' && status === 'current' && id % 9 < 7 && township === EAST,
    )!;
    await api.database.query(
      `update record set stated = stated || '{"addressElements": {"road": "儿童路", "number": "1"}}', birth_date = '2020-11-23' where id = $1`,
      [child.id],
    );
    const find = async (forMinors: boolean) => {
      const token = await api.tokenOf({ divisions: [EAST] });
      await api.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
      const { data, errors } = (await api.send(
        {
          query: `{ people(filter: { addressPrefix: "儿童路1号" }) { totalCount } dwellings(filter: { addressPrefix: "儿童路" }) { totalCount } }`,
        },
        { authorization: `Bearer ${token}` },
      )) as unknown as {
        data: { people: { totalCount: number }; dwellings: { totalCount: number } };
        errors?: unknown;
      };
      expect(errors).toBeUndefined();
      return [data.people.totalCount, data.dwellings.totalCount];
    };
    expect([await find(true), await find(false)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('is refused for what is no part of an address of the county', async () => {
    const { errors } = await api.ask(COUNTY, `{ people(filter: { addressPrefix: "，" }) { nodes { id } } }`);
    expect(errors?.[0]!.extensions.code).toBe('BAD_USER_INPUT');
  });
});
