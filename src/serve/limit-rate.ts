/** How much one client may ask for. A point is about one thing read, see `measureOperation`. */
export interface Rate {
  /** Points a second, for as long as one likes. */
  readonly steady: number;
  /** Points that a client which has been quiet may spend at once. */
  readonly burst: number;
}

/** What every request costs, whatever it asks: its token, its parsing, its transaction. */
export const COST_OF_ASKING = 10;

/** A purse a client. It may go into debt by one operation, so that what is allowed at all is allowed to everybody. */
export interface Purses {
  /** Whether the client may go on; what it spends is taken. @returns 0, or the seconds until it is worth asking again */
  spend(client: string, points: number): number;
}

/** Purses that are kept; a client has a token of ours, so that their number is small unless somebody has a great many. */
const MOST_PURSES = 10_000;

/** @param now milliseconds, of a clock that only goes forward */
export function openPurses({ steady, burst }: Rate, now: () => number = () => performance.now()): Purses {
  const purses = new Map<string, { points: number; at: number }>();
  return {
    spend: (client, points) => {
      const at = now();
      let purse = purses.get(client);
      if (purse) {
        purse.points = Math.min(burst, purse.points + ((at - purse.at) / 1000) * steady);
        purse.at = at;
        purses.delete(client);
      } else purse = { points: burst, at };
      purses.set(client, purse);
      if (purses.size > MOST_PURSES) purses.delete(purses.keys().next().value!);
      if (purse.points <= 0) return Math.max(1, Math.ceil(-purse.points / steady));
      purse.points -= points;
      return 0;
    },
  };
}
