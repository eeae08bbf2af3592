import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chineseName } from '../../../src/link/compare/chinese-name.js';
import { givenNameOf, pinyinKey, surnameOf } from '../../../src/link/compare/spell-name.js';
import { foldName } from '../../../src/link/fold-name.js';
import { compareCodes } from './compare-codes.js';

const compareFolded = compareCodes(chineseName);
const compare = (one: string, other: string) => compareFolded(foldName(one), foldName(other));

describe('two names of a register', () => {
  it.each([
    ['張偉', '张伟', 'EQUAL'],
    ['⾼⻰', '高龙', 'EQUAL'],
    ['买买提·阿卜杜拉', '买买提•阿卜杜拉', 'EQUAL'],
    ['闫小伟', '阎小伟', 'VARIANT'],
    ['付强', '傅强', 'VARIANT'],
    ['李喆', '李哲', 'VARIANT'],
    ['李?明', '李小明', 'WILDCARD'],
    ['李\u{e123}明', '李䶮明', 'WILDCARD'],
    ['李WEI', '李炜', 'WILDCARD'],
    ['张小lu', '张小绿', 'WILDCARD'],
    ['小伟张', '张小伟', 'REORDERED'],
    ['张伟小', '张小伟', 'REORDERED'],
    ['张晓玮', '张晓伟', 'HOMOPHONE_TONE'],
    ['张晓为', '张晓卫', 'HOMOPHONE_TONE'],
    ['张明', '张茗', 'HOMOPHONE_TONE'],
    ['张艺', '张仪', 'HOMOPHONE'],
    ['Zhang Wei', '张伟', 'ROMANISED'],
    ['wei zhang', '张伟', 'ROMANISED'],
    ['zeng lyu', '曾绿', 'ROMANISED'],
    ['李娜', '李腊', 'DIALECT'],
    ['张志林', '张志玲', 'DIALECT'],
    ['王土根', '王士根', 'GLYPH'],
    ['李明晴', '李明猜', 'GLYPH'],
    ['李小明', '李明', 'ONE_MISSING'],
    ['李小明', '小明', 'ONE_MISSING'],
    ['买买提·阿卜杜拉', '买买提', 'SEGMENTS'],
    ['买买提·阿卜杜拉', '麦麦提·阿布都拉', 'SEGMENTS'],
    ['买买提·阿卜杜拉', '阿卜杜拉·买买提', 'SEGMENTS_SWAPPED'],
    ['张晓玮', '章晓伟', 'TWO_ALIKE'],
    ['欧阳小伟', '张小伟', 'SURNAME_CHANGED'],
    ['小强', '李建强', 'NICKNAME'],
    ['阿强', '李强', 'NICKNAME'],
    ['强儿', '李强', 'NICKNAME'],
    ['李某某', '李明', 'PLACEHOLDER'],
    ['李女士', '李明', 'PLACEHOLDER'],
    ['王*', '王建国', 'PLACEHOLDER'],
    ['王**', '王建国', 'PLACEHOLDER'],
    ['王xx', '王建国', 'PLACEHOLDER'],
    ['李某', '李某', 'PLACEHOLDER'],
    ['李明华', '李明强', 'SIBLING_LIKE'],
    ['李国强', '李建强', 'SIBLING_LIKE'],
    ['李强', '李芳', 'SAME_SURNAME'],
    ['李', '李芳', 'SAME_SURNAME'],
    ['李某', '张伟', 'DIFFERS'],
    ['李秀英', '张伟', 'DIFFERS'],
    ['李伟', '张伟', 'DIFFERS'],
    ['Zhang Wei', '张强', 'DIFFERS'],
    ['𠮷明华', '𠮷明强', 'SIBLING_LIKE'],
    ['', '张伟', null],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });

  it('stand the same way whichever comes first', () => {
    const character = fc.constantFrom(...'李章张明鸣茗敏伟玮强小阿儿某*买提晴清x欧阳𠮷', 'wei');
    const name = fc.array(character, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, name, (one, other) => compare(one, other) !== null),
      { numRuns: 3000 },
    );
  });
});

describe('the key of a name', () => {
  it.each([
    ['曾小玲', '曾小林'],
    ['李娜', 'li na'],
    ['黄伟', '方伟'],
    ['吕强', 'lv qiang'],
  ])('is one for %s and %s', (one, other) => {
    expect(pinyinKey(one)).toBe(pinyinKey(other));
  });

  it('parts a compound surname from the given name', () => {
    expect([surnameOf('歐陽小偉'), givenNameOf('歐陽小偉')]).toEqual(['欧阳', '小伟']);
    expect([surnameOf('欧阳'), givenNameOf('欧阳')]).toEqual(['欧', '阳']);
  });
});
