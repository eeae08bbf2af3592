import { Random } from '../../fixtures/county/random.js';
import { loadClosed, writeRequest } from './api-load.js';
import { dealTurns } from './deal-turns.js';
import type { LoadAsked, LoadJob, LoadTold } from './load-job.js';
import { codeOfAnswer, loadOpen, type Sample } from './open-load.js';

/**
 * What asks, as a process of its own: neither what measures nor what is measured waits for the other. The job comes first and stretches of
 * load after it, each answered by what it came to.
 */
let job: LoadJob | null = null;
/** How far each kind has come: one stretch goes on where the one before it ended, and meets what was not asked yet. */
let turns: number[] = [];
let ending = new AbortController();
let running: Promise<void> = Promise.resolve();

process.on('message', (message: LoadJob | LoadAsked | 'end') => {
  if (message === 'end') ending.abort();
  else if ('documents' in message) {
    job = message;
    turns = message.kinds.map(() => 0);
  } else running = running.then(() => run(job!, message));
});
process.on('disconnect', () => process.exit(0));

async function run({ url, documents, viewers, kinds }: LoadJob, asked: LoadAsked): Promise<void> {
  ending = new AbortController();
  const address = new URL(url);
  const deal = dealTurns(
    kinds.map(({ share }) => share),
    new Random(asked.seed),
  );
  const next = () => {
    const kind = deal();
    const of = kinds[kind]!.asked;
    const [viewer, document, variables] = of[(turns[kind] = (turns[kind]! + 1) % of.length)]!;
    const body = JSON.stringify({ query: documents[document], variables });
    return { kind, request: writeRequest(address, viewers[viewer]!, body) };
  };
  const before = process.cpuUsage();
  const samples: Sample[] = [];
  const began = performance.now();
  if (asked.mode === 'open') await loadOpen(address, next, asked, (sample) => samples.push(sample), ending.signal);
  else
    await loadClosed(
      address,
      () => next().request,
      asked.atOnce,
      asked.seconds,
      // Of which kind each was is not asked of a closed loop.
      (answered, wait) => samples.push({ due: 0, wait, kind: 0, code: codeOfAnswer(answered), retryAfter: false }),
    );
  const { user, system } = process.cpuUsage(before);
  const codes = [...new Set(samples.map(({ code }) => code))];
  process.send!({
    seconds: (performance.now() - began) / 1000,
    cpu: (user + system) / 1000,
    codes,
    due: Float64Array.from(samples, ({ due }) => due),
    wait: Float64Array.from(samples, ({ wait }) => wait),
    kind: Uint8Array.from(samples, ({ kind }) => kind),
    code: Uint8Array.from(samples, ({ code }) => codes.indexOf(code)),
    retryAfter: Uint8Array.from(samples, ({ retryAfter }) => Number(retryAfter)),
  } satisfies LoadTold);
}
