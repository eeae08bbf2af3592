import { hashKey } from '../engine/hash-key.js';
import { NumberIndex } from '../engine/number-index.js';
import { soundNumber } from '../compare/spell-name.js';
import { surnameLengthOf } from '../compare/surnames.js';

/** Small integers for the parts of names that blocks are made of: what `nameParts` gives as texts, without a text a name. */
export class NameKeys {
  readonly #sounds = new NumberIndex(1024);
  readonly #surnames = new NumberIndex(1024);
  readonly #given = new NumberIndex(1024);
  readonly #firstTwo = new NumberIndex(1024);
  readonly #characters = new Map<string, number>();
  /** Of the name read last; 0 where it has no such part. */
  sound = 0;
  surname = 0;
  given = 0;
  firstTwo = 0;

  /** @param name folded */
  read(name: string): void {
    const characters = [...name];
    const length = surnameLengthOf(characters);
    const sound = soundNumber(characters);
    this.sound = sound === 0 ? 0 : 1 + this.#sounds.add(sound);
    this.surname = length === 0 ? 0 : 1 + this.#surnames.add(this.#numberOf(characters, 0, length));
    const isGiven = characters.length - length >= 2;
    this.given = isGiven ? 1 + this.#given.add(this.#numberOf(characters, length, characters.length)) : 0;
    this.firstTwo = characters.length > 2 ? 1 + this.#firstTwo.add(this.#numberOf(characters, 0, 2)) : 0;
  }

  /** Exact up to three characters, a hash beyond. */
  #numberOf(characters: readonly string[], from: number, to: number): number {
    if (to - from > 3) return hashKey(characters.slice(from, to).join(''));
    let number = 0;
    for (let i = from; i < to; i += 1) number = number * 65_536 + this.#characterOf(characters[i]!);
    return number;
  }

  /** From 1. */
  #characterOf(character: string): number {
    const known = this.#characters.get(character);
    if (known !== undefined) return known;
    const next = this.#characters.size + 1;
    this.#characters.set(character, next);
    return next;
  }
}
