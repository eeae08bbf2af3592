import { shareOf } from './api-load.js';
import type { LoadTold } from './load-job.js';

export interface Waits {
  readonly requests: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Of all requests that `which` takes, those that failed with them: a client waits for its error as well. */
export function waitsOf({ wait }: Pick<LoadTold, 'wait'>, which: (at: number) => boolean = () => true): Waits {
  const waits = Float64Array.from(wait.filter((_, at) => which(at))).toSorted();
  const at = (share: number) => shareOf(waits as unknown as readonly number[], share);
  return { requests: waits.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: waits.at(-1) ?? Number.NaN };
}

/** How many got each code, the most first. */
export function countCodes({ code, codes }: Pick<LoadTold, 'code' | 'codes'>): [string, number][] {
  const counts = codes.map((name): [string, number] => [name, 0]);
  for (const each of code) counts[each]![1] += 1;
  return counts.toSorted(([, one], [, other]) => other - one);
}

/** Whether it was answered, be it that there is nobody. */
export const isAnswer = (code: string): boolean => code === 'OK' || code === 'ABSENT';

/** Least squares: how much `y` grows by one of `x`. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const across = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / across;
}
