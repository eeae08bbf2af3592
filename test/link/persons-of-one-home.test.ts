import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPARISONS, NUMBER } from '../../src/link/persons/compare-person.js';
import { PERSON_MODEL } from '../../src/link/persons/person-model.js';
import { PERSON_START, PRIOR_START, RARE } from '../../src/link/persons/person-start.js';
import { PersonWeights } from '../../src/link/persons/person-weights.js';
import { cloneDatabase } from '../database/clone.js';
import { forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(() => forget(database));

const HOME = { address: 'x', addressElements: { group: '3', number: '5' } };
const FAMILY = { ...HOME, phone: '13800000001', headName: '王春' };
const DAUGHTER = idNumber('20000815', 28);
const UNCLE = idNumber('19771229', 17);
const police = (id: number, stated: object): TestRecord => ({
  id,
  dataset: 'police/residents',
  stated: { householdNumber: 'H1', ...HOME, ...stated },
});
const door = (id: number, stated: object): TestRecord => ({
  id,
  dataset: 'governance/residents',
  stated: { ...FAMILY, ...stated },
});

async function queue(): Promise<readonly (readonly [one: number, other: number])[]> {
  const rows = await database.query<{ one: number; other: number }>(
    'select one_record as one, other_record as other from review_pair where closed_at is null order by 1, 2',
  );
  return rows.map(({ one, other }) => [one, other] as const);
}

describe('a row that is called like one of its home', () => {
  it('is another of the family where the register has that one already, and a person is asked', async () => {
    await putRecords(database, [
      police(1, { name: '王欣', idNumber: DAUGHTER, phone: FAMILY.phone }),
      door(2, { name: '王欣', birthDate: '2000-08-15', sex: '2' }),
      door(3, { name: '王昕' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.person).toBe(links.get(1)!.person);
    expect(links.get(3)!.person).not.toBe(links.get(1)!.person);
    expect(await queue()).toContainEqual([1, 3]);
  });

  it('is theirs who bears just its name, whose telephone soever it states', async () => {
    await putRecords(database, [
      police(1, { name: '王欣', idNumber: DAUGHTER, phone: FAMILY.phone }),
      police(2, { name: '王昕', idNumber: UNCLE, phone: '13800000002' }),
      door(3, { name: '王昕' }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(3)!.person).toBe(links.get(2)!.person);
    expect(links.get(3)!.person).not.toBe(links.get(1)!.person);
  });

  it('is theirs who bears just its name, though the number is a sister’s', async () => {
    await putRecords(database, [
      police(1, { name: '王欣雨', idNumber: DAUGHTER, phone: FAMILY.phone }),
      police(2, { name: '王光杰', idNumber: UNCLE, phone: '13800000002' }),
      door(3, { name: '王光杰', idNumber: DAUGHTER }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(3)!.person).toBe(links.get(2)!.person);
  });
});

describe('a person is asked', () => {
  it.each([
    ['changed the surname, as all but the name says', { name: '陈昕彤', sex: '1' }],
    ['bears only the surname, where the register has nobody for them yet', { name: '王珂', sex: '1' }],
    ['may have had a slip in name and in date of birth at once', { name: '王昕磊', birthDate: '1977-12-30', sex: '1' }],
  ])('whether somebody of one home %s', async (_, stated) => {
    await putRecords(database, [
      police(1, { name: '王昕彤', idNumber: UNCLE, relation: '20' }),
      police(2, { name: '王春', idNumber: idNumber('19500101', 31), relation: '02' }),
      door(3, { relation: '20', ...stated }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(3)!.person).not.toBe(links.get(1)!.person);
    expect(await queue()).toEqual([[1, 3]]);
  });

  it('never whether two who each have a number and a name are one', async () => {
    await putRecords(database, [
      police(1, { name: '王昕彤', idNumber: UNCLE, ...FAMILY }),
      door(2, { name: '王昕磊', idNumber: idNumber('19790104', 31) }),
    ]);
    await link(database);
    expect(await queue()).toEqual([]);
  });

  it('of two numbers under one name and date of birth, of which the police struck one off', async () => {
    const again = idNumber('19771229', 35);
    await putRecords(database, [
      police(1, { name: '王昕彤', idNumber: UNCLE, birthDate: '1977-12-29', householdStatus: '正常' }),
      police(2, { name: '王昕彤', idNumber: again, birthDate: '1977-12-29', householdStatus: '注销', ...FAMILY }),
      door(3, { name: '王昕彤', idNumber: again }),
    ]);
    await link(database);
    const links = await linksOf(database);
    expect(links.get(2)!.person).not.toBe(links.get(1)!.person);
    expect(links.get(3)!.person).toBe(links.get(2)!.person);
    expect(await queue()).toEqual([[1, 2]]);
  });
});

describe('a register', () => {
  const elsewhere = { addressElements: { group: '9', number: '77' }, phone: '13800000009', headName: '' };

  it('may have one person where they are registered and again where they live', async () => {
    const rows = (tie: 'registered' | 'resident'): TestRecord[] => [
      police(1, { name: '王昕彤', idNumber: UNCLE, birthDate: '1977-12-29' }),
      { ...door(2, { name: '王昕彤', birthDate: '1977-12-29' }), tie: 'registered' },
      { ...door(3, { name: '王昕彤', ...elsewhere }), tie },
    ];
    const probability = async (tie: 'registered' | 'resident'): Promise<number> => {
      await forget(database);
      await database.query('truncate review_pair');
      await putRecords(database, rows(tie));
      await link(database);
      const links = await linksOf(database);
      if (links.get(3)!.person === links.get(1)!.person) return 1;
      const [found] = await database.query<{ probability: number }>(
        'select probability from review_pair where closed_at is null and other_record = 3',
      );
      return found?.probability ?? 0;
    };
    expect(await probability('resident')).toBeGreaterThan(await probability('registered'));
  });
});

describe('what name, date of birth and home settle', () => {
  const weights = new PersonWeights(
    {
      model: PERSON_MODEL.name,
      version: PERSON_MODEL.version,
      trainedOn: { records: 0, pairs: 0, at: '' },
      prior: PRIOR_START,
      comparisons: Object.fromEntries(
        PERSON_MODEL.comparisons.map(({ name, levels }) => [
          name,
          levels.map(({ code }) => {
            const [m, u] = PERSON_START[name]![code] ?? RARE;
            return { code, m, u };
          }),
        ]),
      ),
    },
    new Float64Array(1),
    1000,
  );

  it('neither joins nor is asked about, whatever telephone, sex, head and register say', () => {
    const levels = new Uint8Array(COMPARISONS);
    let settled = 0;
    const wrong: string[] = [];
    const vary = (comparison: number): void => {
      if (comparison === COMPARISONS) {
        if (!weights.isSettled(levels)) return;
        settled += 1;
        if (weights.isWorthAsking(levels) || !weights.isVetoed(levels, false)) wrong.push(levels.join(' '));
        return;
      }
      for (let level = 0; level <= PERSON_MODEL.comparisons[comparison]!.levels.length; level += 1) {
        // Of one number the rule asks before it settles.
        if (comparison === NUMBER && level === 1) continue;
        levels[comparison] = level;
        vary(comparison + 1);
      }
    };
    vary(0);
    expect(settled).toBeGreaterThan(100_000);
    expect(wrong).toEqual([]);
  });
});
