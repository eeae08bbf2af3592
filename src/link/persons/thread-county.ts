import type { IndexSecret } from '../../model/sealing.js';
import { inShared } from '../engine/thread-arrays.js';
import type { TextParts } from '../engine/packed-texts.js';
import { ThreadTexts, shareTexts } from '../engine/thread-texts.js';
import { adoptGlyphs, shareGlyphs } from '../compare/similar-glyphs.js';
import type { NumberIndexParts } from '../engine/number-index.js';
import { RecordColumns, type ColumnName, type DatasetTraits, type SharedColumns } from '../record-columns.js';
import type { Asked, Assignments } from './assign-rows.js';
import { RowBlocks, type BlockParts } from './block-rows.js';
import { BlocksInTurn } from './blocks-in-turn.js';
import type { ClusterRows } from './cluster-rows.js';
import { PersonComparison, type ComparedEvidence } from './compare-person.js';
import { HomeHouseholds, type HomeHouseholdsParts } from './person-evidence.js';
import { PersonWeights, type WeightParts } from './person-weights.js';
import { prepareComparators, type PreparedComparators } from './prepare-comparators.js';
import { repairNumbers } from './repair-numbers.js';
import { candidateRules, type KeyEvidence } from './candidate-rules.js';
import { TouchedClusters, type TouchedGiven } from './meet-clusters.js';
import { weighPairs, type Pairs, type Worth } from './weigh-pairs.js';
import { NumberReadings, StatedNumbers } from './stated-numbers.js';

/** Columns by which rows are compared. */
export const COMPARED = [
  'id',
  'dataset',
  'status',
  'tie',
  'village',
  'name',
  'formerName',
  'alias',
  'isHead',
  'sex',
  'birthText',
  'phoneKey',
  'wrongNumber',
  'standing',
  'area',
  'personKey',
  'numberTail',
  'besideKey',
] as const satisfies readonly ColumnName[];

/** What stays as it is while the rows of a county are asked: arrays that all threads see, and little besides. */
export interface CountyParts {
  readonly datasets: readonly DatasetTraits[];
  readonly columns: SharedColumns<(typeof COMPARED)[number]>;
  readonly secret: IndexSecret | null;
  readonly names: TextParts;
  readonly births: TextParts;
  /** Those of broken numbers. */
  readonly texts: TextParts;
  readonly glyphs: NumberIndexParts;
  readonly dwelling: Uint32Array;
  readonly evidence: Pick<ComparedEvidence, 'building' | 'householdOf' | 'headOf' | 'numberBirth' | 'townshipOf'>;
  readonly households: HomeHouseholdsParts;
  readonly numbers: Float64Array;
  /** By row: 1 where it holds its number; 1 where few have its telephone; its position, -1 for none. */
  readonly holds: Uint8Array;
  readonly isPhoneOfFew: Uint8Array;
  readonly at: Int32Array;
  /** The cluster that holds the number which a row carries and does not hold. */
  readonly holders: ReadonlyMap<number, number>;
  readonly apart: ReadonlyMap<number, readonly number[]>;
  /** By position; changed between two rounds. */
  readonly cluster: Int32Array;
  /** By cluster; changed between two rounds. */
  readonly anchored: Uint8Array;
}

/** What one round asks. */
export interface RoundParts extends WeightParts {
  readonly rows: Int32Array;
  readonly into: Assignments;
  readonly blocks: readonly BlockParts[];
  readonly clusters: ClusterRows;
  /** Whether a row asks who else than its own cluster it may be. */
  readonly isDoubt: boolean;
}

/** Pairs to be weighed. */
export interface WeighingParts extends WeightParts {
  readonly pairs: Pairs;
  readonly into: Worth;
  readonly clusters: ClusterRows;
}

/** What `CountyParts` takes that is not made anyway. */
export interface SharedOfRun {
  readonly comparison: PersonComparison;
  readonly numbers: Float64Array;
  readonly rows: Int32Array;
  readonly holderOf: (row: number) => number;
  readonly households: HomeHouseholds;
}

export function shareCounty(
  { comparison, numbers, rows, holderOf, households }: SharedOfRun,
  rest: Pick<CountyParts, 'holds' | 'isPhoneOfFew' | 'at' | 'apart' | 'cluster' | 'anchored'>,
): CountyParts {
  const { columns, homes, building, householdOf, headOf, numberBirth, townshipOf } = comparison.evidence;
  const isAsked = new Uint8Array(columns.texts.size);
  const holders = new Map<number, number>();
  for (const row of rows) {
    isAsked[columns.wrongNumber[row]!] = 1;
    if (columns.personKey[row] !== 0 && rest.holds[row] === 0) holders.set(row, holderOf(row));
  }
  return {
    ...rest,
    datasets: columns.datasets,
    columns: columns.share(COMPARED),
    secret: columns.secret,
    names: shareTexts(columns.names),
    births: shareTexts(columns.births),
    texts: shareTexts(columns.texts, (code) => isAsked[code] === 1),
    glyphs: shareGlyphs(),
    dwelling: inShared(homes.dwelling),
    evidence: { building, householdOf, headOf, numberBirth, townshipOf },
    households: households.parts,
    numbers,
    holders,
  };
}

/** The county as a thread has it to which `CountyParts` were given. */
export class ThreadCounty {
  readonly #parts: CountyParts;
  readonly #births: ThreadTexts;
  readonly #evidence: ComparedEvidence;
  readonly #comparators: PreparedComparators;
  readonly #households: HomeHouseholds;
  readonly #readings = new NumberReadings();

  constructor(parts: CountyParts) {
    this.#births = new ThreadTexts(parts.births);
    const columns = new RecordColumns(
      parts.datasets,
      new ThreadTexts(parts.names),
      new ThreadTexts(parts.texts),
      this.#births,
      parts.secret,
    );
    columns.adopt(parts.columns);
    adoptGlyphs(parts.glyphs);
    this.#parts = parts;
    this.#evidence = {
      ...parts.evidence,
      columns,
      homes: { dwelling: parts.dwelling, building: parts.evidence.building },
      holdsNumber: (row) => parts.holds[row] === 1,
    };
    this.#comparators = prepareComparators(columns);
    this.#households = new HomeHouseholds(parts.households);
  }

  ask({ rows, blocks, clusters, isDoubt, ...weights }: RoundParts): Asked {
    const { cluster, anchored, at, apart } = this.#parts;
    const standing = { cluster, isCandidate: (own: number) => anchored[own] === 1 };
    return {
      rows,
      blocks: new BlocksInTurn(...blocks.map((parts) => new RowBlocks(parts, standing))),
      comparison: this.#comparing(clusters),
      weights: weightsOf(weights),
      isApart: isApartIn(apart, at, cluster, isDoubt),
    };
  }

  weigh({ pairs, into, clusters, ...weights }: WeighingParts): (from: number, to: number) => void {
    const [comparison, by] = [this.#comparing(clusters), weightsOf(weights)];
    return (from, to) => weighPairs(pairs, comparison, by, into, from, to);
  }

  /** @param evidence of keys */
  touched(evidence: KeyEvidence, { births, weights, ...parts }: TouchedGiven): TouchedClusters {
    const { at, cluster, holds } = this.#parts;
    this.#births.adopt(births);
    this.#comparators.birth.extend();
    const asking = { numbers: this.#numbers(NOBODY), households: this.#households };
    return new TouchedClusters(parts, {
      evidence: this.#evidence,
      comparators: this.#comparators,
      households: this.#households,
      weights: weightsOf(weights),
      rules: candidateRules(evidence, asking, (row) => holds[row] === 1),
      at,
      cluster,
    });
  }

  #comparing(clusters: ClusterRows): PersonComparison {
    const { isPhoneOfFew } = this.#parts;
    return new PersonComparison(
      this.#evidence,
      clusters,
      this.#comparators,
      this.#numbers(clusters),
      this.#households,
      (row) => isPhoneOfFew[row] === 1,
    );
  }

  #numbers(clusters: ClusterRows): StatedNumbers {
    const { holders, numbers } = this.#parts;
    const holderOf = (row: number): number => holders.get(row) ?? -1;
    return new StatedNumbers(this.#evidence, clusters, repairNumbers, holderOf, numbers, this.#readings);
  }
}

/** Whoever only asks by numbers is compared with nobody. */
const NOBODY: ClusterRows = { count: 0, start: new Int32Array(1), member: new Int32Array(0) };

function weightsOf({ trained, nameShare, persons }: WeightParts): PersonWeights {
  return new PersonWeights(trained, nameShare, persons);
}

/** Whether somebody has said that the row is not of the cluster; a row in doubt does not ask for its own either. */
export function isApartIn(
  apart: ReadonlyMap<number, readonly number[]>,
  at: Int32Array,
  cluster: Int32Array,
  isDoubt: boolean,
): (row: number, own: number) => boolean {
  const stands = (row: number, own: number): boolean => at[row]! >= 0 && cluster[at[row]!] === own;
  return (row, own) => apart.get(row)?.some((other) => stands(other, own)) === true || (isDoubt && stands(row, own));
}
