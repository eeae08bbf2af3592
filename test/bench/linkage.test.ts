import { expect, it } from 'vitest';
import { benchLinkage } from '../../src/bench/linkage.js';

it('links made records to one partition and one queue, whatever the order of the rows', () => {
  const lines: string[] = [];
  benchLinkage({ records: 10_000 }, (line) => lines.push(line));
  const [, one, other] = /partition (\w+); the same in another order: (\w+)/.exec(lines.join('\n'))!;
  expect(one).toBe(other);
  expect(lines.join('\n')).toMatch(/[\d,]+ pairs scored, [\d,]+ a second/);
}, 60_000);
