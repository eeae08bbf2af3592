/** By what it is known that a delivery must not be read before another one is stored. */
export interface Stored {
  readonly dataset: string;
  readonly sha256: string;
}

/** Deliveries that have been read and are not stored; each holds a connection. */
const MOST_WAITING = 3;

/**
 * Deliveries are stored one after the other, in the order in which they came. While the database stores one, the next are read: the
 * processor that reads would else stand still for as long.
 */
export class Storing {
  #waiting: (Stored & { readonly done: Promise<unknown> })[] = [];

  /** Whoever is compared with what the same dataset stated before, or is the same file, has to wait for what that one leaves. */
  async mayRead(next: Stored): Promise<void> {
    for (const { dataset, sha256, done } of this.#waiting)
      if (dataset === next.dataset || sha256 === next.sha256) await done;
  }

  /** @throws what the storing of one of them threw */
  async end(): Promise<void> {
    await Promise.all(this.#waiting.map(({ done }) => done));
  }

  /** @throws what the storing of the first of those threw that wait already, where they are many */
  async mayStore(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) await this.#waiting[0]!.done;
  }

  /** @param work awaits `turn` before it stores anything; where that fails, an earlier one has failed */
  store<T>(delivery: Stored, work: (turn: Promise<unknown>) => Promise<T>): Promise<T> {
    const done = work(this.#waiting.at(-1)?.done ?? Promise.resolve());
    const waiting = { ...delivery, done };
    this.#waiting.push(waiting);
    // One that failed stays: it is told to whoever comes next.
    done.then(
      () => (this.#waiting = this.#waiting.filter((each) => each !== waiting)),
      () => {},
    );
    return done;
  }
}
