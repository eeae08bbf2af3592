/**
 * A linkage model is data: what is compared, how, which records meet at all, and from which weight on two are one.
 * The engine knows no field by name; the county's people, a parish register and a customer list are three models.
 */
export interface LinkageModel {
  readonly name: string;
  /** Raised by hand whenever the declaration changes; a trained file belongs to one version. */
  readonly version: number;
  readonly fields: Readonly<Record<string, FieldDeclaration>>;
  readonly comparisons: readonly ComparisonDeclaration[];
  readonly blocking: readonly BlockingRule[];
  /** A pair for which one of these holds is never linked, whatever its weight; nor are two clusters that hold such a pair. */
  readonly cannotLink: readonly CannotLinkRule[];
  /** Each session estimates the comparisons of fields that its own blocking rule does not use. */
  readonly sessions: readonly BlockingRule[];
  /** Bits of the posterior odds: 0 is a probability of one half. Between the two a pair is in doubt. */
  readonly thresholds: { readonly link: number; readonly review: number };
}

export interface FieldDeclaration {
  /** Columns of the source; several are joined by a blank. */
  readonly from: readonly string[];
  /** How the text is folded before anything else: a name of the engine's readers. */
  readonly read: string;
}

export interface ComparisonDeclaration {
  readonly name: string;
  /** One field compared with itself, or several where any may stand in for any other (name and former name). */
  readonly fields: readonly string[];
  /** A name of the engine's comparators. */
  readonly comparator: string;
}

/** Records meet where all parts are stated and equal. */
export interface BlockingRule {
  readonly name: string;
  readonly parts: readonly KeyPart[];
  /** A block of more records is left out and reported. */
  readonly most?: number;
}

export interface KeyPart {
  readonly field: string;
  /** The whole value where absent; else a name of the engine's key makers (first4, year, pinyin, soundex …). */
  readonly take?: string;
}

export interface CannotLinkRule {
  readonly comparison: string;
  /** Codes of levels. */
  readonly levels: readonly string[];
}

/** What training found; a file beside the model, read and reviewed by people. */
export interface TrainedModel {
  readonly model: string;
  readonly version: number;
  readonly trainedOn: { readonly records: number; readonly pairs: number; readonly at: string };
  /** Share of records that have a match among the others, or of pairs compared that match. */
  readonly prior: number;
  /** comparison → levels in the declared order. */
  readonly comparisons: Readonly<Record<string, readonly TrainedLevel[]>>;
}

export interface TrainedLevel {
  readonly code: string;
  /** P(level | same), P(level | different), among pairs where both sides state the field. */
  readonly m: number;
  readonly u: number;
}
