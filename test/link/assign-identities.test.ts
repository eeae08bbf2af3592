import { expect, it } from 'vitest';
import { assignIdentities } from '../../src/link/assign-identities.js';

/** By position: the cluster, the id of last night, the id that an undo gives back. The first row of each case is of the leading register. */
const assign = (rows: readonly (readonly [cluster: number, before: number, restored?: number])[]) =>
  assignIdentities(
    Int32Array.from(rows, ([cluster]) => cluster),
    {
      before: (at) => rows[at]![1],
      restored: (at) => rows[at]![2] ?? 0,
      carries: () => true,
      isLeading: (at) => at === 0,
      recordId: (at) => at,
    },
    Math.max(...rows.map(([cluster]) => cluster)) + 1,
  );

it('gives the part that an undo separates the id that it had, and leaves the other its own', () => {
  const { entity, merged } = assign([
    [0, 7],
    [1, 7, 9],
    [1, 7, 9],
  ]);
  expect([...entity]).toEqual([7, 9]);
  expect(merged).toEqual([]);
});

it('changes no id where the parts stay together after all', () => {
  const { entity, merged } = assign([
    [0, 7],
    [0, 7, 9],
    [0, 7, 9],
  ]);
  expect([...entity]).toEqual([7]);
  expect(merged).toEqual([]);
});

it('joins what a split parted under the id from before it, however large the other part', () => {
  const { entity, merged } = assign([
    [0, 7],
    [0, 9, 7],
    [0, 9, 7],
    [0, 9, 7],
  ]);
  expect([...entity]).toEqual([7]);
  expect(merged).toEqual([[9, -1]]);
});

it('lets everybody keep what they have where the parts do not come together again', () => {
  const { entity } = assign([
    [1, 9, 7],
    [1, 9, 7],
    [0, 7],
  ]);
  expect([...entity]).toEqual([7, 9]);
});
