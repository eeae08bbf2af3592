import type { FieldClass } from './field.js';

/**
 * `review`: see the doubtful pairs and decide them. `verify`: ask whether a number and a name match. `grant`: propose, confirm and revoke
 * grants. `audit`: who has read what. `usage`: who has read a person's data, for the person. `develop`: documents that are not registered.
 * `break-glass`: open what the grant names, for an emergency, without waiting for a second person; until then it shows nobody.
 */
export const PERMISSIONS = ['review', 'verify', 'grant', 'audit', 'usage', 'develop', 'break-glass'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a token says, and all that it says. */
export interface TokenHolder {
  readonly client: string;
  /** The officer behind the client's request, by staff number; never a name. */
  readonly person: string | null;
  /** Its `jti`. */
  readonly token: string;
  readonly issued: Date;
  readonly expires: Date;
}

export type RowTie = 'resident' | 'registered';

/**
 * Who asks, and what for: made from a verified token, the purpose that the request names, and the grants that the client holds for it at
 * this moment. Division codes are 6 (county), 9 (township), 12 (village) or 15 (grid) digits.
 */
export interface Viewer extends TokenHolder {
  /** Code of a registered purpose. */
  readonly purpose: string;
  /** Its legal basis. */
  readonly basis: string;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  /** Whether rows are seen where a person lives, where it is registered, or both. */
  readonly ties: readonly RowTie[];
  /** Classes of fields that are shown as stated; others are masked. */
  readonly fields: readonly FieldClass[];
  /** False: totals only. */
  readonly records: boolean;
  /** Whether the purpose is the protection of children. */
  readonly forMinors: boolean;
  /** Whole values a day that may be revealed outside of the classes. */
  readonly reveals: number;
  readonly emergency: boolean;
  /** What it may do besides reading. */
  readonly may: readonly Permission[];
  /** Ids of the grants. */
  readonly grants: readonly number[];
  /** State of the grants that this was made from: every reading compares it. */
  readonly accessVersion: number;
}

/** Whether a field of the class is shown as stated. */
export function shows({ fields }: Pick<Viewer, 'fields'>, of: FieldClass): boolean {
  return fields.includes(of);
}
