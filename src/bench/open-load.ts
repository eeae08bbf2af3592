import { Wire, type Answered, type Request } from './api-load.js';

/** So many requests a second, for so long. */
export interface Stage {
  readonly rate: number;
  readonly seconds: number;
}

export interface OpenPlan {
  readonly stages: readonly Stage[];
  /** Connections, open before the first request; one that finds none free waits for it, and its wait counts. */
  readonly wires: number;
  /** Milliseconds from when it was due until the client goes away. */
  readonly patience: number;
}

/** One request, and of which kind it is. */
export interface Turn {
  readonly kind: number;
  readonly request: Request;
}

/** What became of one request. */
export interface Sample {
  /** Milliseconds from the beginning. */
  readonly due: number;
  /** Milliseconds from when it was due to the last byte of its answer. */
  readonly wait: number;
  readonly kind: number;
  /** OK, ABSENT, the code of an error, BROKEN, or GAVE_UP. */
  readonly code: string;
  readonly retryAfter: boolean;
}

/** When each request is due, in milliseconds from the beginning, whatever became of those before it. */
export function* dueTimes(stages: readonly Stage[]): Generator<number, void> {
  let began = 0;
  for (const { rate, seconds } of stages) {
    for (let n = 0; n < Math.round(rate * seconds); n += 1) yield began + (n * 1000) / rate;
    began += seconds * 1000;
  }
}

interface Pending extends Turn {
  readonly due: number;
  over: boolean;
  wire: Wire | null;
}

/**
 * Requests at their times, like many clients who know nothing of each other: a server that stands still does not hold the next one back, and
 * what it made wait is counted from when it was due.
 * @param ending no more are sent once it is aborted
 */
export async function loadOpen(
  url: URL,
  next: () => Turn,
  { stages, wires, patience }: OpenPlan,
  tell: (sample: Sample) => void,
  ending?: AbortSignal,
): Promise<void> {
  const due = dueTimes(stages);
  const idle = Array.from({ length: wires }, () => new Wire(url));
  const waiting: Pending[] = [];
  const underWay = new Set<Pending>();
  await Promise.all(idle.map((wire) => wire.connect()));
  const began = performance.now();

  const finish = (pending: Pending, answered: Answered | null) => {
    pending.over = true;
    underWay.delete(pending);
    tell({
      due: pending.due,
      wait: performance.now() - began - pending.due,
      kind: pending.kind,
      code: answered === null ? 'GAVE_UP' : codeOfAnswer(answered),
      retryAfter: answered !== null && /\r\nretry-after:/i.test(answered.head),
    });
  };
  const send = async (pending: Pending, wire: Wire): Promise<void> => {
    pending.wire = wire;
    const answered = await wire.send(pending.request);
    if (!pending.over) finish(pending, answered);
    let following = waiting.shift();
    while (following?.over) following = waiting.shift();
    if (following) void send(following, wire);
    else idle.push(wire);
  };
  const begin = (pending: Pending) => {
    underWay.add(pending);
    const wire = idle.pop();
    if (wire) void send(pending, wire);
    else waiting.push(pending);
  };

  await new Promise<void>((done) => {
    let upcoming = due.next();
    const tick = () => {
      const now = performance.now() - began;
      for (; !upcoming.done && upcoming.value <= now; upcoming = due.next()) {
        if (ending?.aborted) break;
        begin({ ...next(), due: upcoming.value, over: false, wire: null });
      }
      // A set keeps the order in which they were due.
      for (const pending of underWay) {
        if (now - pending.due <= patience) break;
        finish(pending, null);
        pending.wire?.close();
      }
      const isOver = upcoming.done || ending?.aborted;
      if (isOver && underWay.size === 0) done();
      else setTimeout(tick, isOver ? 20 : 1);
    };
    tick();
  });
  for (const wire of idle) wire.close();
}

/** An answer of GraphQL may fail with status 200; one about nobody is told apart, for it costs less. */
export function codeOfAnswer({ status, body }: Answered): string {
  if (status === 0) return 'BROKEN';
  if (status === 200 && !body.includes('"errors":[')) return body.includes('"person":null') ? 'ABSENT' : 'OK';
  return /"code":"(\w+)"/.exec(body.toString('latin1'))?.[1] ?? `HTTP_${status}`;
}
