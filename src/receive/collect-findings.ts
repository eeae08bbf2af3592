import type { Finding, FindingCode } from '../model/finding.js';
import { LIMITS } from './limits.js';
import { findingOf, unreadable } from './unreadable-delivery.js';

/** The findings of one reading, in the order of the file. */
export class FoundWhileReading {
  readonly #list: Finding[] = [];

  add(code: FindingCode, address: Partial<Omit<Finding, 'code'>>): void {
    if (this.#list.length >= LIMITS.findings) {
      throw unreadable('DELIVERY_REFUSES_TOO_MANY', String(this.#list.length), String(LIMITS.findings));
    }
    this.#list.push(findingOf(code, address));
  }

  list(): readonly Finding[] {
    return this.#list;
  }
}
