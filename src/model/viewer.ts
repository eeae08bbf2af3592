/**
 * Who asks: a client, the divisions whose rows it may see, the registers whose records it may see.
 * Made from a verified token only. Division codes are 6 (county), 9 (township), 12 (village) or 15 (grid) digits.
 */
export interface Viewer {
  readonly client: string;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  readonly expires: Date;
}
