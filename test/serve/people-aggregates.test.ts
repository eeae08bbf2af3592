import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseValue, type Candidate } from '../../src/model/priority.js';
import { publishTotals } from '../../src/totals/publish-totals.js';
import { openApi } from './open-api.js';
import { fillRandomCounty, GRIDS, rows, type Row } from './random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

const AGE_ON = '2026-11-22';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi(null, 5000, { fill: fillRandomCounty });
});
afterAll(() => api.close());

interface Answer {
  readonly peopleAggregate: {
    readonly total: number;
    readonly groups: readonly { readonly keys: readonly { readonly code: string | null }[]; readonly people: number }[];
  };
}
const ASK = `query ($by: [PeopleGroup!]!, $filter: PeopleFilter) { peopleAggregate(groupBy: $by, filter: $filter, ageOn: "${AGE_ON}") {
  total groups { keys { code } people } } }`;

type Group = 'TOWNSHIP' | 'VILLAGE' | 'GRID' | 'TIE' | 'PROGRAMME' | 'SEX' | 'AGE' | 'AGE_FIVE_YEARS';

function ageOf(birth: string | null): number | null {
  if (birth === null) return null;
  const years = Number(AGE_ON.slice(0, 4)) - Number(birth.slice(0, 4));
  return birth.slice(4) > AGE_ON.slice(4) ? years - 1 : years;
}

function bandOf(age: number | null): string | null {
  if (age === null || age < 0) return null;
  return age <= 6
    ? '0-6'
    : age <= 14
      ? '7-14'
      : age <= 17
        ? '15-17'
        : age <= 59
          ? '18-59'
          : age <= 79
            ? '60-79'
            : '80+';
}

/** The same, by filtering arrays. */
function countPlainly(
  divisions: readonly string[],
  registers: readonly string[],
  by: readonly Group[],
  filter: { division?: string; register?: string; name?: string },
) {
  const visible = rows.filter(
    (row) =>
      registers.includes(row.register) &&
      divisions.some((code) => (code.length === 6 ? true : [row.township, row.village, row.grid].includes(code))),
  );
  const chosen = (person: number, field: string): string | null =>
    chooseValue(
      field,
      visible
        .filter((row) => row.person === person)
        .map(({ id, dataset, status, stated }): Candidate<string | undefined> => ({
          value: stated[field],
          dataset,
          record: id,
          retired: status === 'retired',
          statedAt: stated['updatedAt']!,
        })),
    )?.chosen.value ?? null;
  const current = visible.filter((row) => row.status === 'current');
  const inDivision = (row: Row) =>
    !filter.division || filter.division === COUNTY || [row.township, row.village, row.grid].includes(filter.division);
  const counted = current.filter((row) => inDivision(row) && (!filter.register || row.register === filter.register));
  const named = new Set(counted.filter((row) => row.stated['name'] === filter.name).map((row) => row.person));
  const groups: Record<string, Set<number>> = {};
  const all = new Set<number>();
  for (const row of counted) {
    const { person } = row;
    if (filter.name && !named.has(person)) continue;
    all.add(person);
    const drawn = [
      ...new Set(
        current
          .filter((each) => each.person === person && each.stated['programme'])
          .map((each) => each.stated['programme']!),
      ),
    ];
    for (const programme of drawn.length > 0 ? drawn : [null]) {
      const age = ageOf(chosen(person, 'birthDate'));
      const values: Record<Group, string | null> = {
        TOWNSHIP: row.township,
        VILLAGE: row.village,
        GRID: row.grid,
        TIE: row.tie,
        PROGRAMME: programme,
        SEX: chosen(person, 'sex'),
        AGE: bandOf(age),
        AGE_FIVE_YEARS:
          age === null || age < 0
            ? null
            : age >= 100
              ? '100+'
              : `${Math.floor(age / 5) * 5}-${Math.floor(age / 5) * 5 + 4}`,
      };
      (groups[JSON.stringify(by.map((group) => values[group]))] ??= new Set()).add(person);
    }
  }
  return {
    total: all.size,
    groups: by.length === 0 ? {} : Object.fromEntries(Object.entries(groups).map(([key, who]) => [key, who.size])),
  };
}

it('counts what its viewer may see and nothing else, for any viewer, grouping and filter', async () => {
  const divisions = fc.oneof(
    fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [GRIDS[0]]),
    fc.subarray([EAST_1, EAST_2, WEST_1, WEST, GRIDS[0]], { minLength: 1 }),
  );
  const groups = fc.shuffledSubarray<Group>(
    ['TOWNSHIP', 'VILLAGE', 'GRID', 'TIE', 'PROGRAMME', 'SEX', 'AGE', 'AGE_FIVE_YEARS'],
    { maxLength: 3 },
  );
  const filter = fc.record(
    {
      division: fc.constantFrom(COUNTY, EAST, WEST, EAST_1, EAST_2, WEST_1, GRIDS[0]),
      register: fc.constantFrom(...ALL_REGISTERS),
      name: fc.constantFrom('人1', '人2'),
    },
    { requiredKeys: [] },
  );
  const plain = fc.constantFrom<Group[][]>([], ['VILLAGE'], ['TOWNSHIP'], ['VILLAGE', 'TIE'], ['TIE']);
  await fc.assert(
    fc.asyncProperty(
      divisions,
      fc.subarray(ALL_REGISTERS, { minLength: 1 }),
      fc.oneof(groups, plain),
      filter,
      async (where, registers, by, narrowed) => {
        const answer = await api.ask<Answer>(where, ASK, { by, filter: narrowed }, registers);
        expect(answer.errors).toBeUndefined();
        const { total, groups: found } = answer.data.peopleAggregate;
        expect({
          total,
          groups: Object.fromEntries(
            found.map(({ keys, people }) => [JSON.stringify(keys.map(({ code }) => code)), people]),
          ),
        }).toEqual(countPlainly(where, registers, by, narrowed));
      },
    ),
    { numRuns: 250 },
  );
}, 60_000);

it('counts who is in an area by what is chosen of them among all that the viewer sees, in the area and elsewhere', async () => {
  for (const where of [COUNTY, EAST, EAST_1, WEST_1, GRIDS[0]])
    for (const division of [COUNTY, EAST, EAST_1, EAST_2, WEST_1, GRIDS[0]]) {
      const by: Group[] = ['AGE', 'SEX'];
      const answer = await api.ask<Answer>(where, ASK, { by, filter: { division } });
      const { total, groups } = answer.data.peopleAggregate;
      expect(
        {
          total,
          groups: Object.fromEntries(
            groups.map(({ keys, people }) => [JSON.stringify(keys.map(({ code }) => code)), people]),
          ),
        },
        `${where} asks for ${division}`,
      ).toEqual(countPlainly([where].flat(), ALL_REGISTERS, by, { division }));
    }
});

it('reads what the night counted, where it has counted it', async () => {
  const traits = () => api.statements.filter((text) => text.includes('person_trait')).length;
  const before = traits();
  for (const where of [COUNTY, EAST, EAST_1]) {
    await api.ask(where, ASK, { by: ['VILLAGE'] });
    await api.ask(where, `{ people { totalCount } divisions { people { totalCount } } }`);
  }
  expect(traits()).toBe(before);
  await api.ask(GRIDS[0], ASK, { by: ['VILLAGE'] });
  expect(traits()).toBe(before + 1);
});

it('says in both languages what a group is, orders bands by age, and refuses what is too much', async () => {
  const text = `{ peopleAggregate(groupBy: [AGE_FIVE_YEARS, SEX], ageOn: "${AGE_ON}") { groups { keys { group label(language: EN) } } } }`;
  const { data } = await api.ask<{ peopleAggregate: { groups: { keys: { label: string }[] }[] } }>(COUNTY, text);
  const labels = [...new Set(data.peopleAggregate.groups.map(({ keys }) => keys[0]!.label))];
  expect(labels).toEqual(['5-9', '15-19', '35-39', '55-59', '60-64', '100 and above']);
  const ties = await api.ask<{ peopleAggregate: { groups: { keys: { label: string }[] }[] } }>(
    COUNTY,
    `{ peopleAggregate(groupBy: [TIE, VILLAGE]) { groups { keys { label } } } }`,
  );
  expect(ties.data.peopleAggregate.groups.map(({ keys }) => keys.map(({ label }) => label).join(' '))).toEqual(
    expect.arrayContaining(['户籍在此 一社区', '居住在此 二村', '未载明 未载明']),
  );
  const four = await api.ask(COUNTY, ASK, { by: ['SEX', 'AGE', 'TIE', 'VILLAGE'] });
  expect(four.errors?.[0]!.extensions.code).toBe('BAD_USER_INPUT');
  const twice = await api.ask(COUNTY, ASK, { by: ['SEX', 'SEX'] });
  expect(twice.errors?.[0]!.extensions.code).toBe('BAD_USER_INPUT');
});

it('tells who sees totals only what is published, by the same question', async () => {
  await publishTotals(api.database, COUNTY, { registers: [ALL_REGISTERS], on: AGE_ON, threshold: 5, roundedTo: 5 });
  const token = await api.tokenOf({ divisions: [EAST], records: false });
  const ask = (query: string) => api.send({ query }, { authorization: `Bearer ${token}` });
  const { data } = (await ask(
    `{ peopleAggregate(groupBy: [VILLAGE, SEX]) { total publishedOn roundedTo groups { people keys { code label } } } }`,
  )) as unknown as { data: Answer & { peopleAggregate: { publishedOn: string; roundedTo: number } } };
  expect(data.peopleAggregate).toMatchObject({ publishedOn: AGE_ON, roundedTo: 5 });
  const people = data.peopleAggregate.groups.map((group) => group.people);
  expect(people.every((each) => each === null || (each >= 5 && each % 5 === 0))).toBe(true);
  const now = await ask(`{ peopleAggregate(groupBy: [AGE], ageOn: "2026-01-01") { total } }`);
  expect(now.errors?.[0]!.extensions.code).toBe('BAD_USER_INPUT');
});

it('counts nobody by a value of a class that is not granted', async () => {
  const token = await api.tokenOf({ divisions: [COUNTY], fields: ['basic'] });
  const ask = (by: string) =>
    api.send({ query: `{ peopleAggregate(groupBy: [${by}]) { total } }` }, { authorization: `Bearer ${token}` });
  expect((await ask('PROGRAMME')).errors?.[0]!.extensions.code).toBe('FIELD_NOT_GRANTED');
  expect((await ask('SEX')).errors).toBeUndefined();
});
