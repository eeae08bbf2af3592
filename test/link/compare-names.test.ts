import { describe, expect, it } from 'vitest';
import { compareNames, givenNamesMeet } from '../../src/link/compare-names.js';
import { foldName } from '../../src/link/fold-name.js';

const compare = (one: string, other: string) => compareNames(foldName(one), foldName(other));

describe('names', () => {
  it.each([
    ['張偉', '张伟', 'EQUAL'],
    ['买买提·阿卜杜拉', '买买提．阿卜杜拉', 'EQUAL'],
    ['ＡＬＩ', 'Ali', 'EQUAL'],
    ['张 伟', '张伟', 'EQUAL'],
    ['张小伟', '张伟', 'ONE_MISSING'],
    ['李土根', '李士根', 'GLYPH'],
    ['张伟小', '张小伟', 'REORDERED'],
    ['张玮', '张伟', 'HOMOPHONE_TONE'],
    ['闫小伟', '阎小伟', 'VARIANT'],
    ['李小伟', '张小伟', 'SURNAME_CHANGED'],
    ['欧阳小伟', '张小伟', 'SURNAME_CHANGED'],
    ['张某', '张小伟', 'PLACEHOLDER'],
    ['张女士', '张小伟', 'PLACEHOLDER'],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
    expect(compare(other, one)).toBe(level);
  });

  it.each([
    ['李明华', '李明强', 'brothers'],
    ['张', '张伟', 'a surname alone is no name with a character missing'],
    ['李伟', '张伟', 'a given name of one character is no evidence of a changed surname'],
    ['李秀英', '张伟', 'mother and son'],
    ['李某', '张伟', 'another surname'],
    ['张志林', '张志玲', 'a brother and a sister whom dialect calls alike'],
    ['小强', '李建强', 'a pet name is a brother’s as well'],
    ['买买提·阿卜杜拉', '阿卜杜拉·买买提', 'a son named after his grandfather'],
  ])('%s and %s contradict: %s', (one, other) => {
    expect(compare(one, other)).toBeNull();
    expect(compare(other, one)).toBeNull();
  });

  it('meets in the given name, never in the surname', () => {
    expect(givenNamesMeet('李明华', '李明强')).toBe(true);
    expect(givenNamesMeet('李建国', '李明强')).toBe(false);
    expect(givenNamesMeet('李伟', '张伟')).toBe(true);
    expect(givenNamesMeet('李伟', '李强')).toBe(false);
  });
});
