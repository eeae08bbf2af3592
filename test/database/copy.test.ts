import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from './clone.js';
import { copyInto } from '../../src/database/copy.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

it('brings every text whole, however long beside what is sent at a time', async () => {
  const texts = ['', '户', '和'.repeat(40_000), 'a\tb\\c\nd', '𠮷'.repeat(30_000), 'x'.repeat(300_000), '末'];
  for (let length = 1; length < 60_000; length = Math.ceil(length * 1.1)) texts.push('家'.repeat(length));
  await database.transaction(async (client) => {
    await client.query('create temp table told (place integer, text text) on commit drop');
    const copy = copyInto(client, 'told', ['place', 'text']);
    for (const [place, text] of texts.entries()) await copy.write([place, text]);
    expect(await copy.end()).toBe(texts.length);
    const { rows } = await client.query<{ text: string }>('select text from told order by place');
    expect(rows.map((row) => row.text)).toEqual(texts);
  });
});

it('brings rows that are lines already', async () => {
  await database.transaction(async (client) => {
    await client.query('create temp table told (place integer, text text) on commit drop');
    const copy = copyInto(client, 'told', ['place', 'text']);
    for (let place = 0; place < 20_000; place += 1) await copy.writeLine(`${place}\t\\N\n`);
    expect(await copy.end()).toBe(20_000);
    const { rows } = await client.query('select count(*) as rows, sum(place) as sum, count(text) as texts from told');
    expect(rows).toEqual([{ rows: 20_000, sum: 199_990_000, texts: 0 }]);
  });
});
