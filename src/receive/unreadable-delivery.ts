import { tellFinding, type Finding, type FindingCode } from '../model/finding.js';

/**
 * Thrown out of `tables()` where a delivery that opened well cannot be read to its end: the file changed under the reader,
 * the workbook's process was stopped. What was read of it must not be published.
 */
export class UnreadableDelivery extends Error {
  override readonly name = 'UnreadableDelivery';

  constructor(readonly finding: Finding) {
    super(tellFinding(finding, 'en'));
  }
}

export function unreadable(code: FindingCode, found: string, accepted: string | null = null): UnreadableDelivery {
  return new UnreadableDelivery(findingOf(code, { found, accepted }));
}

/** A finding with only the parts of its address that are known. */
export function findingOf(code: FindingCode, address: Partial<Omit<Finding, 'code'>> = {}): Finding {
  return { code, sheet: null, row: null, item: null, column: null, found: null, accepted: null, ...address };
}
