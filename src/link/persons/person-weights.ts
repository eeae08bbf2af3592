import { birthDate } from '../compare/birth-date.js';
import { chineseName } from '../compare/chinese-name.js';
import { answerOf } from '../engine/comparator.js';
import type { TrainedModel } from '../engine/linkage-model.js';
import { weightsOf } from '../engine/fellegi-sunter.js';
import { BIRTH, COMPARISONS, HEAD, HOME, NAME, NUMBER, PHONE, REGISTER, SEX } from './compare-person.js';
import { HEAD_LEVELS, HOME_LEVELS, NUMBER_LEVELS, REGISTER_LEVELS } from './levels.js';
import { PERSON_MODEL } from './person-model.js';
import { BESIDE } from './stated-numbers.js';

export type WeightParts = Pick<PersonWeights, 'trained' | 'nameShare' | 'persons'>;

/** Bits that a vector of levels is worth; the names in it by how rare they are. */
export class PersonWeights {
  readonly #bits: readonly Float64Array[];
  /** 1 where the level speaks of names that are alike, so that the other's rarity counts. */
  readonly #byName: Uint8Array;
  readonly #vetoed: readonly Uint8Array[];
  readonly prior: number;

  constructor(
    readonly trained: TrainedModel,
    /** Share of the persons who bear a name, by its code. */
    readonly nameShare: Float64Array,
    readonly persons: number,
  ) {
    // jsonb keeps no order of keys.
    const comparisons = Object.fromEntries(
      PERSON_MODEL.comparisons.map(({ name }) => [name, trained.comparisons[name]!]),
    );
    this.#bits = weightsOf({ ...trained, comparisons });
    this.prior = trained.prior;
    const { levels } = PERSON_MODEL.comparisons[NAME]!;
    this.#byName = Uint8Array.from([0, ...levels.map(({ code }) => (NOT_BY_NAME.has(code) ? 0 : 1))]);
    this.#vetoed = PERSON_MODEL.comparisons.map((comparison) => {
      const codes = PERSON_MODEL.cannotLink.filter((rule) => rule.comparison === comparison.name);
      return Uint8Array.from([
        0,
        ...comparison.levels.map(({ code }) => (codes.some((rule) => rule.levels.includes(code)) ? 1 : 0)),
      ]);
    });
  }

  /** Before anything is compared, in bits: of each person, and of nobody known. */
  get odds(): { readonly each: number; readonly nobody: number } {
    return { each: Math.log2(this.prior / this.persons), nobody: Math.log2(1 - this.prior) };
  }

  /** What another thread puts the same weights together from. */
  get parts(): WeightParts {
    return { trained: this.trained, nameShare: this.nameShare, persons: this.persons };
  }

  /**
   * What no weight makes good: a name that plainly differs, a generation between the dates of birth, a second standing row in a register
   * that has nobody twice. Under one number the surname may stand in for the name where home,
   * telephone or head agrees and neither date of birth, sex nor head says otherwise; a name that only a
   * brother's, sister's or twin's would resemble so is theirs alone who are both the head of one home. A likeness alone is not a second
   * row of one person in a register.
   */
  isVetoed(levels: Uint8Array, isUnique: boolean): boolean {
    if (isUnique && levels[REGISTER] === HAS_ONE) return true;
    // A number, mended or not, is no person's without a name or a date of birth beside it.
    if (levels[NAME] === 0 && levels[BIRTH] !== 1) return true;
    if (levels[NUMBER] === 1 && levels[NAME]! <= SAME_SURNAME) {
      if (levels[SEX] === 2 || levels[BIRTH]! > AS_FAR_AS_STATED) return true;
      if (levels[NAME]! < SIBLING_LIKE) return false;
      // The one names the other as head: father and son, of whom one carries the other's number.
      if (levels[HEAD] === HEAD_OR_NOT || (levels[BIRTH] === 0 && levels[HEAD]! > HEAD_OR_NOT)) return true;
      // The date may have been copied out of a borrowed number: home, telephone or head has to agree besides.
      return !(within(levels[HOME]!, BUILDING) || levels[PHONE] === 1 || within(levels[HEAD]!, ONE_HEAD));
    }
    // Neighbours of one given name are not one who changed the surname, unless the birthday says so.
    if (levels[NAME] === SURNAME_CHANGED && levels[BIRTH] === 0 && levels[NUMBER] === 0) return true;
    // Brothers are not both the head of one home.
    const isOneHead = levels[HEAD] === 1 && within(levels[HOME]!, HOUSEHOLD) && levels[BIRTH]! <= 1;
    if (levels[NAME] === SIBLING_LIKE && !isOneHead) return true;
    if (levels[REGISTER] === HAS_ONE && this.isLikenessAlone(levels)) return true;
    for (let i = 0; i < COMPARISONS; i += 1) if (this.#vetoed[i]![levels[i]!] === 1) return true;
    return false;
  }

  /**
   * Whether nothing but a likeness of names tells the row from the others of a home: relatives are called alike, and what they
   * share besides (telephone, head, dwelling) is the family's.
   */
  isLikenessAlone(levels: Uint8Array): boolean {
    return levels[NAME]! > SAME_NAME && levels[BIRTH] === 0 && !isNumberAgreed(levels[NUMBER]!);
  }

  /** Whether one of the home who bears the row's own name goes before: also where the number is this one's and the name is not. */
  yieldsToNamesake(levels: Uint8Array): boolean {
    return this.isLikenessAlone(levels) || (levels[NAME]! >= SIBLING_LIKE && levels[BIRTH] === 0);
  }

  /** Whether the row's own name is borne by one of the home. */
  isNamesakeAtHome(levels: Uint8Array): boolean {
    return within(levels[NAME]!, SAME_NAME) && isOneHome(levels);
  }

  /** Whether it might be so, as far as name and home tell. */
  mayBeNamesakeAtHome(levels: Uint8Array): boolean {
    return within(levels[NAME]!, SAME_NAME) && within(levels[HOME]!, BUILDING);
  }

  /**
   * Whether a person should be asked in spite of a veto: one number, or one date of birth in one home, under two names; or, in one
   * home, a name that is a sibling's or a slip, or of which the surname alone is equal where the register does not have the person
   * yet. Of two who each have a valid number and another name nothing is left to ask.
   */
  isWorthAsking(levels: Uint8Array): boolean {
    if (levels[SEX] === 2 || levels[NUMBER] === BOTH_VALID) return false;
    if (levels[NUMBER] === 1 || (levels[BIRTH] === 1 && within(levels[HOME]!, BUILDING))) return true;
    if (!isOneHome(levels) || levels[BIRTH]! > SAME_YEAR) return false;
    if (levels[NAME]! < SAME_SURNAME) return true;
    return levels[NAME] === SAME_SURNAME && levels[REGISTER] === NONE_YET && levels[HEAD] !== HEAD_OR_NOT;
  }

  /**
   * Whether name, date of birth and home settle it: vetoed, and nobody need be asked, whatever the other comparisons say. Where the
   * other holds the number that the row carries, they have to be heard.
   */
  isSettled(levels: Uint8Array): boolean {
    const isOtherName = this.#vetoed[NAME]![levels[NAME]!] === 1;
    if (!isOtherName && levels[NAME] !== SIBLING_LIKE) return false;
    if (!within(levels[HOME]!, BUILDING)) return true;
    if (levels[BIRTH] === 1) return false;
    return levels[BIRTH]! > SAME_YEAR || (isOtherName && levels[NAME] !== SAME_SURNAME);
  }

  /** Of one comparison; for the name, `matched` is the code of the other's name. */
  bitsOf(comparison: number, level: number, matched: number): number {
    const bits = this.#bits[comparison]![level]!;
    if (comparison !== NAME || level === 0 || this.#byName[level] === 0) return bits;
    // The trained u is that of a name of average commonness; what counts is how common this one is.
    const share = Math.max(this.nameShare[matched] ?? 0, 1 / this.persons);
    return bits + clamp(Math.log2(this.#meanShare / share));
  }

  sum(levels: Uint8Array, matched: number): number {
    return (
      this.bitsOf(NAME, levels[NAME]!, matched) +
      this.#bits[BIRTH]![levels[BIRTH]!]! +
      this.#bits[SEX]![levels[SEX]!]! +
      this.#bits[PHONE]![levels[PHONE]!]! +
      this.#bits[NUMBER]![levels[NUMBER]!]! +
      this.#bits[HOME]![levels[HOME]!]! +
      this.#bits[HEAD]![levels[HEAD]!]! +
      this.#bits[REGISTER]![levels[REGISTER]!]!
    );
  }

  get #meanShare(): number {
    return this.trained.comparisons['name']![0]!.u;
  }
}

/** Equal, or written in a variant of a character. */
const SAME_NAME = answerOf(chineseName.levels, 'VARIANT');
const SIBLING_LIKE = answerOf(chineseName.levels, 'SIBLING_LIKE');
const SURNAME_CHANGED = answerOf(chineseName.levels, 'SURNAME_CHANGED');
const SAME_SURNAME = answerOf(chineseName.levels, 'SAME_SURNAME');

const AS_FAR_AS_STATED = answerOf(birthDate.levels, 'AS_FAR_AS_STATED');
const SAME_YEAR = answerOf(birthDate.levels, 'SAME_YEAR');
const ROUNDED = answerOf(NUMBER_LEVELS, 'ROUNDED');
const BOTH_VALID = answerOf(NUMBER_LEVELS, 'BOTH_VALID');
const NONE_YET = answerOf(REGISTER_LEVELS, 'NONE_YET');
const HAS_ONE = answerOf(REGISTER_LEVELS, 'HAS_ONE');
const HOUSEHOLD = answerOf(HOME_LEVELS, 'HOUSEHOLD');
const BUILDING = answerOf(HOME_LEVELS, 'BUILDING');
const ONE_HEAD = answerOf(HEAD_LEVELS, 'ONE_HEAD');
const HEAD_OR_NOT = answerOf(HEAD_LEVELS, 'HEAD_OR_NOT');

/** Levels that do not depend on how common the other's whole name is. */
const NOT_BY_NAME: ReadonlySet<string> = new Set(['SURNAME_CHANGED', 'PLACEHOLDER', 'SAME_SURNAME', 'DIFFERS']);

function within(level: number, weakest: number): boolean {
  return level > 0 && level <= weakest;
}

function isNumberAgreed(level: number): boolean {
  return within(level, ROUNDED) || level === BESIDE;
}

/** One dwelling or registered household, or one head in one building. */
function isOneHome(levels: Uint8Array): boolean {
  return within(levels[HOME]!, HOUSEHOLD) || (within(levels[HOME]!, BUILDING) && within(levels[HEAD]!, ONE_HEAD));
}

/** Rarity corrects a level, it does not make one. */
function clamp(bits: number): number {
  return Math.max(-6, Math.min(12, bits));
}
