import type { DecidedKind, Decision, Verdict } from '../model/decision.js';
import type { Words } from '../model/register.js';
import type { Viewer } from '../model/viewer.js';

/**
 * How a reviewer's word is written, given by whoever starts the server: this room only reads. Each answers null for what the viewer may
 * not see or what never was.
 * @throws DecisionRefused where it contradicts what stands; ReadingFailed while a night is under way
 */
export interface Reviewing {
  decide(viewer: Viewer, word: ReviewedWord): Promise<Reviewed | null>;
  confirm(viewer: Viewer, id: number, by: string): Promise<Reviewed | null>;
  revoke(viewer: Viewer, id: number, by: string, reason: string): Promise<Reviewed | null>;
  /** Takes a merge, a split or a move back, or tells what that would do. */
  undo(viewer: Viewer, word: UndoWord): Promise<UndoneChange | null>;
  /** The engine's levels in words. */
  wordsOfLevel(comparison: string, level: string): Promise<Words>;
}

export interface ReviewedWord {
  readonly kind: DecidedKind;
  /** Ids of the two records. */
  readonly records: readonly [number, number];
  readonly verdict: Verdict;
  readonly reason: string;
  readonly by: string;
}

export interface Reviewed {
  readonly decision: Decision;
  /** The linkage has followed. */
  readonly settled: boolean;
}

export interface UndoWord {
  /** Number of the change. */
  readonly change: number;
  readonly by: string;
  readonly reason: string;
  readonly preview: boolean;
}

export interface UndoneChange {
  readonly kind: DecidedKind;
  /** The entities as they were before the change, with ids of records. */
  readonly sides: readonly { readonly entity: number; readonly records: readonly number[] }[];
  readonly decisions: readonly Decision[];
  /** The linkage has followed. */
  readonly settled: boolean;
}
