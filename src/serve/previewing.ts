import type { Reading } from '../authorize/index.js';
import type { EvidenceStep } from '../model/comparison.js';
import type { LinkReason } from '../model/link.js';

/** How somebody is looked up, given by whoever starts the server. What it reads, it reads as the viewer who asks. */
export interface Previewing {
  /**
   * The likeliest first. Null where the county has no linkage yet.
   * @param keepFindable of persons those whom the viewer may find: the others are not even compared, for each candidate's chance tells of the rest
   */
  preview(reading: Reading, asked: AskedPerson, keepFindable: KeepFindable): Promise<readonly PreviewedPerson[] | null>;
}

export type KeepFindable = (reading: Reading, persons: readonly number[]) => Promise<readonly number[]>;

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
