import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPreviewing } from '../../src/commands/open-previewing.js';
import { openReviewing } from '../../src/commands/open-reviewing.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { fillReviewCounty, NUMBERS } from '../decide/review-county.js';
import { MatchPreviewDocument, type MatchPreviewInput } from '../generated/graphql.js';
import { COUNTY, idNumber as writeNumber, link as linkCounty, linksOf, putRecords } from '../link/county-records.js';
import { openApi, PURPOSE } from './open-api.js';
import { ALL_REGISTERS, EAST, EAST_1, EAST_2, WEST, WEST_1 } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
let reviewing: ReturnType<typeof openReviewing>;
const persons = new Map<number, string>();
const childYear = new Date().getFullYear() - 8;
const namesake = (id: number, village: string, year: number) => ({
  id,
  dataset: 'police/residents',
  village,
  stated: { name: '孙小一', birthDate: `${year}-01-01`, idNumber: writeNumber(`${year}0101`, id) },
});
/** A child and somebody of age, in two villages of the east. */
const NAMESAKES = [namesake(31, EAST_1, childYear), namesake(32, EAST_2, 1980)];
beforeAll(async () => {
  api = await openApi(null, 5000, {
    fill: async (database) => {
      await fillReviewCounty(database);
      await database.query(
        `insert into division (code, name, kind, county, township, level)
         select code, code, '村委会', $1, case when length(code) > 6 then left(code, 9) end, (length(code) - 3) / 3 from unnest($2::text[]) as d (code) on conflict do nothing`,
        [COUNTY, [COUNTY, EAST, EAST_1, EAST_2, WEST, WEST_1]],
      );
      await putRecords(database, NAMESAKES);
      await linkCounty(database);
      // What the engine would have found of a row whose number is another's.
      await database.query(`update link set person_reason = 'NUMBER_SET_ASIDE' where record = 16`);
    },
    openReviewing: (hub) => (reviewing = openReviewing(hub)),
    openPreviewing,
  });
  for (const [record, link] of await linksOf(api.database))
    persons.set(record, writeGlobalId('Person', COUNTY, link.person!));
});
afterAll(async () => {
  await api.close();
  await reviewing.close();
});

const preview = (division: string, input: MatchPreviewInput, registers: readonly string[] = ALL_REGISTERS) =>
  api.ask([division], MatchPreviewDocument, { input, first: 10 }, registers);
const found = async (...asked: Parameters<typeof preview>) => {
  const { data, errors } = await preview(...asked);
  expect(errors).toBeUndefined();
  return data.matchPreview;
};

const forMinors = (is: boolean) =>
  api.database.query('update purpose set for_minors = $1 where code = $2', [is, PURPOSE]);

describe('matchPreview', () => {
  it('finds by a number whose name does not contradict, as the rule would', async () => {
    const [first, ...others] = await found(EAST, { name: '王芳', idNumber: NUMBERS[0]! });
    expect(first).toMatchObject({
      probability: 1,
      reason: 'ID_NUMBER_AND_NAME',
      vetoed: false,
      person: { id: persons.get(1) },
    });
    expect(others).toEqual([]);
  });

  it('finds without a number, and through slips, with the steps that lead there', async () => {
    const slip = NUMBERS[0]!.replace(/.(?=.{5}$)/, (digit) => String((Number(digit) + 1) % 10));
    const [first] = await found(COUNTY, {
      name: '王方',
      idNumber: slip,
      sex: '1',
      phone: '138 0000 0001',
      village: EAST_1,
    });
    expect(first!.person.id).toBe(persons.get(1));
    expect(first!.probability).toBeGreaterThan(0.5);
    expect(first!.evidence.map((step) => [step.comparison, step.level])).toEqual(
      expect.arrayContaining([
        ['prior', 'PRIOR'],
        ['number', 'REPAIRED'],
        ['sex', 'EQUAL'],
      ]),
    );
    expect(first!.evidence.find((step) => step.comparison === 'number')!.levelLabel).toBe('号码经一处更正即相同');
    const sum = first!.evidence.slice(1).reduce((total, step) => total + step.bits, 0);
    expect(sum).toBeCloseTo(first!.weight, 1);
  });

  it('shows whose number it is under another name, as one that a person has to decide', async () => {
    const asked = { name: '陈志远', idNumber: NUMBERS[1]! };
    const [first, ...others] = await found(EAST, asked);
    expect(first).toMatchObject({ vetoed: true, reason: null, person: { id: persons.get(3) } });
    expect(first!.probability).toBeLessThan(1);
    expect(others).toEqual([]);
    // As in a night: of the other sex than the number says they are nobody worth asking about.
    expect(await found(EAST, { ...asked, sex: '1' })).toEqual([]);
  });

  it('knows nobody whom the viewer may not see, and reads no record that is hidden', async () => {
    const asked = { name: '周军', idNumber: NUMBERS[5]! };
    expect((await found(WEST, asked))[0]!.person.id).toBe(persons.get(11));
    expect(await found(EAST, asked)).toEqual([]);
    expect(await found(WEST_1, asked, ['civil-affairs'])).toEqual([]);
    // The telephone is civil affairs' alone: for the police it is no evidence.
    const compared = async (registers: readonly string[]) =>
      (await found(EAST, { name: '李强', birthDate: '1982-01-01', phone: '13711112222', village: EAST_1 }, registers))
        .find((each) => each.person.id === persons.get(3))!
        .evidence.map((step) => step.comparison);
    expect(await compared(['police', 'civil-affairs'])).toContain('phone');
    expect(await compared(['police'])).not.toContain('phone');
  });

  it('finds nobody under age from far away, as no list by name does, and lets no chance tell of them', async () => {
    const named = async (division: string) => await found(division, { name: '孙小一' });
    const child = { name: '孙小一', birthDate: `${childYear}-01-01`, idNumber: NAMESAKES[0]!.stated.idNumber };
    const ids = (likely: Awaited<ReturnType<typeof found>>) => likely.map(({ person }) => person.id).toSorted();
    expect(ids(await named(EAST))).toEqual([persons.get(31)!, persons.get(32)!].toSorted());
    await forMinors(false);
    try {
      const seen = await named(EAST);
      expect(ids(seen)).toEqual([persons.get(32)]);
      // As for the village that has no such child.
      expect(seen).toEqual(await named(EAST_2));
      expect(await found(COUNTY, child)).not.toContainEqual(
        expect.objectContaining({ person: { id: persons.get(31) } }),
      );
      expect(ids(await found(EAST_1, child))).toEqual([persons.get(31)]);
    } finally {
      await forMinors(true);
    }
    expect(ids(await found(COUNTY, child))).toEqual([persons.get(31)]);
  });

  it('weighs no name so that it would tell of a namesake whom the viewer does not see', async () => {
    /** Of 赵敏 there is another in the next village; of 王芳 there is none. */
    const weights = async (division: string, registers: readonly string[] = ALL_REGISTERS) =>
      await Promise.all(
        ['赵敏', '王芳'].map(async (name) => {
          const [first] = await found(division, { name, village: EAST_1 }, registers);
          return first!.evidence.find((step) => step.comparison === 'name')!.bits;
        }),
      );
    const [two, one] = await weights(COUNTY);
    expect(one! - two!).toBeCloseTo(1, 2);
    await forMinors(false);
    const ofAge = await weights(COUNTY).finally(() => forMinors(true));
    for (const [other, alone] of [await weights(EAST_1), await weights(COUNTY, ['police']), ofAge]) {
      expect(other).toBe(alone);
      // As if there were five.
      expect(one! - alone!).toBeCloseTo(Math.log2(5), 2);
    }
  });

  it('finds nobody by a number that was set aside as somebody else’s', async () => {
    // The west's own row holds the number; the east sees only the row that it was set aside from.
    const number = NUMBERS[7]!;
    expect((await found(WEST, { name: '郑洁', idNumber: number }))[0]).toMatchObject({ probability: 1 });
    for (const each of await found(EAST, { name: '郑洁', idNumber: number })) {
      expect(each.reason).toBeNull();
      expect(each.evidence.map((step) => step.comparison)).not.toContain('number');
    }
  });

  it('refuses what is no name, no date and no village, and does not repeat it', async () => {
    for (const input of [
      { name: '' },
      { name: 'x', birthDate: '1990年' },
      { name: 'x', village: '1' },
      { name: 'x', sex: '男' },
    ]) {
      const { status, text } = await preview(EAST, input);
      expect(status).toBe(400);
      expect(text).not.toContain('1990年');
    }
  });

  it('writes nothing, and says no name in a statement', async () => {
    api.statements.length = 0;
    await found(EAST, { name: '王芳', phone: '13800000001' });
    expect(api.statements.length).toBeLessThanOrEqual(3);
    expect(api.statements.join('\n')).not.toMatch(/insert|update|王芳|138000/i);
  });
});

describe('a number that was set aside', () => {
  const ask = async (division: string) =>
    (
      await api.ask<{
        person: { idNumber: { value: string } | null; records: { fields: { field: string; value: string }[] }[] };
      }>([division], 'query ($id: ID!) { person(id: $id) { idNumber { value } records { fields { field value } } } }', {
        id: persons.get(16)!,
      })
    ).data.person;

  it('is not its person’s, and stays what the record states', async () => {
    const { idNumber, records } = await ask(EAST);
    expect(idNumber).toBeNull();
    expect(records.flatMap(({ fields }) => fields).some((field) => field.value === NUMBERS[7])).toBe(true);
    // The row that holds the number says so to whoever sees it.
    expect((await ask(COUNTY)).idNumber?.value).toBe(NUMBERS[7]);
  });
});
