import type { Reading } from '../authorize/index.js';
import type { EvidenceStep } from '../model/comparison.js';
import type { LinkReason } from '../model/link.js';

/** How somebody is looked up, given by whoever starts the server. What it reads, it reads as the viewer who asks. */
export interface Previewing {
  /** The likeliest first. Null where the county has no linkage yet. */
  preview(reading: Reading, asked: AskedPerson, findable: Findable): Promise<readonly PreviewedPerson[] | null>;
}

/** Whom a viewer may find among those whose records it sees. */
export interface Findable {
  readonly isAnybody: boolean;
  /** The others are not even compared: each candidate's chance tells of the rest. */
  keep(persons: readonly number[]): Promise<readonly number[]>;
}

export interface AskedPerson {
  readonly name: string;
  readonly idNumber: string | null;
  readonly birthDate: string | null;
  /** 1 male, 2 female. */
  readonly sex: string | null;
  readonly phone: string | null;
  readonly formerName: string | null;
  readonly headName: string | null;
  readonly village: string | null;
  readonly address: string | null;
}

export interface PreviewedPerson {
  readonly person: number;
  readonly probability: number;
  readonly bits: number;
  readonly reason: LinkReason | null;
  readonly isVetoed: boolean;
  readonly evidence: readonly EvidenceStep[];
}
