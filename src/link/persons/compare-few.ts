import { NumberIndex } from '../engine/number-index.js';
import { formPersonClusters } from '../form-person-clusters.js';
import type { RecordColumns } from '../record-columns.js';
import { candidateRules } from './candidate-rules.js';
import type { CandidateRule } from './block-candidates.js';
import { rowsByCluster, type ClusterRows } from './cluster-rows.js';
import { NUMBER, PersonComparison } from './compare-person.js';
import { heldNumbers } from './held-numbers.js';
import type { Learned } from './link-persons.js';
import { HomeHouseholds, PersonEvidence, type Homes } from './person-evidence.js';
import { PersonWeights } from './person-weights.js';
import { countPhones } from './count-phones.js';
import { prepareComparators } from './prepare-comparators.js';
import { repairNumbers } from './repair-numbers.js';
import { numbersHeld, StatedNumbers } from './stated-numbers.js';

/** The engine's own comparison over a few rows that were read for the purpose, the persons among them as the links have them. */
export interface FewPersons {
  readonly clusters: ClusterRows;
  readonly weights: PersonWeights;
  readonly rules: readonly CandidateRule[];
  /** The cluster of an entity; -1 where none of its rows was read. */
  clusterOf(entity: number): number;
  /** Whether the row holds the number that it carries. */
  holds(row: number): boolean;
  /** @returns levels, copied, and the name's match; null where there is nothing to compare */
  compare(row: number, cluster: number): ComparedPerson | null;
  /** Whether the deterministic rule alone makes the row one with a row of the cluster. */
  isByNumber(row: number, cluster: number): boolean;
}

export interface ComparedPerson {
  readonly levels: Uint8Array;
  readonly matchedName: number;
  readonly bits: number;
  readonly isVetoed: boolean;
  /** Whether nothing but a likeness of names tells the row from the others of a home. */
  readonly isLikenessAlone: boolean;
}

/** @param entities of persons by row; 0 for a row that nobody has linked yet @param rows with every row of the numbers in question */
export function compareFew(
  columns: RecordColumns,
  rows: Int32Array,
  homes: Homes,
  entities: ArrayLike<number>,
  { trained, names }: Learned,
): FewPersons {
  const deterministic = formPersonClusters(columns, rows);
  const comparators = prepareComparators(columns);
  const held = heldNumbers(columns, rows, deterministic, comparators);
  const index = new NumberIndex(Math.max(16, rows.length));
  const cluster = Int32Array.from(rows, (row) => (entities[row] ? index.add(entities[row]!) : -1));
  const clusters = rowsByCluster(rows, cluster, index.size);
  const holds = (row: number): boolean => held.holds[row] === 1;
  const persons = rows.filter((_, at) => deterministic.cluster[at]! >= 0);
  const evidence = new PersonEvidence(columns, persons, homes, holds);
  comparators.name.extend();
  comparators.birth.extend();
  // Who lives with whom, and shares a telephone, is told by the numbers alone, as in a night: what agreement joins proves nothing more.
  const known = rowsByCluster(rows, deterministic.cluster, deterministic.count);
  const households = HomeHouseholds.of(evidence, known, persons);
  const ofFew = new Uint8Array(columns.size);
  countPhones({ phoneKey: columns.phoneKey, asking: persons, clusters: known, ofFew });
  // The deterministic cluster that holds a number, as the entity that it became.
  const entityOf = new Map<number, number>();
  rows.forEach((row, at) => {
    if (holds(row)) entityOf.set(deterministic.cluster[at]!, cluster[at]!);
  });
  const numbers = new StatedNumbers(
    evidence,
    clusters,
    repairNumbers,
    (row) => entityOf.get(held.holderOf(row)) ?? -1,
    numbersHeld(evidence, clusters),
  );
  const comparison = new PersonComparison(
    evidence,
    clusters,
    comparators,
    numbers,
    households,
    (row) => ofFew[row] === 1,
  );
  const weights = new PersonWeights(trained, names.sharesOf(columns.names), names.persons);
  const isByNumber = (row: number, of: number): boolean => {
    const own = deterministic.cluster[held.at[row]!]!;
    if (own < 0 || columns.personKey[row] === 0) return false;
    for (let i = clusters.start[of]!; i < clusters.start[of + 1]!; i += 1) {
      const other = clusters.member[i]!;
      if (other !== row && deterministic.cluster[held.at[other]!] === own) return true;
    }
    return false;
  };
  return {
    clusters,
    weights,
    rules: candidateRules(evidence, comparison, holds),
    clusterOf: (entity) => (entity === 0 ? -1 : index.find(entity)),
    holds,
    isByNumber,
    compare: (row, of) => {
      if (!comparison.compare(row, of)) return null;
      const levels = comparison.levels.slice();
      const { matchedName } = comparison;
      // The engine never weighs a number that the rule has settled already.
      if (isByNumber(row, of)) levels[NUMBER] = 1;
      return {
        levels,
        matchedName,
        bits: weights.sum(levels, matchedName),
        isLikenessAlone: weights.isLikenessAlone(levels),
        isVetoed: weights.isVetoed(levels, columns.traits(row).duplicates === 'none'),
      };
    },
  };
}
