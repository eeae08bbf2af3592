import { VIOLATIONS, type Drift, type DriftFigure, type RunQuality } from '../model/link-run.js';

type Measured = Omit<RunQuality, 'drift' | 'seconds'>;

interface Tolerance {
  readonly figure: DriftFigure;
  readonly unit: Drift['unit'];
  /** Null where the run could not measure it. */
  readonly of: (quality: Measured) => number | null;
  /** How far it may move: so much, or this share of what it was, whichever is more. */
  readonly least: number;
  readonly share?: number;
}

/** A night changes one record in a hundred; what moves by more than that has a reason that somebody should know. */
const TOLERANCES: readonly Tolerance[] = [
  ...(['person', 'household', 'dwelling', 'building'] as const).map((kind): Tolerance => ({
    figure: kind,
    unit: 'count',
    of: ({ sizes }) => sum(sizes.filter((size) => size.kind === kind).map((size) => size.entities)),
    least: 20,
    share: 0.01,
  })),
  {
    figure: 'linked',
    unit: 'share',
    of: ({ alone }) => 1 - part(sum(alone.map((each) => each.alone)), sum(alone.map((each) => each.of))),
    least: 0.005,
  },
  {
    figure: 'biggest',
    unit: 'count',
    of: ({ biggest }) => biggest.find(({ kind }) => kind === 'person')?.records ?? 0,
    least: 2,
  },
  {
    figure: 'recall',
    unit: 'share',
    of: ({ engine }) => {
      const all = engine?.blockingRecall.at(-1);
      return all && all.of > 0 ? all.found / all.of : null;
    },
    least: 0.01,
  },
  { figure: 'queue', unit: 'count', of: ({ queue }) => queue.open, least: 50 },
  { figure: 'conflicts', unit: 'count', of: ({ conflicts }) => conflicts, least: 20, share: 0.02 },
  {
    figure: 'contradictory',
    unit: 'count',
    of: ({ violations }) => sum(violations.filter(({ code }) => !VIOLATIONS[code].never).map(({ persons }) => persons)),
    least: 5,
    share: 0.05,
  },
];

/** Each figure beside the run before, and whether it moved by more than a night explains. */
export function compareRuns(before: Measured | null, now: Measured): Drift[] {
  if (before === null) return [];
  return TOLERANCES.flatMap(({ figure, unit, of, least, share }) => {
    const [was, is] = [of(before), of(now)];
    if (was === null || is === null) return [];
    const expected = Math.max(least, (share ?? 0) * was);
    return [{ figure, unit, before: was, now: is, expected, beyond: Math.abs(is - was) > expected }];
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const part = (some: number, all: number): number => (all === 0 ? 0 : some / all);
