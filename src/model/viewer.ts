/** `review`: see the doubtful pairs and decide them. */
export const PERMISSIONS = ['review'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * Who asks: a client, the divisions whose rows it may see, the registers whose records it may see.
 * Made from a verified token only. Division codes are 6 (county), 9 (township), 12 (village) or 15 (grid) digits.
 */
export interface Viewer {
  readonly client: string;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  /** What it may do besides reading. */
  readonly may: readonly Permission[];
  readonly expires: Date;
}
