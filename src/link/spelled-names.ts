import { foldName } from './fold-name.js';
import { nameParts } from './persons/name-parts.js';

/** Names of a sound, or of a given name, that are looked for at once. */
const MOST = 100;
/** Names between two pauses, in which whoever waits for the process is served. */
const AT_ONCE = 2000;

/**
 * The county's names by sound and by parts, so that an index on the name finds who is spelled otherwise. It holds names alone, not whose
 * they are: who may be found is asked of the database, as the viewer.
 */
export class SpelledNames {
  readonly #bySound = new Map<string, string[]>();
  readonly #byParts = new Map<string, string[]>();

  static async of(names: readonly string[]): Promise<SpelledNames> {
    const spelled = new SpelledNames();
    for (let from = 0; from < names.length; from += AT_ONCE) {
      for (const name of names.slice(from, from + AT_ONCE)) spelled.#add(name);
      await new Promise<void>((next) => setImmediate(next));
    }
    return spelled;
  }

  soundingLike(name: string): readonly string[] {
    return (this.#bySound.get(nameParts(foldName(name)).pinyin) ?? []).slice(0, MOST);
  }

  /** Equal but for one part: the first two characters, or the given name. */
  near(name: string): readonly string[] {
    const { firstTwo, given } = nameParts(foldName(name));
    return [`first|${firstTwo}`, `given|${given}`].flatMap((key) => (this.#byParts.get(key) ?? []).slice(0, MOST));
  }

  #add(name: string): void {
    const { pinyin, firstTwo, given } = nameParts(foldName(name));
    append(this.#bySound, pinyin, name);
    if (firstTwo !== '') append(this.#byParts, `first|${firstTwo}`, name);
    if (given !== '') append(this.#byParts, `given|${given}`, name);
  }
}

function append(lists: Map<string, string[]>, key: string, name: string): void {
  const list = lists.get(key);
  if (list) list.push(name);
  else lists.set(key, [name]);
}
