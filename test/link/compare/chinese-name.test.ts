import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chineseName } from '../../../src/link/compare/chinese-name.js';
import { ownNameOf } from '../../../src/link/compare/own-name.js';
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
    ['段永伟媳妇', '段永伟', null],
    ['老张', '张建国', 'PLACEHOLDER'],
    ['小张', '张建国', 'PLACEHOLDER'],
    ['大李', '李强', 'PLACEHOLDER'],
    ['老欧阳', '欧阳志海', 'PLACEHOLDER'],
    ['小张', '老张', 'PLACEHOLDER'],
    ['小张', '张某', 'PLACEHOLDER'],
    ['小张', '李建国', 'DIFFERS'],
    ['小张', '小李', 'DIFFERS'],
    ['小强', '小芳', 'DIFFERS'],
    ['小林', '李建林', 'NICKNAME'],
    ['小林', '林建国', 'PLACEHOLDER'],
    ['小林', '李小林', 'ONE_MISSING'],
    ['张师傅', '张建国', 'PLACEHOLDER'],
    ['张老师', '张建国', 'PLACEHOLDER'],
    ['张大爷', '张建国', 'PLACEHOLDER'],
    ['张总', '张建国', 'PLACEHOLDER'],
    ['张姐', '张建国', 'PLACEHOLDER'],
    ['张哥', '张建国', 'PLACEHOLDER'],
    ['欧阳总', '欧阳志海', 'PLACEHOLDER'],
    ['张婴儿', '张建国', 'PLACEHOLDER'],
    ['张婴', '张建国', 'PLACEHOLDER'],
    ['张婴', '张婴', 'EQUAL'],
    ['王毛毛', '王建国', 'PLACEHOLDER'],
    ['王毛毛', '王毛毛', 'EQUAL'],
    ['王毛毛', '李建国', 'DIFFERS'],
    ['王大宝', '王小宝', 'SIBLING_LIKE'],
    ['李喆', '李吉吉', 'GLYPH'],
    ['王堃明', '王方方土明', 'GLYPH'],
    ['李昶', '李永日', 'GLYPH'],
    ['李犇', '李牛牛牛', 'GLYPH'],
    ['赵赟', '赵文武贝', 'GLYPH'],
    ['赵翀', '赵羽中', 'GLYPH'],
    ['赵小淼', '赵小水水水', 'GLYPH'],
    ['赵鑫', '赵金金金', 'GLYPH'],
    ['李玥', '李王月', 'GLYPH'],
    ['李珺瑶', '李王君瑶', 'GLYPH'],
    ['弓长小伟', '张小伟', 'GLYPH'],
    ['李明明', '李强', 'SAME_SURNAME'],
    ['欧阳若霜', '欧阴若霜', 'GLYPH'],
    ['欧阳若霜', '欧杨若霜', 'HOMOPHONE_TONE'],
    ['欧阳若霜', '欧样若霜', 'HOMOPHONE'],
    ['欧阳若霜', '区阳若霜', 'HOMOPHONE_TONE'],
    ['欧阳若霜', '欧田若霜', 'SURNAME_CHANGED'],
    ['欧阳若霜', '欧阳若海', 'SIBLING_LIKE'],
    ['买买提江', '买买提木', 'SIBLING_LIKE'],
    ['王小字', '王小宇', 'GLYPH'],
    ['王晨', '王震', 'GLYPH'],
    ['王情', '王睛', 'GLYPH'],
    ['', '张伟', null],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });

  it('stand the same way whichever comes first', () => {
    const character = fc.constantFrom(...'李章张明鸣茗敏伟玮强小阿儿某*买提晴清x欧阳𠮷', 'wei');
    const name = fc.array(character, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        name,
        name,
        (one, other) => (compare(one, other) === null) === [one, other].some((text) => ownNameOf(text) === ''),
      ),
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
