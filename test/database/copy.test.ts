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

it('brings whole numbers digit for digit', async () => {
  const numbers = [0, 1, 9, 10, 99, 100, 123_456_789, 999_999_999, 1_000_000_000, 1_000_000_001, 2 ** 53, 2 ** 53 - 1];
  for (let power = 1; power <= 1e15; power *= 10) numbers.push(power - 1, power, power + 1, power * 7.5);
  for (let i = 0; i < 20_000; i += 1) numbers.push((i * 450_359_962_737_049) % 2 ** 53);
  const whole = numbers.map(Math.floor);
  await database.transaction(async (client) => {
    await client.query('create temp table told (place integer, number bigint, text text) on commit drop');
    const copy = copyInto(client, 'told', ['place', 'number', 'text']);
    for (const [place, number] of whole.entries()) {
      copy.putNumber(place);
      copy.put('\t');
      copy.putNumber(number);
      copy.put('\t\\N');
      const waiting = copy.endRow();
      if (waiting) await waiting;
    }
    expect(await copy.end()).toBe(whole.length);
    const { rows } = await client.query<{ number: number }>('select number, text from told order by place');
    expect(rows).toEqual(whole.map((number) => ({ number, text: null })));
  });
});
