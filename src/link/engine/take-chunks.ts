/** Places in the numbers by which threads come to terms. */
export const [TURN, NEXT, DONE, FAILED, BEGUN, PLACES] = [0, 1, 2, 3, 4, 5] as const;

/** What one task is divided into. Chunks are numbered on from those of the task before: whoever comes late to a task finds none of it left. */
export interface Chunks {
  readonly first: number;
  readonly end: number;
  /** Positions in a chunk, and in all. */
  readonly size: number;
  readonly total: number;
}

/**
 * Takes one chunk after the other until none is left that another thread has not taken.
 * @param fail told of what `work` throws, before the chunk counts as done
 */
export function takeChunks(
  control: Int32Array,
  { first, end, size, total }: Chunks,
  work: (from: number, to: number) => void,
  fail: (error: unknown) => void,
): void {
  for (let chunk = Atomics.load(control, NEXT); chunk >= first && chunk < end; chunk = Atomics.load(control, NEXT)) {
    if (Atomics.compareExchange(control, NEXT, chunk, chunk + 1) !== chunk) continue;
    const from = (chunk - first) * size;
    try {
      work(from, Math.min(total, from + size));
    } catch (error) {
      fail(error);
    } finally {
      Atomics.add(control, DONE, 1);
      Atomics.notify(control, DONE);
    }
  }
}
