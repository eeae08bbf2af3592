import type { CappedRule } from './block-candidates.js';
import type { RowBlocks } from './block-rows.js';

/** Blocks of all rows that have to be asked so far: a round may find that more have to be. */
export class BlocksInTurn {
  readonly #blocks: RowBlocks[];

  constructor(...blocks: RowBlocks[]) {
    this.#blocks = blocks;
  }

  add(blocks: RowBlocks): void {
    this.#blocks.push(blocks);
  }

  has(row: number): boolean {
    return this.#blocks.some((blocks) => blocks.has(row));
  }

  of(row: number): RowBlocks {
    return this.#blocks.find((blocks) => blocks.has(row))!;
  }

  /** Nobody asks any more. */
  release(): void {
    this.#blocks.length = 0;
  }

  get all(): readonly RowBlocks[] {
    return this.#blocks;
  }

  get capped(): readonly CappedRule[] {
    return this.#blocks.flatMap(({ capped }) => capped);
  }
}
