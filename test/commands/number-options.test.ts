import { expect, it } from 'vitest';
import { openSmallHub } from './small-hub.js';

const hub = openSmallHub();
const PURPOSE = ['purpose', 'home-visit', '--zh', '走访', '--en', 'visits', '--basis', '…', '--scenario', '…'];
const GRANT = ['app', '--organ', '街道', '--purpose', 'home-visit', '--division', '530502001001', '--by', '李四'];

it.each([
  [[...PURPOSE, '--by', '李四', '--days', 'x'], '--days takes a whole number, 1 to 3660.'],
  [[...PURPOSE, '--by', '李四', '--days', '99999999999'], '--days takes a whole number, 1 to 3660.'],
  [['grant', ...GRANT, '--days', '0'], '--days takes a whole number, 1 to 3660.'],
  [['grant', ...GRANT, '--reveals', '1e3'], '--reveals takes a whole number, 0 to 10000.'],
  [['grant', '--confirm', 'first', '--by', '李四'], '--confirm takes a whole number'],
  [['grant', '--revoke', '-1', '--by', '李四', '--reason', 'x'], '--revoke takes a whole number'],
  [['analyst', ...GRANT, '--days', ''], '--days takes a whole number, 1 to 3660.'],
  [['token', 'app', '--hours', 'x'], '--hours must be above 0 and at most 12.'],
  [['audit', 'alarms', '--limit', 'x'], '--limit takes a whole number, 1 to 10000.'],
  [['audit', 'expire', '--days', '9.5'], '--days takes a whole number'],
  [['findings', '--register', 'polce'], 'The registers are police, civil-affairs, party-building, governance.'],
])('%j is the caller’s mistake, and it is said what would be accepted', async (words, sentence) => {
  expect(await hub.run(...words)).toBe(2);
  expect(hub.told).toContain(sentence);
  expect(hub.told).not.toMatch(/\n\s+at /);
  const [rows] = await hub.database.query(
    'select (select count(*) from purpose) + (select count(*) from access_grant) as n',
  );
  expect(rows).toEqual({ n: 0 });
});
