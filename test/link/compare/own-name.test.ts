import { describe, expect, it } from 'vitest';
import { ownNameOf } from '../../../src/link/compare/own-name.js';

describe('a text in the column of names', () => {
  it.each(
    '段永伟媳妇 黄开昌家属 欧阳志海之妻 许明之妻 曾文军媳妇 许明媳妇 张伟妻 张妻 周建国老婆 周强爱人 周强丈夫 周强之子 周强之女 周强儿子 周强女儿 周强的女儿 周强大女儿 周强母亲 周强父亲 周强妈 周强爸 周强母 周强之母 欧阳志海之母 周强（之子） 周強之長女 周强之女二 周强长子 户主之妻 户主 户主女儿 妻子 配偶 女儿 王某之子 王某某之女 买买提·阿卜杜拉之妻 婴儿 男婴 女婴 新生儿 未取名 未起名 暂无姓名 无名氏 不详 周强双胞胎大'.split(
      ' ',
    ),
  )('%s is the name of nobody', (text) => {
    expect(ownNameOf(text)).toBe('');
  });

  it.each(
    '段永伟 王爱人 李女儿 欧阳爱人 张妈 陈婴 王毛毛 李小宝 王之子 周杰子 李贤妻子善 许明子 王家 张家明 陈大夫 李建夫 孙女英 王长女 林无名 林子女 王一一 张三 李二 刘主 李小妹 王大姐 张孙 李公 欧阳 阿依古丽 古丽·买买提 zhang wei 妻木夷 周兄弟 方世家 李之家 吴爷 吴小小'.split(
      ' ',
    ),
  )('%s may be somebody’s own', (text) => {
    expect(ownNameOf(text)).toBe(text);
  });

  it('stays as stated where it is a name', () => {
    expect(ownNameOf('張　偉')).toBe('張　偉');
  });
});
