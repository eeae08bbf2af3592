import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { opened, written } from './read-all.js';

const MEGABYTES = 120;

it.each(['常住人口_全量_20260930.csv', 'residents_20260930.ndjson'])(
  '%s of any size is read in constant memory',
  async (name) => {
    const path = await written(name, '');
    const lines = await write(path, name.endsWith('.csv'));
    const delivery = await opened(path);
    if ('refused' in delivery) throw new Error('refused');
    const before = process.memoryUsage().rss;
    let [rows, most] = [0, 0];
    // What a reader further on would keep: a short value of every row must not hold the row's whole surroundings.
    const kept = new Set<unknown>();
    for await (const table of delivery.tables()) {
      for await (const batch of table.rows) {
        rows += batch.length;
        if (rows % 5 === 0) kept.add(batch[0]?.cells[0]);
        most = Math.max(most, process.memoryUsage().rss);
      }
    }
    await delivery.close();
    await rm(path);
    expect(rows).toBe(lines);
    expect(kept.size).toBeGreaterThan(0);
    expect((most - before) / 1024 ** 2).toBeLessThan(200);
  },
  120_000,
);

async function write(path: string, isCsv: boolean): Promise<number> {
  const out = createWriteStream(path);
  const filler = '云南省保山市隆阳区河图街道王官社区三组十二号'.repeat(3);
  if (isCsv) out.write('公民身份号码,姓名,户籍地址\n');
  let [bytes, lines] = [0, 0];
  while (bytes < MEGABYTES * 1024 ** 2) {
    const id = `99${String(lines).padStart(16, '0')}`;
    const line = isCsv ? `${id},张三,${filler}\n` : `${JSON.stringify({ id, name: '张三', address: filler })}\n`;
    bytes += Buffer.byteLength(line);
    lines++;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return lines;
}
