import { FINDINGS, type Finding } from '../model/finding.js';

/** Findings stored of a delivery that is held or refused, its reason included. */
const MOST = 1_000;

/** Keeps the first findings of each kind, errors before the rest: what an officer needs who has to decide on a held delivery. */
export function keepFindings() {
  const errors: Finding[] = [];
  const others: Finding[] = [];
  return {
    add(findings: readonly Finding[]): void {
      for (const finding of findings) {
        const list = costsRow(finding) ? errors : others;
        if (list.length < MOST) list.push(finding);
      }
    },
    kept: (): Finding[] => [...errors, ...others].slice(0, MOST - 1),
  };
}

/** An error costs the row that it stands on. */
export function costsRow({ code }: Finding): boolean {
  return FINDINGS[code].severity === 'error';
}
