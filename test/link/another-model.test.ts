import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkTouched, previewLearning } from '../../src/link/link-touched.js';
import { checkTrained, inDeclaredOrder, WrongTraining } from '../../src/link/persons/check-trained.js';
import { readModel } from '../../src/link/persons/learned-model.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, DATASETS, idNumber, link, linksOf, putRecords } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
const HERS = { name: '司马相如', birthDate: '1990-03-12', sex: '2', phone: '13800000001' };

beforeAll(async () => {
  database = await cloneDatabase();
  await putRecords(database, [
    { id: 1, dataset: 'police/residents', stated: { ...HERS, idNumber: idNumber('19900312', 24) } },
    { id: 2, dataset: 'governance/residents', stated: HERS },
  ]);
  expect(await link(database)).toMatchObject({ model: 'county-persons v2 #1' });
});
afterAll(() => database.close());

const inUse = async () => (await readModel(database.pool, COUNTY, null))!;
const persons = async () => [...(await linksOf(database)).values()].map((row) => row.person);
const WORD = { by: '王主任', reason: '复核后', from: 'file' } as const;
/** Agreement on a name is worth nothing in it. */
const strict = async () => {
  const { trained } = await inUse();
  const name = trained.comparisons['name']!.map(({ code }) => ({ code, m: 1e-6, u: 1 }));
  return checkTrained({ ...trained, prior: 0.01, comparisons: { ...trained.comparisons, name } });
};

it('tells what another model would move, and changes nothing', async () => {
  const [before, links] = [await inUse(), [...(await linksOf(database)).values()]];
  expect(links[0]!.person).toBe(links[1]!.person);
  const learning = { trained: await strict(), word: WORD };
  expect(await previewLearning(database, COUNTY, DATASETS, learning)).toMatchObject({
    merged: 0,
    split: 1,
    moved: 1,
    records: 2,
  });
  expect(await previewLearning(database, COUNTY, DATASETS, { trained: null, word: WORD })).toMatchObject({
    moved: 0,
    model: { trained: { prior: before.trained.prior, comparisons: before.trained.comparisons } },
  });
  expect(await inUse()).toEqual(before);
  expect([...(await linksOf(database)).values()]).toEqual(links);
});

it('is used by this run and every night after, with the name of who answers for it, until another follows', async () => {
  const [first] = await persons();
  const trained = await strict();
  const report = await linkTouched(database, COUNTY, DATASETS, undefined, { trained, word: WORD });
  expect(report).toMatchObject({ full: true, touched: 0, model: 'county-persons v2 #2' });
  expect(await inUse()).toMatchObject({ id: 2, word: WORD });
  expect(inDeclaredOrder((await inUse()).trained)).toEqual(trained);
  expect(await persons()).toEqual([first, expect.not.toSatisfy((id) => id === first)]);
  await putRecords(database, [{ id: 2, dataset: 'governance/residents', stated: { ...HERS, remark: 'x' } }]);
  expect(await link(database)).toMatchObject({ full: false, model: 'county-persons v2 #2' });
  expect(new Set(await persons()).size).toBe(2);
  await linkTouched(database, COUNTY, DATASETS, undefined, {
    trained: null,
    word: { ...WORD, from: 'training' },
  });
  expect(await inUse()).toMatchObject({ id: 3, word: { from: 'training' } });
  expect(await readModel(database.pool, COUNTY, 1)).toMatchObject({ id: 1, word: null });
  expect(await persons()).toEqual([first, first]);
});

it('is not used where the declaration has other levels: the next run learns them, or takes the file that has them', async () => {
  const fit = await inUse();
  const spoil = () =>
    database.query(
      `update linkage_model set trained = trained #- '{comparisons,home,0}' where id = (select max(id) from linkage_model)`,
    );
  const touch = () => putRecords(database, [{ id: 2, dataset: 'governance/residents', stated: HERS }]);
  await spoil();
  await touch();
  expect(await link(database)).toMatchObject({ full: false, model: 'county-persons v2 #4' });
  expect(await inUse()).toMatchObject({ word: null, trained: { comparisons: fit.trained.comparisons } });
  const trained = await strict();
  await spoil();
  const report = await linkTouched(database, COUNTY, DATASETS, undefined, { trained, word: WORD });
  expect(report).toMatchObject({ model: 'county-persons v2 #5' });
  expect(inDeclaredOrder((await inUse()).trained)).toEqual(trained);
  expect(new Set(await persons()).size).toBe(2);
});

it('names everything that a file is missing, or has too much of', async () => {
  const { trained } = await inUse();
  const { name, sex, phone: _, ...others } = trained.comparisons;
  const wrong = {
    ...trained,
    version: 0,
    prior: 1,
    comparisons: {
      ...others,
      name: name!.slice(1),
      sex: sex!.map(({ code, u }) => ({ code, m: 1.5, u })),
      shoes: [{ code: 'EQUAL', m: 1, u: 0 }],
    },
  };
  const faults = (found: unknown): string => {
    try {
      checkTrained(found);
      return '';
    } catch (error) {
      if (error instanceof WrongTraining) return error.message;
      throw error;
    }
  };
  expect(faults(trained)).toBe('');
  for (const place of [
    'version: has to be 2, found 0',
    'prior: has to be a number between 0 and 1, found 1',
    'comparisons.name.EQUAL: is missing',
    'comparisons.sex.EQUAL.m: has to be a number from 0 to 1, found 1.5',
    'comparisons.sex.DIFFERS.m',
    'comparisons.phone: is missing; it has the levels EQUAL, SHARED, DIFFERS',
    'comparisons.shoes: there is no such comparison',
  ])
    expect(faults(wrong)).toContain(place);
  for (const nothing of [null, [], 'x', {}]) expect(faults(nothing)).toContain('comparisons.home: is missing');
});
