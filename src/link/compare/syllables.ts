const SYLLABLE =
  /(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|ei|ui|ao|ou|iu|ie|ue|ve|er|an|en|in|un|vn|ia|ua|uo|a|o|e|i|u|v)(?![aeiouv])/g;

const ids = new Map<string, number>();
const merged: number[] = [];

/** Toneless syllable → 0, 1, 2 … in the order of first sight. */
export function syllableId(syllable: string): number {
  const known = ids.get(syllable);
  if (known !== undefined) return known;
  const id = ids.size;
  ids.set(syllable, id);
  const dialect = mergeDialect(syllable);
  merged[id] = dialect === syllable ? id : syllableId(dialect);
  return id;
}

/** The id of what a southern ear makes of a syllable. */
export function mergedSyllable(id: number): number {
  return merged[id]!;
}

/** n/l/r, zh/z, ch/c, sh/s, f/hu and the endings n/ng told apart by no one who has not learned it at school. @see 汉语方言概要 */
export function mergeDialect(syllable: string): string {
  const known = dialects.get(syllable);
  if (known !== undefined) return known;
  const found = mergedOf(syllable);
  dialects.set(syllable, found);
  return found;
}

/** A few hundred syllables, and the letters of names that are none. */
const dialects = new Map<string, string>();

function mergedOf(syllable: string): string {
  let merging = syllable.replace(/^([zcs])h/, '$1').replace(/^[nr](?=[aeiouv])/, 'l');
  if (merging === 'hu') merging = 'fu';
  else if (merging === 'hong') merging = 'feng';
  else
    merging = merging
      .replace(/^hu(?=[ao])/, 'f')
      .replace(/^hui$/, 'fei')
      .replace(/^hun$/, 'fen');
  return merging.replace(/(?<=[aei])ng$/, 'n');
}

/** Latin letters as toneless syllables; null where they are not pinyin. ü is written v, yu or u: all are u here. */
export function splitSyllables(letters: string): readonly string[] | null {
  const plain = plainUmlaut(letters);
  const found = plain.match(SYLLABLE) ?? [];
  return found.length > 0 && found.join('') === plain ? found : null;
}

/** One spelling of ü for a syllable that is written by a person, and for one that a table writes. */
export function plainUmlaut(letters: string): string {
  return letters.replaceAll(/(?<=[nl])yu/g, 'u').replaceAll(/[üv]/g, 'u');
}
