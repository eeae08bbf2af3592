import { availableParallelism } from 'node:os';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { sharedArray } from './thread-arrays.js';
import { BEGUN, DONE, FAILED, NEXT, PLACES, takeChunks, TURN, type Chunks } from './take-chunks.js';

/** What a thread is started with. */
export interface ThreadStart {
  /** From 1; 0 is the thread that started it. */
  readonly place: number;
  readonly control: Int32Array;
  readonly port: MessagePort;
}

/** What a thread is sent: something that it keeps, or something to do, in which all threads take part. */
export interface ThreadMessage {
  readonly task: string;
  readonly with: unknown;
  /** Null where it is kept. */
  readonly chunks: Chunks | null;
  /** Of what is done meanwhile: the numbers by which it is agreed who does it. */
  readonly control?: Int32Array;
}

/** More than these wait for each other's memory. */
const MOST = 7;
/** A chunk takes a second at most. */
const PATIENCE = 600_000;
/** What is not divided. */
const WHOLE: Chunks = { first: 0, end: 1, size: 1, total: 1 };
const [PATIENCE_TO_BEGIN, TRIES] = [100, 600];

/** How many threads there are work for beside this one. */
export function idleCores(): number {
  return Math.min(MOST, availableParallelism() - 1);
}

/**
 * Threads beside this one that do parts of its work, over shared arrays. This thread takes parts as they do and waits for nobody who
 * has not taken one: where no thread came up in time, or there is none, it does all.
 */
export class Threads {
  readonly #workers: readonly Worker[];
  readonly #ports: readonly MessagePort[];
  readonly #control = sharedArray(Int32Array, PLACES);

  /** @param program of each thread: it goes by `serveThread` @param count 0 for none */
  constructor(
    program: URL,
    count: number,
    /** Whether this thread takes no part before all others do. */
    readonly isAwaited = false,
  ) {
    const channels = Array.from({ length: count }, () => new MessageChannel());
    this.#ports = channels.map(({ port1 }) => port1);
    this.#workers = channels.map(({ port2: port }, i) => {
      const workerData: ThreadStart = { place: i + 1, control: this.#control, port };
      const worker = new Worker(program, { workerData, transferList: [port] });
      // What fails within a task is told by its port; this is a program that did not come up, without which all is done just so.
      worker.on('error', (error) => process.emitWarning(error));
      worker.unref();
      return worker;
    });
  }

  get count(): number {
    return this.#workers.length;
  }

  /** Something that the threads are to have before they are given work; they take it at once. */
  give(task: string, what: unknown): void {
    this.#send({ task, with: what, chunks: null });
  }

  /**
   * Does a task in parts of `size` positions; what is one part, and all where no thread is beside, is done here.
   * @param what asked for once the threads are to take part @param work what this thread does of it
   * @throws what a thread threw, after all have ended
   */
  share(
    task: string,
    what: () => unknown,
    total: number,
    size: number,
    work: (from: number, to: number) => void,
  ): void {
    if (this.count === 0 || total <= size) return work(0, total);
    const control = this.#control;
    const first = Atomics.load(control, NEXT);
    const chunks = { first, end: first + Math.ceil(total / size), size, total };
    this.#send({ task, with: what(), chunks });
    if (this.isAwaited) this.#awaitBegun(control, (this.#awaited += this.count));
    takeChunks(control, chunks, work, (error) => {
      throw error;
    });
    this.#await(control, chunks);
  }

  /**
   * Has one of the threads do a task while this one does something else.
   * @param work the same, done here where none has begun by then @returns to be called when it has to be done
   */
  meanwhile(task: string, what: () => unknown, work: () => void): () => void {
    if (this.count === 0) return work;
    const control = sharedArray(Int32Array, PLACES);
    this.#send({ task, with: what(), chunks: WHOLE, control }, this.#ports.slice(0, 1));
    return () => {
      if (this.isAwaited) this.#awaitBegun(control, 1);
      takeChunks(control, WHOLE, work, (error) => {
        throw error;
      });
      this.#await(control, WHOLE);
    };
  }

  /** To be called whatever happened. */
  end(): void {
    for (const port of this.#ports) port.close();
    for (const worker of this.#workers) void worker.terminate();
  }

  #await(control: Int32Array, { end }: Chunks): void {
    for (let done = Atomics.load(control, DONE); done < end; done = Atomics.load(control, DONE))
      if (Atomics.wait(control, DONE, done, PATIENCE) === 'timed-out')
        throw new Error('A thread has ended amid its work.');
    if (Atomics.load(this.#control, FAILED) !== 0) throw this.#failure();
  }

  #awaitBegun(control: Int32Array, wanted: number): void {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const begun = Atomics.load(control, BEGUN);
      if (begun >= wanted || Atomics.load(this.#control, FAILED) !== 0) return;
      Atomics.wait(control, BEGUN, begun, PATIENCE_TO_BEGIN);
    }
    throw new Error('A thread did not come up.');
  }
  #awaited = 0;

  #send(message: ThreadMessage, ports = this.#ports): void {
    for (const port of ports) port.postMessage(message);
    Atomics.add(this.#control, TURN, 1);
    Atomics.notify(this.#control, TURN);
  }

  #failure(): unknown {
    for (const port of this.#ports) {
      const told = receiveMessageOnPort(port);
      if (told) return told.message;
    }
    return new Error('A thread has failed.');
  }
}
