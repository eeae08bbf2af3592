import { describe, expect, it } from 'vitest';
import { Storing } from '../../src/stage/storing.js';

/** A delivery that is stored when the test says so. */
function slow() {
  let finish!: () => void;
  let fail!: (error: Error) => void;
  const gate = new Promise<void>((done, failed) => ([finish, fail] = [done, failed]));
  return { finish, fail, gate };
}

const delivery = (dataset: string, sha256 = dataset) => ({ dataset, sha256 });
const isPending = async (promise: Promise<unknown>): Promise<boolean> =>
  await Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    new Promise<boolean>((tell) => setTimeout(tell, 5, true)),
  ]);

describe('deliveries that are stored while the next are read', () => {
  it('are stored in the order in which they came', async () => {
    const storing = new Storing();
    const [one, other] = [slow(), slow()];
    const stored: string[] = [];
    const store = (name: string, gate: Promise<void>) =>
      storing.store(delivery(name), async (turn) => {
        await turn;
        await gate;
        stored.push(name);
      });
    void store('one', one.gate);
    void store('other', other.gate);
    other.finish();
    expect(await isPending(storing.end())).toBe(true);
    one.finish();
    await storing.end();
    expect(stored).toEqual(['one', 'other']);
  });

  it('are not read before the same dataset, or the same file, is stored', async () => {
    const storing = new Storing();
    const { gate, finish } = slow();
    void storing.store(delivery('residents', 'aa'), async () => await gate);
    expect(await isPending(storing.mayRead(delivery('buildings', 'bb')))).toBe(false);
    expect(await isPending(storing.mayRead(delivery('residents', 'bb')))).toBe(true);
    expect(await isPending(storing.mayRead(delivery('buildings', 'aa')))).toBe(true);
    finish();
    await storing.mayRead(delivery('residents', 'aa'));
  });

  it('wait no more than three at a time', async () => {
    const storing = new Storing();
    const { gate, finish } = slow();
    for (const name of ['a', 'b', 'c']) {
      await storing.mayStore();
      void storing.store(delivery(name), async (turn) => {
        await turn;
        await gate;
      });
    }
    expect(await isPending(storing.mayStore())).toBe(true);
    finish();
    await storing.mayStore();
  });

  it('are not stored after one that failed, which everybody hears of', async () => {
    const storing = new Storing();
    const { gate, fail } = slow();
    let stored = false;
    const first = storing.store(delivery('one'), async () => await gate);
    const second = storing.store(delivery('other'), async (turn) => {
      await turn;
      stored = true;
    });
    fail(new Error('no room'));
    await expect(first).rejects.toThrow('no room');
    await expect(second).rejects.toThrow('no room');
    await expect(storing.end()).rejects.toThrow('no room');
    await expect(storing.mayRead(delivery('one'))).rejects.toThrow('no room');
    expect(stored).toBe(false);
  });
});
