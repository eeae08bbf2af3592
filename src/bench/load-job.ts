import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import type { OpenPlan } from './open-load.js';

/** All that may be asked, of which a stretch of load takes its turns. */
export interface LoadJob {
  readonly url: string;
  readonly documents: readonly string[];
  /** The headers of each. */
  readonly viewers: readonly Readonly<Record<string, string>>[];
  readonly kinds: readonly {
    readonly name: string;
    /** Of all requests. */
    readonly share: number;
    /** Places of the viewer and of the document, and its variables. */
    readonly asked: readonly (readonly [number, number, Readonly<Record<string, unknown>>])[];
  }[];
}

export type LoadAsked = { readonly seed: number } & (
  | ({ readonly mode: 'open' } & OpenPlan)
  | { readonly mode: 'closed'; readonly atOnce: number; readonly seconds: number }
);

/** What a stretch of load came to: of each request one number in each column. */
export interface LoadTold {
  readonly seconds: number;
  /** Milliseconds of processor time that the asking itself took. */
  readonly cpu: number;
  readonly codes: readonly string[];
  /** Milliseconds from the beginning, and from then to the last byte. */
  readonly due: Float64Array;
  readonly wait: Float64Array;
  readonly kind: Uint8Array;
  /** Place in `codes`. */
  readonly code: Uint8Array;
  readonly retryAfter: Uint8Array;
}

export interface LoadProcess {
  run(asked: LoadAsked): Promise<LoadTold>;
  /** No more is sent of what is being asked. */
  end(): void;
  stop(): Promise<void>;
}

export function startLoad(job: LoadJob): LoadProcess {
  const child: ChildProcess = fork(join(PROJECT_FOLDER, 'dist/src/bench/load-process.js'), [], {
    serialization: 'advanced',
  });
  const failed = new Promise<never>((_, fail) => {
    child.on('exit', (code) => fail(new Error(`What asks has ended (${code}).`)));
  });
  failed.catch(() => {});
  child.send(job);
  return {
    run: async (asked) => {
      child.send(asked);
      const [told] = (await Promise.race([once(child, 'message'), failed])) as [LoadTold];
      return told;
    },
    end: () => void child.send('end'),
    stop: async () => {
      child.disconnect();
      await failed.catch(() => {});
    },
  };
}
