import type { Words } from './register.js';

/** A setting of the environment that cannot be read, told to the operator by its name and by what it takes. */
export class WrongSetting extends Error {
  readonly words: Words;

  /** @param found what it is, where that is no secret: an address may hold a password */
  constructor(name: string, takes: Words, found: string | null = null) {
    const en = `${name} ${takes.en}${found === null ? '.' : `; it is ${found}.`}`;
    super(en);
    this.words = { en, zh: `${name} ${takes.zh}${found === null ? '' : `；现为 ${found}`}` };
  }
}
