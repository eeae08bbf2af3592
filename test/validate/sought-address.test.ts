import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soughtAddress } from '../../src/validate/sought-address.js';
import { longyang } from './longyang.js';

const WANGGUAN = '530502001002';
const said = (text: string) => soughtAddress(text, longyang).map(({ area, tail }) => `${area ?? ''} ${tail}`);

describe('an address that somebody looks for', () => {
  it.each([
    ['人民路12号', ' 人民路12号'],
    ['人民路十二號', ' 人民路12号'],
    ['人民路１２', ' 人民路12'],
    ['阳光花园3-2', ' 阳光花园3栋2'],
    ['陽光花園3棟2單元501室', ' 阳光花园3栋2单元501室'],
    ['阳光花园3幢', ' 阳光花园3栋'],
    ['人民', ' 人民'],
    ['大沙坝村3组', ' 大沙坝村3组'],
    ['5组35号', ' 5组35号'],
    ['兰城街道人民路12号', '530502001 人民路12号'],
    ['云南省保山市隆阳区兰城街道王官社区第三组12号', `${WANGGUAN} 3组12号`],
    ['王官社区3组', `${WANGGUAN} 3组`],
    ['王官龙泉路2', `${WANGGUAN} 龙泉路2`],
    ['王官社区', `${WANGGUAN} `],
  ])('%s may be from any of its parts on, and half', (written, expected) => {
    expect(said(written)).toContain(expected);
  });

  it('is nothing where it names the county alone, and never fails', () => {
    expect(said('云南省保山市隆阳区')).not.toContain(' ');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (text) => {
        for (const { area, tail } of soughtAddress(text, longyang)) expect(area ?? tail).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});
