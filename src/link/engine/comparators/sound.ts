/** Read from the top; what is written the same after all of them sounds much the same in English. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:kn|gn|pn)/, 'n'],
  [/^wr/, 'r'],
  [/^wh/, 'w'],
  [/^x/, 's'],
  [/mb$/, 'm'],
  [/ght/g, 't'],
  [/gh(?=[aeiouy])/g, 'g'],
  [/gh/g, ''],
  [/ph/g, 'f'],
  [/sch/g, 'sk'],
  [/tch|ch/g, 'c'],
  [/ck|q/g, 'k'],
  [/c(?=[eiy])/g, 's'],
  [/c(?!$)(?=[^c])/g, 'k'],
  [/dg(?=[eiy])|g(?=[eiy])/g, 'j'],
  [/z/g, 's'],
  [/v/g, 'f'],
  [/d/g, 't'],
  [/th/g, 't'],
  [/sh/g, 's'],
  [/h/g, ''],
  [/(.)\1+/g, '$1'],
];

/** A key for what a name of western Europe sounds like: the first letter's sound, then the consonants. */
export function soundOf(text: string): string {
  let sound = text;
  for (const [pattern, by] of SOUNDS) sound = sound.replace(pattern, by);
  const first = /^[aeiouy]/.test(sound) ? 'a' : sound.slice(0, 1);
  return (first + sound.slice(1).replaceAll(/[aeiouyw]/g, '')).replaceAll(/(.)\1+/g, '$1');
}
