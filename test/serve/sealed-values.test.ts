import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPreviewing } from '../../src/commands/open-previewing.js';
import { linkTouched } from '../../src/link/link-touched.js';
import { openSeal, type Seal } from '../../src/seal/open-seal.js';
import { openSealKeys } from '../../src/seal/seal-keys.js';
import { sealRecords } from '../../src/stage/seal-records.js';
import { fillReviewCounty, NUMBERS } from '../decide/review-county.js';
import { MatchPreviewDocument } from '../generated/graphql.js';
import { COUNTY, DATASETS } from '../link/county-records.js';
import { openApi } from './open-api.js';

type Api = Awaited<ReturnType<typeof openApi>>;
let home: string;
let plain: Api;
let sealed: Api;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hub-seal-'));
  const keys = () => openSealKeys({ home, suite: 'aes', masterKey: null, masterCommand: null }, true);
  const seal: Seal = openSeal(keys);
  plain = await openApi(null, 5000, {
    fill: async (database) => {
      await fillReviewCounty(database);
      await database.query('delete from linkage_part');
      await database.query('insert into touched_record select county, id from record limit 1 on conflict do nothing');
      await linkTouched(database, COUNTY, DATASETS);
    },
    openPreviewing,
  });
  sealed = await openApi(null, 5000, {
    fill: async (database) => {
      await fillReviewCounty(database);
      await sealRecords(database, seal, COUNTY, DATASETS, keys().fingerprint);
      await linkTouched({ ...database, sealing: seal }, COUNTY, DATASETS);
    },
    sealing: seal,
    openPreviewing: ({ database }) => openPreviewing({ database: { ...database, sealing: seal } }),
  });
});
afterAll(async () => {
  await plain.close();
  await sealed.close();
  rmSync(home, { recursive: true });
});

const PEOPLE = `query Sealed($filter: PeopleFilter) { people(first: 50, filter: $filter) { totalCount edges { node {
  name { value } phone { value raw values agreeing { ref } others { value } }
  idNumber { value raw label agreeing { ref } others { value source { ref } } }
  birthDate { source { record { fields { field value raw } } } } } } } }`;

it('answers as if nothing were sealed, whole numbers included', async () => {
  const [one, other] = [await plain.ask(COUNTY, PEOPLE, {}), await sealed.ask(COUNTY, PEOPLE, {})];
  expect(other.errors).toBeUndefined();
  expect(other.text).toMatch(/"\d{17}[\dX]"/);
  expect(withoutIds(other.data)).toEqual(withoutIds(one.data));
});

it('finds by a number and by a telephone without opening any', async () => {
  const [{ phone }] = (await plain.database.query<{ phone: string }>(
    'select phone from record where phone is not null limit 1',
  )) as [{ phone: string }];
  for (const filter of [{ idNumber: NUMBERS[0]! }, { phone }, { idNumber: '99050219900101002X' }]) {
    const [one, other] = [await plain.ask(COUNTY, PEOPLE, { filter }), await sealed.ask(COUNTY, PEOPLE, { filter })];
    expect(other.errors).toBeUndefined();
    expect(withoutIds(other.data)).toEqual(withoutIds(one.data));
  }
});

it('knows by a number, also by one with a slip, whom somebody could be', async () => {
  const slip = NUMBERS[0]!.replace(/.(?=.{5}$)/, (digit) => String((Number(digit) + 1) % 10));
  for (const idNumber of [NUMBERS[0]!, slip]) {
    const asked = { input: { name: '王芳', idNumber }, first: 5 };
    const [one, other] = [
      await plain.ask(COUNTY, MatchPreviewDocument, asked),
      await sealed.ask(COUNTY, MatchPreviewDocument, asked),
    ];
    expect(one.data.matchPreview.length).toBeGreaterThan(0);
    expect(withoutIds(other.data)).toEqual(withoutIds(one.data));
  }
});

/** The two counties were made beside each other, and number their people each in its own order. */
function withoutIds(data: object): string[] {
  const { people, matchPreview } = data as { people?: { edges: object[] }; matchPreview?: object[] };
  return (people?.edges ?? matchPreview!)
    .map((each) => JSON.stringify(each).replaceAll(/"id":"[^"]*"/gu, ''))
    .toSorted();
}
