import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FailedAttempts } from '../../src/authorize/index.js';

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

const fail = (attempts: FailedAttempts, address: string, times: number) => {
  for (let n = 0; n < times; n += 1) attempts.count(address);
};

it('lets the first few go, then makes the address wait twice as long each time, up to a minute', () => {
  const attempts = new FailedAttempts();
  const waits = Array.from({ length: 14 }, () => {
    attempts.count('10.0.0.1');
    return attempts.waitOf('10.0.0.1') / 1000;
  });
  expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  fail(attempts, '10.0.0.1', 5000);
  expect(attempts.waitOf('10.0.0.1')).toBe(60_000);
});

it('looks again once the wait is over', () => {
  const attempts = new FailedAttempts();
  fail(attempts, '10.0.0.1', 6);
  wait(0.5);
  expect(attempts.waitOf('10.0.0.1')).toBe(500);
  wait(0.5);
  expect(attempts.waitOf('10.0.0.1')).toBe(0);
  attempts.count('10.0.0.1');
  expect(attempts.waitOf('10.0.0.1')).toBe(2000);
});

it('allows some 25 attempts in a quarter of an hour to who never stops', () => {
  const attempts = new FailedAttempts();
  let tried = 0;
  for (let second = 0; second < 900; second += 1, wait(1)) {
    while (attempts.waitOf('10.0.0.1') === 0) {
      attempts.count('10.0.0.1');
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(15);
  expect(tried).toBeLessThan(30);
});

it('forgets an address that was quiet for a quarter of an hour', () => {
  const attempts = new FailedAttempts();
  fail(attempts, '10.0.0.1', 12);
  wait(15 * 60);
  attempts.count('10.0.0.1');
  expect(attempts.waitOf('10.0.0.1')).toBe(0);
});

it.each([
  ['another address', '10.0.0.1', '10.0.0.2', 0],
  ['the same written as IPv6', '10.0.0.1', '::ffff:10.0.0.1', 1000],
  ['another of one IPv6 network', '2001:db8:1:2::1', '2001:0DB8:1:2:ffff:1:2:3', 1000],
  ['one of another IPv6 network', '2001:db8:1:2::1', '2001:db8:1:3::1', 0],
  ['a short one of the same', '2001:db8::1', '2001:db8:0:0:5::9', 1000],
  ['this machine', '::1', '::1', 1000],
  ['a zone of the same', 'fe80::1%eth0', 'fe80::1', 1000],
  ['no address', '', '', 1000],
])('makes %s wait as it should', (_, failing, asking, expected) => {
  const attempts = new FailedAttempts();
  fail(attempts, failing, 6);
  expect(attempts.waitOf(asking)).toBe(expected);
});

it('remembers no more addresses than it may, and forgets what was quiet longest', () => {
  const attempts = new FailedAttempts({ most: 3 });
  fail(attempts, '10.0.0.1', 6);
  fail(attempts, '10.0.0.2', 6);
  fail(attempts, '10.0.0.3', 6);
  attempts.count('10.0.0.1');
  attempts.count('10.0.0.4');
  expect(attempts.waitOf('10.0.0.2')).toBe(0);
  expect(attempts.waitOf('10.0.0.1')).toBe(2000);
});
