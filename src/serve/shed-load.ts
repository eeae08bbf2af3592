/** Says when the hub has more under way than it can answer in time: who comes then is sent away at once, before anything is parsed. */
export interface Door {
  /** @returns null where it is full; else the place taken */
  enter(): Place | null;
  /** Whether one client already has its share of the places. */
  hasItsShare(underWayOfClient: number): boolean;
  /** Requests under way. */
  readonly inside: number;
  /** Requests that may be under way at this moment. */
  readonly places: number;
  /** Milliseconds that the event loop is late at this moment. */
  lateness(): number;
  close(): void;
}

export interface Place {
  /** The request is over, and nothing is done for it any more; the second time it does nothing. `read`: it asked something of the database. */
  leave(read: boolean): void;
}

/** Milliseconds by which the event loop may be late. */
const LATEST = 200;
const TICK = 50;
/** Of all places: so few under way are no crowd, and a hiccup is no reason to send anybody away. */
const QUIET = 0.1;
/** Of all places: what one client can take while the others have the rest. */
const SHARE = 0.75;
/**
 * Milliseconds. Where even the quickest of those that asked something took longer, they stand in a queue: with fewer under way as many are
 * answered, and each before its client has gone. One that takes long by itself is no queue.
 * @see Nichols and Jacobson, Controlling Queue Delay, 2012
 */
const LONGEST_QUEUE = 250;
/** Milliseconds of one look at that. */
const LOOK = 100;
/** So many times as many as there are places may be inside while there is grace. */
const CROWD = 3;
/** Milliseconds of grace that are earned again in one of no crowd. */
const EARNED = 0.05;

export interface DoorSettings {
  /**
   * Milliseconds for which there may be a crowd, or the loop late, and nobody is sent away: a machine that did something else for a moment
   * catches up before anybody has gone, one that has too much to do does not.
   */
  readonly grace?: number;
  readonly now?: () => number;
}

/** @param places requests that may be under way at once; fewer where the database cannot keep up with as many */
export function openDoor(places: number, { grace = 0, now = () => performance.now() }: DoorSettings = {}): Door {
  let expected = now() + TICK;
  let last = 0;
  let inside = 0;
  let limit = places;
  let looked = now();
  let quickest = Infinity;
  const fewest = Math.min(places, Math.max(4, Math.ceil(places * QUIET)));
  let spare = grace;
  let reckoned = now();
  /** Before anything changes. */
  const reckon = () => {
    const passed = now() - reckoned;
    reckoned += passed;
    spare = inside >= limit ? Math.max(0, spare - passed) : Math.min(grace, spare + passed * EARNED);
  };
  const ticking = setInterval(() => {
    last = Math.max(0, now() - expected);
    expected = now() + TICK;
    reckon();
    if (last > LATEST) spare = Math.max(0, spare - last);
  }, TICK);
  ticking.unref();
  // A tick that should have come long ago tells it sooner than the tick itself.
  const lateness = () => Math.max(last, now() - expected);
  const learn = (took: number) => {
    quickest = Math.min(quickest, took);
    if (now() - looked < LOOK) return;
    if (quickest > LONGEST_QUEUE) limit = Math.max(fewest, Math.floor(limit * 0.8));
    else if (quickest < LONGEST_QUEUE / 2) limit = Math.min(places, limit + Math.ceil(places * QUIET));
    looked = now();
    quickest = Infinity;
  };
  return {
    enter: () => {
      reckon();
      const isCrowded = inside >= limit || (inside >= places * QUIET && lateness() > LATEST);
      if (isCrowded && (spare <= 0 || inside >= limit * CROWD)) return null;
      inside += 1;
      const entered = now();
      let left = false;
      return {
        leave: (read) => {
          if (left) return;
          left = true;
          reckon();
          inside -= 1;
          if (read) learn(now() - entered);
        },
      };
    },
    hasItsShare: (underWay) => underWay >= Math.ceil(limit * SHARE),
    get inside() {
      return inside;
    },
    get places() {
      return limit;
    },
    lateness,
    close: () => clearInterval(ticking),
  };
}
