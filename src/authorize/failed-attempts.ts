import { isIPv6 } from 'node:net';

export interface FailedAttemptsSettings {
  /** Wrong tokens that an address may show before it has to wait. */
  readonly free?: number;
  /** Milliseconds: the longest wait, and how long an address that is quiet is remembered. */
  readonly longest?: number;
  readonly remembered?: number;
  /** Addresses; what was quiet longest is forgotten first. */
  readonly most?: number;
}

/**
 * Slows down whoever shows one wrong token after another, by the address that they come from. The first few cost nothing, for tokens
 * expire; each further one doubles the wait, from one second on. A good token takes nothing back, or who has one could try for ever.
 *
 * While an address waits, what it shows is answered without being looked at, but for a token that was found good before
 * (`wasVerified`): one program of a department that keeps on showing an expired token must not shut out the others behind its address.
 */
export class FailedAttempts {
  readonly #free: number;
  readonly #longest: number;
  readonly #remembered: number;
  readonly #most: number;
  readonly #attempts = new Map<string, { readonly failures: number; readonly at: number; readonly until: number }>();

  constructor({ free = 5, longest = 60_000, remembered = 15 * 60_000, most = 10_000 }: FailedAttemptsSettings = {}) {
    [this.#free, this.#longest, this.#remembered, this.#most] = [free, longest, remembered, most];
  }

  /** Milliseconds that the address has to wait; 0: what it shows is looked at. */
  waitOf(address: string | undefined): number {
    const attempt = this.#attempts.get(networkOf(address));
    return attempt ? Math.max(0, attempt.until - Date.now()) : 0;
  }

  /** A token of this address was refused. */
  count(address: string | undefined): void {
    const network = networkOf(address);
    const now = Date.now();
    const before = this.#attempts.get(network);
    const failures = before && now - before.at < this.#remembered ? before.failures + 1 : 1;
    const over = failures - this.#free;
    const wait = over > 0 ? Math.min(this.#longest, 1000 * 2 ** Math.min(over - 1, 30)) : 0;
    // Put at the end: the map is in the order of the last failure.
    this.#attempts.delete(network);
    this.#attempts.set(network, { failures, at: now, until: now + wait });
    if (this.#attempts.size > this.#most) this.#attempts.delete(this.#attempts.keys().next().value!);
  }
}

/** An IPv4 address whole, an IPv6 address by its first 64 bits: the rest of it is its holder's to change with every attempt. */
function networkOf(address = ''): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const all = [...first, ...Array<string>(zeros).fill('0'), ...last];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
