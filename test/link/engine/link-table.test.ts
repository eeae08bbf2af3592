import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTable, type LinkedTable, type LinkQuestion } from '../../../src/link/engine/link-table.js';
import { readRecords, type SourceTable } from '../../../src/link/engine/record-table.js';
import { ForeignTraining } from '../../../src/link/engine/trained-model.js';
import { LATIN } from '../../../src/link/engine/vocabulary.js';
import { rows, tableOf, TINY } from './tiny-register.js';

function linkSources(
  sources: readonly SourceTable[],
  more: Partial<LinkQuestion> = {},
): LinkedTable & { groups: string[] } {
  const table = readRecords(TINY, sources, LATIN);
  const linked = linkTable({ model: TINY, table, vocabulary: LATIN, ...more });
  const groups = new Map<number, string[]>();
  linked.clusters.forEach((cluster, record) => {
    const ref = sources[table.source[record]!]!.rows[table.row[record]!]![0]!;
    groups.set(cluster, [...(groups.get(cluster) ?? []), ref]);
  });
  return { ...linked, groups: [...groups.values()].map((refs) => refs.toSorted().join(' ')).toSorted() };
}

describe('linkTable', () => {
  it('gives the same clusters and the same training whatever the order of the rows', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (cells, dice) => {
        const keys = cells.map(() => dice.next().value!);
        const order = cells.map((_, i) => i).toSorted((one, other) => keys[one]! - keys[other]!);
        const [one, other] = [linkSources([tableOf(cells)]), linkSources([tableOf(order.map((i) => cells[i]!))])];
        expect(other.groups).toEqual(one.groups);
        expect(other.trained).toEqual(one.trained);
        expect(other.pairs).toBe(one.pairs);
      }),
      { numRuns: 60 },
    );
  });

  it('never puts two records into one cluster that a rule keeps apart', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const { groups } = linkSources([tableOf(cells)]);
        const papers = new Map(cells.map(([ref, , , , , paper]) => [ref!, paper!]));
        for (const group of groups) {
          const stated = group.split(' ').map((ref) => papers.get(ref)!);
          expect(stated.includes('77777') && stated.some((paper) => paper !== '' && paper !== '77777')).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never joins two rows of a file that names nobody twice', () => {
    fc.assert(
      fc.property(rows, rows, (left, right) => {
        const renamed = right.map((row, i) => row.with(0, `other-${i}`));
        const { groups } = linkSources([tableOf(left), tableOf(renamed)], { sourcesAreUnique: true });
        for (const group of groups) {
          const refs = group.split(' ');
          expect(refs.filter((ref) => ref.startsWith('row-')).length).toBeLessThanOrEqual(1);
          expect(refs.filter((ref) => ref.startsWith('other-')).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('knows a man whose names were exchanged and whose birthday slipped', () => {
    const others = Array.from({ length: 30 }, (_, i) => [
      `o-${i}`,
      `given${String.fromCharCode(97 + i)}x`,
      `family${String.fromCharCode(97 + i)}y`,
      `19${10 + i}0${1 + (i % 9)}1${i % 10}`,
      'leeds',
      '',
    ]);
    const { groups } = linkSources([
      tableOf([
        ...others,
        ['a', 'wilford', 'lloyd', '18550317', 'york', ''],
        ['b', 'lloyd', 'wilford', '18550371', 'york', ''],
      ]),
    ]);
    expect(groups).toContain('a b');
    expect(groups).toHaveLength(31);
  });

  it('links by an earlier training, and refuses one of another model', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const { trained, groups } = linkSources([tableOf(cells)]);
        const again = linkSources([tableOf(cells)], { trained });
        expect(again.trained).toBe(trained);
        expect(again.groups.join(' ').split(' ').toSorted()).toEqual(groups.join(' ').split(' ').toSorted());
        expect(() => linkSources([tableOf(cells)], { trained: { ...trained, version: 2 } })).toThrow(ForeignTraining);
      }),
      { numRuns: 10 },
    );
  });

  it('cannot be moved by a hidden column', () => {
    const cells = [
      ['x', 'anna', 'smith', '18500101', 'leeds', ''],
      ['y', 'anna', 'smith', '18500101', 'leeds', ''],
      ['z', 'mary', 'brown', '', '', ''],
    ];
    const read = (refs: readonly string[]): Int32Array =>
      readRecords(TINY, [tableOf(cells.map((row, i) => row.with(0, refs[i]!)))], LATIN, ['ref']).row;
    expect(read(['1', '2', '3'])).toEqual(read(['3', '2', '1']));
  });
});
