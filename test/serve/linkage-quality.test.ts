import { afterAll, beforeAll, expect, it } from 'vitest';
import { assembleTouched } from '../../src/graph/assemble-touched.js';
import { measureStanding } from '../../src/quality/measure-standing.js';
import { recordRun } from '../../src/quality/record-run.js';
import { LinkageQualityDocument } from '../generated/graphql.js';
import { openApi } from './open-api.js';
import { ALL_REGISTERS, COUNTY, EAST } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
  for (const night of [1, 2]) {
    await assembleTouched(api.database, COUNTY, []);
    const reported = {
      run: null,
      full: night === 1,
      touched: 9,
      recordsRead: 9,
      added: 5,
      merged: 0,
      split: 0,
      retired: 0,
      seconds: 1,
    };
    const standing = { ...(await measureStanding(api.database, COUNTY)), seconds: 0 };
    await recordRun(api.database, COUNTY, reported, standing, Date.now());
  }
});
afterAll(() => api.close());

const ask = async (division: string, registers?: string[], variables: { run?: number; runs?: number } = {}) => {
  const { data, errors } = await api.ask(division, LinkageQualityDocument, variables, registers);
  expect(errors).toBeUndefined();
  return data;
};

it('tells who sees the whole county how the links stand, and pages through the runs', async () => {
  const { linkageQuality, linkageRuns } = await ask(COUNTY, undefined, { runs: 1 });
  expect(linkageQuality).toMatchObject({ run: { whole: false, model: null }, queue: { open: 0 }, blockingRecall: [] });
  expect(linkageQuality!.violations.map(({ code, persons }) => [code, persons])).toEqual([
    ['TWO_ID_NUMBERS', 0],
    ['REGISTER_REPEATS', 0],
    ['BIRTH_DATES_APART', 0],
    ['SEXES_DIFFER', 0],
  ]);
  expect(linkageQuality!.reasons.some(({ kind, records }) => kind === 'person' && records > 0)).toBe(true);
  expect(linkageQuality!.drift.every(({ before, now, beyond }) => before === now && !beyond)).toBe(true);
  expect(linkageRuns).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
  const { number } = linkageRuns.nodes[0]!;
  expect((await ask(COUNTY, undefined, { run: number - 1 })).linkageQuality!.run.whole).toBe(true);
  expect((await ask(COUNTY, undefined, { run: number + 1 })).linkageQuality).toBeNull();
});

it('looks absent to who sees a part of the county, or not every register', async () => {
  const absent = { linkageQuality: null, linkageRuns: { totalCount: 0, nodes: [] } };
  expect(await ask(EAST)).toMatchObject(absent);
  expect(await ask(COUNTY, ALL_REGISTERS.slice(1))).toMatchObject(absent);
});
