import { describe, expect, it } from 'vitest';
import { elementNumber, parseAddress } from '../../src/validate/parse-address.js';
import { chengkou, longyang } from './longyang.js';

const wangguan = { township: '兰城街道', village: '王官社区居民委员会' };

describe('an address', () => {
  it.each([
    ['云南省保山市隆阳区兰城街道王官社区第三组12号', { ...wangguan, group: '3', number: '12' }],
    ['隆阳区兰城街道王官社区居民委员会三小组12号', { ...wangguan, group: '3', number: '12' }],
    ['隆阳区兰城街道王官社区居委会3组１２号', { ...wangguan, group: '3', number: '12' }],
    ['兰城街道王官3组12号', { ...wangguan, group: '3', number: '12' }],
    ['兰城王官社区十二组', { ...wangguan, group: '12' }],
    [
      '兰城街道王官社区阳光花园3栋2单元501室',
      { ...wangguan, estate: '阳光花园', building: '3', unit: '2', room: '501' },
    ],
    [
      '兰城街道王官社区阳光花园3幢二单元501',
      { ...wangguan, estate: '阳光花园', building: '3', unit: '2', room: '501' },
    ],
    ['兰城街道王官社区阳光花园3号楼2-501', { ...wangguan, estate: '阳光花园', building: '3', unit: '2', room: '501' }],
    ['兰城街道王官社区阳光花园3-2-501', { ...wangguan, estate: '阳光花园', building: '3', unit: '2', room: '501' }],
    [
      '兰城街道王官社区阳光花园３－２－５０１室',
      { ...wangguan, estate: '阳光花园', building: '3', unit: '2', room: '501' },
    ],
    ['兰城街道王官社区阳光花园3#501', { ...wangguan, estate: '阳光花园', building: '3', room: '501' }],
    [
      '兰城街道王官社区阳光花园A3栋2单元5楼501',
      { ...wangguan, estate: '阳光花园', building: 'A3', unit: '2', floor: '5', room: '501' },
    ],
    ['兰城街道王官社区人民路12号', { ...wangguan, road: '人民路', number: '12' }],
    ['兰城街道王官社区人民路12号附3号', { ...wangguan, road: '人民路', number: '12附3' }],
    [
      '兰城街道王官社区人民路12号阳光花园3栋',
      { ...wangguan, road: '人民路', number: '12', estate: '阳光花园', building: '3' },
    ],
    ['兰城街道王官社区兰城路小区3栋', { ...wangguan, estate: '兰城路小区', building: '3' }],
    ['兰城街道王官社区上寨自然村5号', { ...wangguan, hamlet: '上寨', number: '5' }],
    ['兰城街道王官社区12-3号', { ...wangguan, number: '12-3' }],
    ['瓦马乡下里濯村五组03号', { township: '瓦马彝族白族乡', village: '下里濯村民委员会', group: '5', number: '3' }],
    ['河图街道河上村社区二〇五号', { township: '河图街道', village: '河上村社区居民委员会', number: '205' }],
    ['兰城街道王官社区阳光花园3栋501号', { ...wangguan, estate: '阳光花园', building: '3', room: '501' }],
    ['兰城街道王官社区阳光花园3#-501', { ...wangguan, estate: '阳光花园', building: '3', room: '501' }],
    [
      '兰城街道王官社区阳光花园三十五栋二单元-501',
      { ...wangguan, estate: '阳光花园', building: '35', unit: '2', room: '501' },
    ],
    ['兰城街道王官张家寨12号', { ...wangguan, hamlet: '张家寨', number: '12' }],
    ['兰城街道王官社区张家村自然村门牌12号', { ...wangguan, hamlet: '张家村', number: '12' }],
    ['兰城街道王官社区第十二村民小组一百零五号', { ...wangguan, group: '12', number: '105' }],
    ['兰城街道王官社区上巷街12', { ...wangguan, road: '上巷街', number: '12' }],
    ['兰城街道王官社区大街子3号', { ...wangguan, hamlet: '大街子', number: '3' }],
    ['兰城街道王官社区2组5＃', { ...wangguan, group: '2', number: '5' }],
    ['兰城街道王官社区3组12附1号', { ...wangguan, group: '3', number: '12附1' }],
    ['兰城街道王官社区3组12号附1', { ...wangguan, group: '3', number: '12附1' }],
    ['兰城街道王官社区3组12号之一', { ...wangguan, group: '3', number: '12附1' }],
    ['兰城街道王官社区兰城街道敬老院106号房', { ...wangguan, estate: '敬老院', room: '106' }],
    ['兰城街道王官社区宏达木业公司宿舍514', { ...wangguan, estate: '宏达木业公司宿舍', room: '514' }],
    [
      '兰城街道王官社区宏达木业公司宿舍3栋514号',
      { ...wangguan, estate: '宏达木业公司宿舍', building: '3', room: '514' },
    ],
    ['兰城街道王官社区张家湾', { ...wangguan, hamlet: '张家湾' }],
    ['九隆街道九龙花园3栋', { township: '九隆街道', estate: '九龙花园', building: '3' }],
    [
      '兰城栗子园隆城花园四栋4单元-303',
      {
        township: '兰城街道',
        village: '栗子园社区居民委员会',
        estate: '隆城花园',
        building: '4',
        unit: '4',
        room: '303',
      },
    ],
    ['丙麻乡新南高街子1号', { township: '丙麻乡', village: '新南村民委员会', hamlet: '高街子', number: '1' }],
    ['永昌花园3栋', { estate: '永昌花园', building: '3' }],
    ['三家村3组', { village: '三家村', group: '3' }],
  ])('%s', (written, elements) => {
    expect(parseAddress(written, longyang, null).elements).toEqual(elements);
  });

  it('tells the codes of the divisions it names', () => {
    const { township, village } = parseAddress('隆阳区兰城街道王官社区3组', longyang, null);
    expect([township, village]).toEqual(['530502001', '530502001002']);
  });

  it('reads a bare village name in the township of the row’s own code', () => {
    expect(parseAddress('王官3组12号', longyang, '530502001002').elements).toEqual({
      village: '王官社区居民委员会',
      group: '3',
      number: '12',
    });
  });

  it('takes 3社 for a group in 重庆', () => {
    expect(parseAddress('城口县葛城街道土城社区3社12号', chengkou, null).elements).toEqual({
      township: '葛城街道',
      village: '土城社区居民委员会',
      group: '3',
      number: '12',
    });
  });

  it('keeps what it cannot place, and never fails', () => {
    for (const odd of [
      '',
      ' ',
      '----',
      '号号号',
      '3',
      '第',
      '组',
      '隆阳区',
      'null',
      '=cmd()',
      '村村村',
      '路',
      '3-',
      '-3-',
    ]) {
      expect(() => parseAddress(odd, longyang, null)).not.toThrow();
    }
    expect(parseAddress('兰城街道王官社区大榕树旁', longyang, null).elements).toEqual({
      ...wangguan,
      rest: '大榕树旁',
    });
  });
});

it('reads the same element from a column of its own', () => {
  expect(['3栋', '三栋', '03', '3号楼', 'a座', '0501室', '二单元'].map(elementNumber)).toEqual([
    '3',
    '3',
    '3',
    '3',
    'A',
    '501',
    '2',
  ]);
});
