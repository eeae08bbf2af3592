import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { scoreGroups } from '../../../fixtures/score.js';
import { checkModel } from '../../../src/link/engine/check-model.js';
import { linkTable } from '../../../src/link/engine/link-table.js';
import { readRecords } from '../../../src/link/engine/record-table.js';
import { LATIN } from '../../../src/link/engine/vocabulary.js';

const PROJECT = resolve(import.meta.dirname, '../../..');
const BENCHMARKS = join(PROJECT, '../shared/benchmarks');

describe.skipIf(!existsSync(BENCHMARKS))('public benchmarks, no label seen (../shared)', () => {
  it.each([
    ['febrl', ['febrl/dataset1.csv'], 'rec_id', 0.999],
    ['febrl', ['febrl/dataset2.csv'], 'rec_id', 0.999],
    ['febrl', ['febrl/dataset3.csv'], 'rec_id', 0.999],
    ['febrl', ['febrl/dataset4a.csv', 'febrl/dataset4b.csv'], 'rec_id', 0.999],
    ['historical-persons', ['historical_50k/historical_50k.csv'], 'cluster', 0.94],
  ])(
    '%s over %s',
    (name, files, truthColumn, bar) => {
      const declared: unknown = JSON.parse(readFileSync(join(PROJECT, `fixtures/models/${name}.json`), 'utf8'));
      const model = checkModel(declared, LATIN);
      const sources = files.map((file) => {
        const [columns, ...rows] = parse(readFileSync(join(BENCHMARKS, file)), { trim: true });
        return { columns: columns!, rows };
      });
      const table = readRecords(model, sources, LATIN, [truthColumn]);
      const { clusters } = linkTable({
        model,
        table,
        vocabulary: LATIN,
        sourcesAreUnique: files.length > 1,
      });
      const truth = Array.from(clusters, (_, record) => {
        const { columns, rows } = sources[table.source[record]!]!;
        return rows[table.row[record]!]![columns.indexOf(truthColumn)]!.replace(/^(rec-\d+)-.*/, '$1');
      });
      expect(scoreGroups(truth, Array.from(clusters, String)).f1).toBeGreaterThanOrEqual(bar);
    },
    240_000,
  );
});
