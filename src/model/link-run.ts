/** What the linkage's engine says of its own work after a run. */
export interface LinkageQuality {
  /** Rows whose number was hidden for the purpose: in how many the rule alone, and all together, still brought them before their person. */
  readonly blockingRecall: readonly { readonly rule: string; readonly found: number; readonly of: number }[];
  /** Candidate pairs by weight: bins of 2 bits, `from` the lower edge. */
  readonly weights: readonly { readonly from: number; readonly pairs: number }[];
  /** Blocks that were too large to be compared whole. */
  readonly capped: readonly { readonly rule: string; readonly blocks: number; readonly records: number }[];
  readonly pairsScored: number;
  /** Pairs between the thresholds, and those of them that wait for a person. */
  readonly undecided: number;
  readonly queued: number;
  readonly seconds: number;
}
