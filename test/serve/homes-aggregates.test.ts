import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseValue, type Candidate } from '../../src/model/priority.js';
import { openApi } from './open-api.js';
import { fillRandomCounty, GRIDS } from './random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

interface Row extends Record<string, unknown> {
  readonly record: number;
  readonly register: string;
  readonly dataset: string;
  readonly township: string | null;
  readonly village: string | null;
  readonly grid: string | null;
  readonly status: string;
  readonly tie: string | null;
  readonly person: number | null;
  readonly household: number | null;
  readonly dwelling: number | null;
  readonly stated: Readonly<Record<string, string>>;
}

let api: Awaited<ReturnType<typeof openApi>>;
let rows: readonly Row[];
beforeAll(async () => {
  api = await openApi(null, 5000, {
    fill: async (database) => {
      await fillRandomCounty(database);
      // Homes of one to seven; every fourth record is of the dwelling itself.
      await database.query(
        `update link set household = case when record % 5 > 0 then 100000 + person % 23 end, dwelling = case when record % 7 > 0 then 200000 + person % 19 end`,
      );
      await database.query('update link set person = null, household = null, tie = null where record % 4 = 0');
      await database.query('update record set tie = null where id % 4 = 0');
      await database.query(
        `update record set stated = stated || jsonb_build_object('dwellingKind', case id % 3 when 0 then '自建房' else '商品房' end) where id % 4 = 0 or id % 11 = 0`,
      );
      await database.query(
        `update record set stated = stated || jsonb_build_object('householdNumber', 'H' || id) where id % 6 = 1`,
      );
      await database.query('analyze');
    },
  });
  rows = await api.database.query<Row>(
    'select l.record, l.register, l.dataset, l.township, l.village, l.grid, l.status, l.tie, l.person, l.household, l.dwelling, r.stated from link l join record r on r.county = l.county and r.id = l.record',
  );
});
afterAll(() => api.close());

type Kind = 'household' | 'dwelling';
type Group = 'TOWNSHIP' | 'VILLAGE' | 'GRID' | 'KIND' | 'PEOPLE';

/** The same, by filtering arrays. */
function countPlainly(
  kind: Kind,
  divisions: readonly string[],
  registers: readonly string[],
  ties: readonly string[],
  by: readonly Group[],
  filter: { division?: string; register?: string },
) {
  const isIn = (row: Row, code: string) => code === COUNTY || [row.township, row.village, row.grid].includes(code);
  const visible = rows.filter(
    (row) =>
      row[kind] !== null &&
      registers.includes(row.register) &&
      (row.tie === null || ties.includes(row.tie)) &&
      divisions.some((code) => isIn(row, code)),
  );
  const kindOf = (records: readonly Row[]): string | null => {
    if (kind === 'household') {
      const registered = records.some(({ stated }) => stated['householdNumber'] !== undefined);
      return registered || !records.some(({ tie }) => tie === 'resident') ? 'registered' : 'residential';
    }
    const stating = records.filter(({ stated }) => stated['dwellingKind'] !== undefined);
    const own = stating.filter(({ person }) => person === null);
    return (
      chooseValue(
        'dwellingKind',
        (own.length > 0 ? own : stating).map(({ record, dataset, status, stated }): Candidate<string> => ({
          value: stated['dwellingKind']!,
          dataset,
          record,
          retired: status === 'retired',
          statedAt: stated['updatedAt']!,
        })),
      )?.chosen.value ?? null
    );
  };
  const sizeOf = (records: readonly Row[]): string => {
    const people = records.filter(
      ({ status, person, tie }) =>
        status === 'current' && person !== null && (kind === 'household' || tie === 'resident'),
    );
    const size = new Set(people.map(({ person }) => person)).size;
    return size >= 6 ? '6+' : String(size);
  };
  const groups: Record<string, Set<number>> = {};
  const all = new Set<number>();
  for (const row of visible) {
    if (row.status !== 'current' || (filter.division && !isIn(row, filter.division))) continue;
    if (filter.register && row.register !== filter.register) continue;
    const home = row[kind]!;
    all.add(home);
    const records = visible.filter((other) => other[kind] === home);
    const values: Record<Group, string | null> = {
      TOWNSHIP: row.township,
      VILLAGE: row.village,
      GRID: row.grid,
      KIND: kindOf(records),
      PEOPLE: sizeOf(records),
    };
    (groups[JSON.stringify(by.map((group) => values[group]))] ??= new Set()).add(home);
  }
  return {
    total: all.size,
    groups: by.length === 0 ? {} : Object.fromEntries(Object.entries(groups).map(([key, who]) => [key, who.size])),
  };
}

interface Answer {
  readonly total: number;
  readonly groups: readonly { readonly keys: readonly { readonly code: string | null }[]; readonly homes: number }[];
}

it('counts homes as its viewer may see them, for any viewer, grouping and filter', async () => {
  const divisions = fc.oneof(
    fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [GRIDS[0]]),
    fc.subarray([EAST_1, EAST_2, WEST_1, WEST, GRIDS[0]], { minLength: 1 }),
  );
  const filter = fc.record(
    {
      division: fc.constantFrom(COUNTY, EAST, WEST, EAST_1, WEST_1, GRIDS[0]),
      register: fc.constantFrom(...ALL_REGISTERS),
    },
    { requiredKeys: [] },
  );
  let counted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Kind>('household', 'dwelling'),
      divisions,
      fc.subarray(ALL_REGISTERS, { minLength: 1 }),
      fc.constantFrom<('resident' | 'registered')[]>(['resident', 'registered'], ['resident'], ['registered']),
      fc.shuffledSubarray<Group>(['TOWNSHIP', 'VILLAGE', 'GRID', 'KIND', 'PEOPLE'], { maxLength: 3 }),
      filter,
      async (kind, where, registers, ties, by, narrowed) => {
        const token = await api.tokenOf({ divisions: where, registers, ties });
        const query = `query ($by: [HomeGroup!]!, $filter: AreaFilter) { answer: ${kind}sAggregate(groupBy: $by, filter: $filter) { total groups { keys { code } homes } } }`;
        const { data, errors } = (await api.send(
          { query, variables: { by, filter: narrowed } },
          { authorization: `Bearer ${token}` },
        )) as unknown as { data: { answer: Answer }; errors?: unknown };
        expect(errors).toBeUndefined();
        const { total, groups } = data.answer;
        expect({
          total,
          groups: Object.fromEntries(
            groups.map(({ keys, homes }) => [JSON.stringify(keys.map(({ code }) => code)), homes]),
          ),
        }).toEqual(countPlainly(kind, where, registers, ties, by, narrowed));
        counted += total;
      },
    ),
    { numRuns: 250 },
  );
  expect(counted).toBeGreaterThan(500);
}, 180_000);

it('says what the homes say of themselves, in words, and refuses what is not granted', async () => {
  const text = `{ householdsAggregate(groupBy: [KIND, PEOPLE]) { groups { keys { code label } homes } }
    households(first: 200) { nodes { kind members { totalCount } } }
    dwellingsAggregate(groupBy: [KIND]) { groups { keys { code } homes } } dwellings(first: 200) { nodes { kind { value } } } }`;
  const { data } = await api.ask<{
    householdsAggregate: Answer;
    dwellingsAggregate: Answer;
    households: { nodes: { kind: string; members: { totalCount: number } }[] };
    dwellings: { nodes: { kind: { value: string } | null }[] };
  }>(COUNTY, text);
  const tally = (keys: readonly string[]) =>
    Object.fromEntries([...new Set(keys)].toSorted().map((key) => [key, keys.filter((each) => each === key).length]));
  const said = (answer: Answer) =>
    Object.fromEntries(
      answer.groups
        .map(({ keys, homes }) => [keys.map(({ code }) => code ?? '').join(' '), homes] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  expect(said(data.householdsAggregate)).toEqual(
    tally(
      data.households.nodes.map(
        ({ kind, members: { totalCount } }) => `${kind.toLowerCase()} ${totalCount >= 6 ? '6+' : totalCount}`,
      ),
    ),
  );
  expect(said(data.dwellingsAggregate)).toEqual(tally(data.dwellings.nodes.map(({ kind }) => kind?.value ?? '')));
  const codeOf = async (terms: Parameters<typeof api.tokenOf>[0], query: string) => {
    const answer = await api.send({ query }, { authorization: `Bearer ${await api.tokenOf(terms)}` });
    return answer.errors?.[0]!.extensions.code;
  };
  expect(await codeOf({ fields: ['basic'] }, '{ dwellingsAggregate(groupBy: [KIND]) { total } }')).toBe(
    'FIELD_NOT_GRANTED',
  );
  expect(await codeOf({ fields: [] }, '{ householdsAggregate(groupBy: [KIND]) { total } }')).toBe('FIELD_NOT_GRANTED');
  expect(await codeOf({ fields: [] }, '{ householdsAggregate(groupBy: [PEOPLE]) { total } }')).toBeUndefined();
  expect(await codeOf({}, '{ householdsAggregate(groupBy: [KIND, KIND]) { total } }')).toBe('BAD_USER_INPUT');
});
