import { describe, expect, it } from 'vitest';
import { dianbai, longyang, chengkou } from './longyang.js';

const named = (found: { name: string } | 'ambiguous' | null) =>
  found === null || found === 'ambiguous' ? found : found.name;

describe('a township', () => {
  it.each([
    ['河图', '河图街道'],
    ['河图街道', '河图街道'],
    ['河图街道办事处', '河图街道'],
    ['瓦马乡', '瓦马彝族白族乡'],
    ['瓦马', '瓦马彝族白族乡'],
    ['杨柳乡', '杨柳白族彝族乡'],
    ['板桥镇人民政府', '板桥镇'],
    [' 板 桥　镇', '板桥镇'],
    ['没有乡', null],
  ])('%s is %s', (written, name) => {
    expect(named(longyang.township(written))).toBe(name);
  });

  it('has a short name for each of the county’s own', () => {
    for (const table of [longyang, dianbai, chengkou]) {
      for (const { name, code } of table.all.filter((division) => division.code.length === 9)) {
        expect(table.township(name)).toMatchObject({ code });
      }
    }
  });
});

describe('a village', () => {
  it.each([
    ['王官社区', '王官社区居民委员会'],
    ['王官', '王官社区居民委员会'],
    ['王官社区居委会', '王官社区居民委员会'],
    ['王官社区居民委员会', '王官社区居民委员会'],
    ['兰城街道王官社区', '王官社区居民委员会'],
    ['郎义社区', '郎义社区村民委员会'],
    ['郎义村', '郎义社区村民委员会'],
    ['郎义社区村委会', '郎义社区村民委员会'],
    ['下里濯村', '下里濯村民委员会'],
    ['下里濯村委会', '下里濯村民委员会'],
    ['没有村', null],
  ])('%s is %s', (written, name) => {
    expect(named(longyang.village(written, null))).toBe(name);
  });

  it('by its official name is found in its own township, in every county', () => {
    for (const table of [longyang, dianbai, chengkou]) {
      for (const { name, code, parent } of table.all.filter((division) => division.code.length === 12)) {
        expect(table.village(name, parent)).toMatchObject({ code });
      }
    }
  });

  it('called like another in the county needs its township', () => {
    const twice = dianbai.all.filter(({ code }) => code.length === 12).map(({ name }) => name);
    const repeated = [...new Set(twice.filter((name, at) => twice.indexOf(name) !== at))];
    expect(repeated.length).toBeGreaterThan(0);
    for (const name of repeated) expect(dianbai.village(name, null)).toBe('ambiguous');
  });

  it('and community of one base name are told apart by their kind, and ambiguous without it', () => {
    expect(named(dianbai.village('马踏社区', null))).toBe('马踏社区居委会');
    expect(named(dianbai.village('马踏村', null))).toBe('马踏村委会');
    expect(dianbai.village('马踏', null)).toBe('ambiguous');
  });

  it('that is called a community is a villagers’ committee all the same', () => {
    expect(longyang.village('郎义社区', null)).toMatchObject({ kind: '村委会' });
  });
});
