import { DecisionRefused } from '../model/decision.js';

const LONGEST = 500;

/** @throws DecisionRefused without a name or a reason, or with one that no record can hold */
export function checkWord(by: string, reason: string): { readonly by: string; readonly text: string } {
  for (const given of [by, reason]) {
    // PostgreSQL has no NUL in a text.
    if (given.trim() === '' || given.length > LONGEST || given.includes('\0') || !given.isWellFormed()) {
      throw new DecisionRefused('WHO_AND_WHY', { most: LONGEST });
    }
  }
  return { by: by.normalize('NFKC').trim(), text: reason.trim() };
}

/** 王 芳 and 王芳, Li Wei and li wei are one person: a second reviewer is somebody else. */
export function isSamePerson(one: string, other: string): boolean {
  const fold = (name: string): string => name.normalize('NFKC').replaceAll(/\s/gu, '').toLowerCase();
  return fold(one) === fold(other);
}
