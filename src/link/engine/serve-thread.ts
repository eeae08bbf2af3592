import { receiveMessageOnPort } from 'node:worker_threads';
import type { ThreadMessage, ThreadStart } from './threads.js';
import { BEGUN, FAILED, takeChunks, TURN } from './take-chunks.js';

/** By name: what a message brings is made ready, and where it is something to do, a part of it is done. */
export type ThreadTasks = Readonly<
  Record<string, (what: never, place: number) => void | ((from: number, to: number) => void)>
>;

/** The life of a thread: sleeps until it is told of work, takes part in it, and is ended from outside. */
export function serveThread({ place, control, port }: ThreadStart, tasks: ThreadTasks): never {
  const fail = (error: unknown): void => {
    port.postMessage(error);
    Atomics.store(control, FAILED, 1);
  };
  // A function of its own: nothing of a task stays in a variable while the next is looked at.
  const take = ({ task, with: what, chunks, control: own = control }: ThreadMessage): void => {
    try {
      const work = tasks[task]!(what as never, place);
      if (!work || !chunks) return;
      Atomics.add(own, BEGUN, 1);
      Atomics.notify(own, BEGUN);
      takeChunks(own, chunks, work, fail);
    } catch (error) {
      fail(error);
    }
  };
  for (;;) {
    const turn = Atomics.load(control, TURN);
    for (let told = receiveMessageOnPort(port); told; told = receiveMessageOnPort(port))
      take(told.message as ThreadMessage);
    Atomics.wait(control, TURN, turn);
  }
}
