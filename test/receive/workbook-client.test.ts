import { open } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkbookClient } from '../../src/receive/workbook-client.js';
import { workbook } from './make-workbook.js';
import { written } from './read-all.js';

const ASK = { ask: 'heads', whole: true, rows: 10 } as const;
const PLENTY = { time: 60_000, memory: 2 ** 30 };

let file: Awaited<ReturnType<typeof open>>;
let client: WorkbookClient;

beforeEach(async () => {
  const grid = Array.from({ length: 30_000 }, (_, at) => [at, `name ${at}`]);
  file = await open(await written('many-rows.xlsx', workbook({ Sheet1: { grid } })));
});

afterEach(async () => {
  await client.close();
  await file.close();
  expect(isAlive(client.pid)).toBe(false);
});

it('stops a workbook that takes too long', async () => {
  client = new WorkbookClient(file.fd, { ...PLENTY, time: 200 });
  await expect(client.ask(ASK, 'heads')).rejects.toThrow('took too long');
});

it.skipIf(process.platform !== 'linux')('stops a workbook that takes too much memory', async () => {
  client = new WorkbookClient(file.fd, { ...PLENTY, memory: 80 * 2 ** 20 });
  await expect(client.ask(ASK, 'heads')).rejects.toThrow('too much memory');
});

it('takes an end without a result for a failure', async () => {
  client = new WorkbookClient(file.fd, PLENTY);
  const answer = client.ask(ASK, 'heads');
  process.kill(client.pid ?? 0, 'SIGKILL');
  await expect(answer).rejects.toThrow('ended without a result');
  await expect(client.ask(ASK, 'heads')).rejects.toThrow('ended without a result');
});

it('answers otherwise', async () => {
  client = new WorkbookClient(file.fd, PLENTY);
  const { heads } = await client.ask(ASK, 'heads');
  expect(heads.map((head) => [head.name, head.rows.length])).toEqual([['Sheet1', 10]]);
});

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
