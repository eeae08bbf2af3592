import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import { forget, idNumber, link, linksOf, putRecords, type TestRecord } from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());
beforeEach(() => forget(database));

const ONE = idNumber('19650601', 17);
const OTHER = idNumber('19720311', 31);

/** Two of one name, and a row that only its numbers can tell. */
async function personOf(stated: object): Promise<'one' | 'other' | 'neither'> {
  const namesake = (id: number, number: string): TestRecord => ({
    id,
    dataset: 'police/residents',
    stated: { name: '张伟', idNumber: number },
  });
  const asks = { id: 3, dataset: 'civil-affairs/benefits', stated: { name: '张伟', ...stated } };
  await putRecords(database, [namesake(1, ONE), namesake(2, OTHER), asks]);
  await link(database);
  const links = await linksOf(database);
  const { person } = links.get(3)!;
  return person === links.get(1)!.person ? 'one' : person === links.get(2)!.person ? 'other' : 'neither';
}

describe('a row of two namesakes', () => {
  it('is nobody’s without a number', async () => {
    expect(await personOf({})).toBe('neither');
  });

  it('is of the number that one slip made of its own', async () => {
    expect(await personOf({ idNumberInvalid: `${ONE.slice(0, 12)}${ONE[13]}${ONE[12]}${ONE.slice(14)}` })).toBe('one');
  });

  it('is of the number in the head’s column, where the row is the head’s', async () => {
    expect(await personOf({ relation: '02', headName: '张伟', headIdNumber: OTHER })).toBe('other');
    expect(await personOf({ relation: '10', headName: '陈秀', headIdNumber: OTHER })).toBe('neither');
  });

  it('is of the number on its disability card', async () => {
    expect(await personOf({ certifiedIdNumber: ONE })).toBe('one');
  });
});
