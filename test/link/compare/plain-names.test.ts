import { describe, expect, it } from 'vitest';
import { NameForms } from '../../../src/link/compare/name-forms.js';
import { isPlain } from '../../../src/link/compare/plain-units.js';

const SURNAMES = [...'王李张刘陈杨黄赵吴周曾单解仇盖查区闫付肖老小大阿某欧司', '欧阳', '上官', '司马', '诸葛', '令狐'];
const REST = [
  ...'伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英志生师夫子女母氏总婴妻媳孩家一二三主东名字无详知定乙甲丙儿毛宝贝囡妞華國淑貞於髙乐行重朝长',
  ...'女士 先生 同志 老师 媳妇 之妻 长子 毛毛 大姐 新生儿 未取名 户主 不详 * 某某'.split(' '),
];

describe('a name of plain 汉字', () => {
  it('is taken apart as any other is', () => {
    const names = new Set(SURNAMES);
    for (const surname of SURNAMES)
      for (const one of REST) {
        names
          .add(one)
          .add(surname + one)
          .add(one + surname)
          .add(`之${one}`);
        for (const other of REST) names.add(surname + one + other);
      }
    const plain = [...names].filter(isPlain);
    expect(plain.length).toBeGreaterThan(100_000);
    const forms = new NameForms();
    const places = plain.map((name) => forms.add(name));
    // A blank is no part of a name, and not one of the characters that are known by their unit.
    const others = plain.map((name) => forms.add(`${name} `));
    const differing = plain.filter((_, i) => {
      const [one, other] = [places[i]!, others[i]!];
      const beside = places[(i * 7919) % places.length]!;
      for (let position = 0; position < 16; position += 1)
        if (forms.at(one, position) !== forms.at(other, position)) return true;
      return (
        forms.header(one) !== forms.header(other) ||
        !forms.isSpeltAlike(one, other) ||
        forms.isSpeltAlike(one, beside) !== forms.isSpeltAlike(other, beside)
      );
    });
    expect(differing).toEqual([]);
  });

  it('is found spelt alike with the surname last', () => {
    const forms = new NameForms();
    const of = (name: string) => forms.add(name);
    expect(forms.isSpeltAlike(of('曾国强'), of('zengguoqiang'))).toBe(true);
    expect(forms.isSpeltAlike(of('曾国强'), of('guoqiangzeng'))).toBe(true);
    expect(forms.isSpeltAlike(of('欧阳秀芳'), of('xiufangouyang'))).toBe(true);
  });

  it.each(['王*', '王 芳', '華國', '小明', '老张', '明明', '明儿', '王xx', '欧阳娜娜丽', ''])('is not %j', (name) => {
    expect(isPlain(name)).toBe(false);
  });
});
