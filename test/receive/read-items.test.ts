import { describe, expect, it } from 'vitest';
import { addressed, read, refused } from './read-all.js';

const NAME = 'residents_增量_20260930.ndjson';
const line = (value: object) => `${JSON.stringify(value)}\n`;

describe('items, one a line', () => {
  it('stand under the dataset’s headers, whatever order their keys have', async () => {
    const { rows, header, delivery } = await read(
      NAME,
      line({ name: '张三', id: 'r1' }) + line({ id: 7, deleted: true }),
    );
    expect(header).toEqual(['id', 'updatedAt', 'deleted', 'name']);
    expect(rows.map(addressed)).toEqual([
      ['r1', 'r1', null, null, '张三'],
      ['7', 7, null, true, null],
    ]);
    expect([delivery.format, delivery.coverage, delivery.statedOn]).toEqual(['ndjson', 'delta', '2026-09-30']);
  });

  it('without any order of their name are a delta', async () => {
    expect((await read('residents_20260930.ndjson', line({ id: 'r1', name: 'a' }))).delivery.coverage).toBe('delta');
  });

  it('that are no JSON, no object or have no id are findings with their line; the others go on', async () => {
    const content = `${line({ id: 'r1' })}{"id":\n[1]\n\n${line({ name: 'x' })}${line({ id: 'r2' })}`;
    const { rows, findings, cutOff } = await read(NAME, content);
    expect(rows.map((row) => row.item)).toEqual(['r1', 'r2']);
    expect(findings.map((each) => [each.code, each.row])).toEqual([
      ['ROW_UNREADABLE', 2],
      ['ROW_UNREADABLE', 3],
      ['ROW_KEY', 5],
    ]);
    expect(cutOff).toBe(false);
  });

  it('cut off in the last one are known to be', async () => {
    const content = line({ id: 'r1', name: 'a' }) + '{"id":"r2","na';
    expect((await read(NAME, content)).cutOff).toBe(true);
    expect((await read(NAME, `${content}\n`)).cutOff).toBe(false);
  });

  it('with keys outside the agreement tell each once; what is refused is counted and gone', async () => {
    const one = { id: 'r1', religion: 'secret', shoeSize: 42, 民族: 'secret' };
    const { rows, findings } = await read(NAME, line(one) + line({ ...one, id: 'r2' }));
    expect(findings.map((each) => [each.code, each.column, each.found])).toEqual([
      ['COLUMN_UNKNOWN', 'shoeSize', null],
      ['COLUMN_REFUSED', 'religion', '2'],
      ['COLUMN_REFUSED', '民族', '2'],
    ]);
    expect(JSON.stringify([rows, findings])).not.toContain('secret');
  });

  it('nested without end, or with keys that would poison, do no harm', async () => {
    const deep = `{"id":"r1","name":${'['.repeat(5000)}${']'.repeat(5000)}}\n`;
    const { rows, findings } = await read(NAME, `${deep}{"id":"r2","__proto__":{"name":"x"},"constructor":1}\n`);
    expect(rows.map((row) => [row.item, row.cells[3]])).toEqual([['r2', null]]);
    expect(findings[0]).toMatchObject({ code: 'ROW_UNREADABLE', found: 'nested too deep' });
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  });

  it('are not a JSON document', async () => {
    expect((await refused('items.json', JSON.stringify({ items: [{ id: 1 }] }, null, 2))).finding.code).toBe(
      'DELIVERY_UNRECOGNISED',
    );
  });
});
