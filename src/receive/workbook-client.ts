import { fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMITS } from './limits.js';
import { unreadable } from './unreadable-delivery.js';
import type { WorkbookAnswer, WorkbookAsk } from './workbook-messages.js';

/** Beside this file, compiled or not as this one is. */
const PROGRAM = fileURLToPath(new URL(`./workbook-process${extname(import.meta.url)}`, import.meta.url));
const PAGE = 4096;

/**
 * The process that parses a workbook, as seen from outside. Every question is answered, or ends in `UnreadableDelivery`: on the parser's
 * failure, when the process has worked for a minute in all, when it grows past a gigabyte, and when it ends without a word.
 */
export class WorkbookClient {
  readonly #child: ChildProcess;
  #worked = 0;
  #stopped: string | null = null;

  constructor(
    descriptor: number,
    private readonly limits: { readonly time: number; readonly memory: number } = {
      time: LIMITS.workbookTime,
      memory: LIMITS.workbookMemory,
    },
  ) {
    this.#child = fork(PROGRAM, [], {
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${LIMITS.workbookHeapMegabytes}`],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', descriptor],
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async ask<Kind extends WorkbookAnswer['is']>(
    question: WorkbookAsk,
    expected: Kind,
  ): Promise<Extract<WorkbookAnswer, { is: Kind }>> {
    const answer = await this.#answer(question);
    if (answer.is === expected) return answer as Extract<WorkbookAnswer, { is: Kind }>;
    throw unreadable('DELIVERY_UNREADABLE', answer.is === 'failed' ? answer.why : 'no result', 'XLSX, XLS');
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
        return resolve();
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #answer(question: WorkbookAsk): Promise<WorkbookAnswer> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const child = this.#child;
      const settle = (end: () => void) => {
        clearTimeout(timer);
        clearInterval(watch);
        child.off('message', onMessage).off('exit', onExit).off('error', onExit);
        this.#worked += performance.now() - began;
        end();
      };
      const stop = (why: string) => {
        this.#stopped ??= why;
        child.kill('SIGKILL');
      };
      const onMessage = (answer: WorkbookAnswer) => settle(() => resolve(answer));
      const onExit = () => {
        const accepted = `${this.limits.time / 1000} s, ${this.limits.memory / 1024 ** 2} MB`;
        settle(() =>
          reject(
            unreadable(
              'DELIVERY_UNREADABLE',
              this.#stopped ?? 'the workbook’s process ended without a result',
              accepted,
            ),
          ),
        );
      };
      const timer = setTimeout(() => stop('the workbook took too long'), Math.max(this.limits.time - this.#worked, 1));
      const watch = setInterval(() => {
        void residentBytes(child.pid).then((bytes) => {
          if (bytes > this.limits.memory) stop('the workbook took too much memory');
        });
      }, 50);
      child.on('message', onMessage).on('exit', onExit).on('error', onExit);
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) return onExit();
      child.send(question, (error) => {
        if (error !== null) stop('the workbook’s process ended without a result');
      });
    });
  }
}

/** 0 where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  try {
    return Number((await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')[1]) * PAGE;
  } catch {
    return 0;
  }
}
