import { pinyin } from 'pinyin-pro';

const readings = new Map<string, readonly string[]>();

/** Whether two characters share a reading, without tone; a character of several readings counts with each. */
export function soundsAlike(one: string, other: string): boolean {
  const others = readingsOf(other);
  return readingsOf(one).some((reading) => others.includes(reading));
}

function readingsOf(character: string): readonly string[] {
  let known = readings.get(character);
  if (!known) {
    known = /\p{Script=Han}/u.test(character)
      ? pinyin(character, { toneType: 'none', multiple: true, type: 'array' }).filter(
          (reading) => reading !== character,
        )
      : [];
    readings.set(character, known);
  }
  return known;
}
