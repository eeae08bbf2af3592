/** Says when the hub has more under way than it can answer in time: who comes then is sent away at once, before anything is parsed. */
export interface Door {
  /** @returns null where it is full; else what to call, once, when the request is over */
  enter(): (() => void) | null;
  /** Whether one client already has its share of the places. */
  hasItsShare(underWayOfClient: number): boolean;
  /** Requests under way. */
  readonly inside: number;
  /** Milliseconds that the event loop is late at this moment. */
  lateness(): number;
  close(): void;
}

/** Milliseconds by which the event loop may be late. */
const LATEST = 200;
const TICK = 50;
/** Of all places: so few under way are no crowd, and a hiccup is no reason to send anybody away. */
const QUIET = 0.1;
/** Of all places: what one client can take while the others have the rest. */
const SHARE = 0.75;

/** @param places requests that may be under way at once */
export function openDoor(places: number): Door {
  let expected = performance.now() + TICK;
  let last = 0;
  let inside = 0;
  const ticking = setInterval(() => {
    const now = performance.now();
    last = Math.max(0, now - expected);
    expected = now + TICK;
  }, TICK);
  ticking.unref();
  // A tick that should have come long ago tells it sooner than the tick itself.
  const lateness = () => Math.max(last, performance.now() - expected);
  return {
    enter: () => {
      if (inside >= places || (inside >= places * QUIET && lateness() > LATEST)) return null;
      inside += 1;
      let left = false;
      return () => {
        if (!left) inside -= 1;
        left = true;
      };
    },
    hasItsShare: (underWay) => underWay >= Math.ceil(places * SHARE),
    get inside() {
      return inside;
    },
    lateness,
    close: () => clearInterval(ticking),
  };
}
