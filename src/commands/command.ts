import type { Config } from '../config.js';
import type { Words } from '../model/register.js';
import type { Terminal } from './terminal.js';

/** What every command gets. */
export interface CommandContext {
  readonly config: Config;
  readonly terminal: Terminal;
  /** Chooses the sentence of the user's language. */
  readonly say: (words: Words) => string;
}

export interface CommandOption extends Words {
  readonly flags: string;
  readonly fallback?: string;
}

/**
 * A command of the program: `hub NAME ARGUMENTS… --options`. `run` answers with the exit code, and loads what is heavy itself, so
 * that a token or a help text does not wait for the linkage.
 */
export interface Command extends Words {
  readonly name: string;
  /** As commander has it: `<dir>`, `[refs...]`. */
  readonly arguments?: readonly (Words & { readonly name: string })[];
  readonly options?: readonly CommandOption[];
  run(
    context: CommandContext,
    operands: readonly string[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<number>;
}

/** Exit codes: 0 done · 1 failed · 2 the call was wrong · 3 done, and something was refused or held. */
export const EXIT = { done: 0, failed: 1, usage: 2, attention: 3 } as const;

/** The user's mistake, told in a sentence and without a stack. */
export class UsageError extends Error {
  constructor(readonly words: Words) {
    super(words.en);
  }
}
