import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changeSome } from '../../src/bench/linkage.js';
import { makeRecords } from '../../src/bench/make-records.js';
import { Threads } from '../../src/link/engine/threads.js';
import { formPersonClusters } from '../../src/link/form-person-clusters.js';
import type { LastNight } from '../../src/link/persons/last-night.js';
import { linkPersons, type Learned, type PersonPartition } from '../../src/link/persons/link-persons.js';

const ROWS = 6000;

it('answers the same, to the bit, with no thread beside, with one and with three', { timeout: 240_000 }, () => {
  const alone = linkedBy(0);
  expect(alone.first.pairsBeside).toBe(0);
  expect(alone.night.asked).toBeLessThan(alone.first.asked / 2);
  for (const count of [1, 3]) {
    const beside = linkedBy(count);
    expect(beside.first.pairsBeside).toBeGreaterThan(0);
    expect(told(beside.first)).toEqual(told(alone.first));
    expect(told(beside.night)).toEqual(told(alone.night));
  }
});

it('answers the same in random counties and nights', { timeout: 240_000 }, () => {
  const counties = fc.record({
    records: fc.integer({ min: 60, max: 900 }),
    isTurned: fc.boolean(),
    changed: fc.integer({ min: 1, max: 9 }),
    chunk: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(counties, ({ records, isTurned, changed, chunk }) => {
      const [alone, beside] = [0, 1].map((count) => linkedBy(count, { records, isTurned, changed, chunk }));
      expect(told(beside!.first)).toEqual(told(alone!.first));
      expect(told(beside!.night)).toEqual(told(alone!.night));
    }),
    { numRuns: 12 },
  );
});

it('fails where a thread fails', () => {
  const threads = new Threads(new URL('../../src/link/persons/persons-thread.ts', import.meta.url), 1, true);
  try {
    // Of a task that nobody has heard of the other thread takes no part.
    threads.give('unheard of', null);
    const share = (): void => {
      for (let i = 0; i < 200; i += 1) threads.share('unheard of', () => null, 64, 1, waitAMoment);
    };
    expect(share).toThrow(/not a function/);
  } finally {
    threads.end();
  }
});

function waitAMoment(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

interface Linked {
  readonly first: PersonPartition;
  readonly night: PersonPartition;
}

/** A county linked from scratch, and again after some of its records say something else. */
function linkedBy(
  count: number,
  { records, isTurned, changed, chunk } = { records: ROWS, isTurned: false, changed: 60, chunk: 32 },
): Linked {
  const made = makeRecords(records, isTurned);
  const { columns, homes } = made;
  const rows = Int32Array.from({ length: columns.size }, (_, row) => row);
  const run = (learned: Learned | null, lastNight: LastNight | null): PersonPartition =>
    linkPersons({
      columns,
      rows,
      homes,
      deterministic: formPersonClusters(columns, rows),
      learned,
      apart: new Map(),
      lastNight,
      threads: { count, chunk, isAwaited: true },
    });
  const first = run(null, null);
  const lastNight = changeSome(made, records, changed, first.answers, first.kept);
  return { first, night: run(first.learned, lastNight) };
}

/** All that a run says, but for how its work was shared and when it was trained. */
function told(partition: PersonPartition): object {
  const { at, cluster, count, byAgreement, learned, doubtful, capped, pairs, weights, asked, unanswered } = partition;
  const { answers, kept } = partition;
  const { prior, comparisons } = learned.trained;
  return {
    at: [...at],
    cluster: [...cluster],
    count,
    byAgreement,
    prior,
    comparisons,
    blockingRecall: learned.blockingRecall,
    doubtful,
    capped,
    pairs,
    weights,
    asked,
    unanswered,
    answers,
    kept,
  };
}
