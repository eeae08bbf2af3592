import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../fixtures/county/random.js';
import { openSeal } from '../../src/seal/open-seal.js';
import { openSealKeys } from '../../src/seal/seal-keys.js';
import { sealRecords } from '../../src/stage/seal-records.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, DATASETS, forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let cloned: Awaited<ReturnType<typeof cloneDatabase>>;
const homes: string[] = [];
beforeAll(async () => {
  cloned = await cloneDatabase();
});
afterAll(async () => {
  await cloned.close();
  for (const home of homes) rmSync(home, { recursive: true });
});

/** 400 people of the police, and of each what was written at the door, with its slips. */
function draw(): TestRecord[] {
  const random = new Random(5);
  const [surnames, given] = ['王李张刘陈杨', '伟伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英'];
  return Array.from({ length: 400 }, (_, at) => {
    const birthDate = `${1950 + random.below(50)}-0${1 + random.below(9)}-1${random.below(10)}`;
    const name = random.pick([...surnames]) + random.pick([...given]) + random.pick([...given]);
    const number = idNumber(birthDate.replaceAll('-', ''), 1 + random.below(900));
    const phone = `142${String(10_000_000 + random.below(80_000_000))}`;
    const slip = random.chance(0.3) ? name.slice(0, -1) + random.pick([...given]) : name;
    return [
      { id: 1000 + at, dataset: 'police/residents', stated: { name, idNumber: number, birthDate, phone } },
      {
        id: 3000 + at,
        dataset: 'governance/residents',
        stated: { name: slip, phone, birthDate, ...(random.chance(0.5) && { idNumber: number }) },
      },
    ];
  }).flat();
}

/** Links the same county in a hub with keys of its own. */
async function linkSealed() {
  const home = mkdtempSync(join(tmpdir(), 'hub-links-'));
  homes.push(home);
  const keys = openSealKeys({ home, suite: 'aes', masterKey: null, masterCommand: null }, true);
  const sealing = openSeal(() => keys);
  const database = { ...cloned, sealing };
  await forget(database);
  await database.query('truncate linkage_model, linkage_part, link, setting');
  await putRecords(database, draw());
  await sealRecords(database, sealing, COUNTY, DATASETS, keys.fingerprint);
  await link(database);
  const [model] = await database.query<{ comparisons: object; prior: number }>(
    `select trained->'comparisons' as comparisons, (trained->>'prior')::float8 as prior from linkage_model`,
  );
  const [number] = await database.query<{ index: string }>('select id_number as index from record where id = 1000');
  const persons = Map.groupBy(await linksOf(database), ([, { person }]) => person);
  return {
    model: model!,
    index: number!.index,
    persons: [...persons.values()].map((links) => links.map(([id]) => id).join()).toSorted(),
  };
}

it('links the same, by the same model, whatever the keys are by which the numbers are sealed', async () => {
  const [one, other] = [await linkSealed(), await linkSealed()];
  expect(one.index).not.toBe(other.index);
  expect(one.model).toEqual(other.model);
  expect(one.persons).toEqual(other.persons);
  // Somebody was linked without a number, so that the model had its say.
  expect(one.persons.length).toBeLessThan(600);
});
