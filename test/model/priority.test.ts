import { expect, it } from 'vitest';
import { chooseValue, rankOfSource, SOURCE_PRIORITY } from '../../src/model/priority.js';
import { IMPORTERS } from '../../importers/index.js';

const statement = (value: unknown, dataset: string, statedAt: string, record: number, retired = false) => ({
  value,
  dataset,
  statedAt,
  record,
  retired,
});

it('lets the table decide, then recency, and names who differs', () => {
  const old = statement('张伟', 'police/residents', '2026-01-01', 1);
  const later = statement('张玮', 'governance/residents', '2026-09-01', 2);
  const same = statement('张伟', 'party-building/members', '2026-08-01', 3);
  expect(chooseValue('name', [later, same, old])).toEqual({ chosen: old, differing: [later] });
  expect(chooseValue('phone', [old, later])!.chosen).toBe(later);
  expect(chooseValue('note', [old, later])!.chosen).toBe(later);
});

it('chooses among what it is given, whatever a hidden source knows', () => {
  const seen = statement('张玮', 'governance/residents', '2026-09-01', 2);
  expect(chooseValue('name', [seen])).toEqual({ chosen: seen, differing: [] });
  expect(chooseValue('name', [statement(null, 'police/residents', '2026-01-01', 1)])).toBeNull();
});

it('lets a withdrawn statement speak last', () => {
  const gone = statement('张伟', 'police/residents', '2026-01-01', 1, true);
  const seen = statement('张玮', 'governance/residents', '2026-09-01', 2);
  expect(chooseValue('name', [gone, seen])).toEqual({ chosen: seen, differing: [gone] });
});

it('takes lists and objects of one content for one value', () => {
  const one = statement({ estate: '甲', room: '1' }, 'police/residents', '2026-01-01', 1);
  const other = statement({ room: '1', estate: '甲' }, 'governance/residents', '2026-01-01', 2);
  expect(chooseValue('addressElements', [one, other])!.differing).toEqual([]);
});

it('names only datasets that some department delivers, and puts the others after them', () => {
  const known = new Set(IMPORTERS.flatMap((importer) => importer.datasets.map(({ name }) => name)));
  for (const order of Object.values(SOURCE_PRIORITY)) for (const dataset of order) expect(known).toContain(dataset);
  expect(rankOfSource('name', 'a-fifth/office')).toBe(SOURCE_PRIORITY.name.length);
});
