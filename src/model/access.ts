/** How an operation ended: it showed somebody, it found nobody, it was refused, or it failed. */
export const ACCESS_OUTCOMES = ['ok', 'none', 'refused', 'error'] as const;
export type AccessOutcome = (typeof ACCESS_OUTCOMES)[number];

/** One operation that reads personal data, as it is written down before its answer leaves. It holds no value of a person. */
export interface Access {
  /** Null where a client was refused before anybody knew what it may see: the hub's own. */
  readonly county: string | null;
  /** The `requestId` of the answer. */
  readonly request: string;
  readonly client: string;
  /** Staff number of the officer behind the client; null where the token names none. */
  readonly person: string | null;
  /** The token's `jti`. */
  readonly token: string;
  readonly purpose: string;
  readonly basis: string;
  readonly grants: readonly number[];
  /** Under a break-glass grant. */
  readonly emergency: boolean;
  /** The operation's name; null where the client gave none, or one that could hold a value. */
  readonly operation: string | null;
  /** SHA-256 of the document, hex; literal values are left out of it. */
  readonly document: string;
  /** The fields of Query or Mutation that were asked. */
  readonly asked: readonly string[];
  /** Ids of the entities that the answer shows. */
  readonly persons: readonly number[];
  readonly households: readonly number[];
  /** Field classes: as stated, masked, and revealed outside of the grant. */
  readonly shown: readonly string[];
  readonly masked: readonly string[];
  readonly revealed: readonly string[];
  readonly revealReasons: readonly string[];
  readonly outcome: AccessOutcome;
  /** The error's code, where there is one. */
  readonly code: string | null;
  /** From the request to the row, milliseconds. */
  readonly ms: number;
}
