import { expect, it } from 'vitest';
import { NameKeys } from '../../src/link/persons/name-keys.js';
import { nameParts } from '../../src/link/persons/name-parts.js';

const NAMES = [
  '张伟',
  '章伟',
  '张维',
  '张建国',
  '章建国',
  '张建',
  '欧阳建国',
  '欧阳锋',
  '曾国强',
  '增国强',
  '单雄信',
  '李x',
  '王',
  'zhangwei',
];
const LONG = ['阿依古丽买买提', '阿依古丽买买江', '阿依古丽', '吐尔逊江阿不都', 'aygul'];

it('gives two names one key for a part where the part is one, and none where there is none', () => {
  const keys = new NameKeys();
  const read = [...NAMES, ...LONG].map((name) => {
    keys.read(name);
    const { sound, surname, given, firstTwo } = keys;
    return { parts: nameParts(name), keys: { pinyin: sound, surname, given, firstTwo } };
  });
  for (const part of ['pinyin', 'surname', 'given', 'firstTwo'] as const)
    for (const one of read) {
      expect(one.keys[part] === 0, part).toBe(one.parts[part] === '');
      for (const other of read)
        expect(one.keys[part] === other.keys[part], `${part} ${one.parts[part]} ${other.parts[part]}`).toBe(
          one.parts[part] === other.parts[part],
        );
    }
});
