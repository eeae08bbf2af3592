import type { Level } from '../engine/comparator.js';
import { fitAgreement, PatternCounter, type LevelShares } from '../engine/fellegi-sunter.js';
import type { TrainedModel } from '../engine/linkage-model.js';
import { NumberIndex } from '../engine/number-index.js';
import { compareLots, type RecordColumns } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';
import { COMPARISONS, HOME, NUMBER, PHONE, type PersonComparison } from './compare-person.js';
import { FEWEST } from './name-counts.js';
import { PERSON_MODEL } from './person-model.js';
import { PER_PERSON, PERSON_START, PRIOR_START, RARE } from './person-start.js';

/** Rows asked, and pairs drawn for each of them. */
const SAMPLE = 20_000;
const DRAWS = 16;

export interface TrainingQuestion {
  readonly comparison: PersonComparison;
  readonly clusters: ClusterRows;
  readonly clusterOf: (row: number) => number;
  /** The cluster of the row's number; -1 where it carries none, or nobody else does. */
  readonly clusterOfNumber: (row: number) => number;
  readonly rows: Int32Array;
}

/**
 * Learns what agreement is worth, without labels. Rows of one number, the number hidden, show how often records of one person agree
 * (m; expectation and maximization sort out the numbers of relatives); rows drawn at random show how often strangers do (u). What
 * hundreds of thousands of draws would not show once (one dwelling, one telephone) is counted exactly.
 *
 * Rows are drawn by a hash of their content, so that neither order nor ids matter.
 */
export function trainPersons(question: TrainingQuestion): TrainedModel {
  const { comparison, rows, clusterOfNumber } = question;
  const { columns } = comparison.evidence;
  const asking = drawRows(rows, columns, (row) => columns.traits(row).nameRank > 0 && columns.name[row] !== 0);
  const others = drawRows(rows, columns, (row) => columns.name[row] !== 0);
  const u = strangerShares(question, asking, others);
  const widths = PERSON_MODEL.comparisons.map(({ levels }) => levels.length);
  const counter = new PatternCounter(widths);
  let pairs = 0;
  for (const row of drawRows(asking.length > 0 ? rows : NO_ROWS, columns, (one) => {
    return columns.traits(one).nameRank > 0 && columns.name[one] !== 0 && clusterOfNumber(one) >= 0;
  })) {
    if (!comparison.compare(row, clusterOfNumber(row), true)) continue;
    counter.add(comparison.levels);
    pairs += 1;
  }
  const m0 = PERSON_MODEL.comparisons.map((_, at) => startingShares(at, 0));
  const { m } = fitAgreement({
    patterns: counter.patterns(),
    u,
    m0,
    prior0: 0.98,
    priorPseudo: 100,
    minPseudo: 100,
    // What a broken number is worth shows only where there is one; those rows have none to learn from.
    leaveOut: [NUMBER],
  });
  m[NUMBER] = numberShares(0, 1);
  return {
    model: PERSON_MODEL.name,
    version: PERSON_MODEL.version,
    trainedOn: { records: rows.length, pairs, at: new Date().toISOString() },
    prior: PRIOR_START,
    comparisons: Object.fromEntries(
      PERSON_MODEL.comparisons.map(({ name, levels }, i) => [
        name,
        levels.map(({ code }, level) => ({ code, m: m[i]![level]!, u: u[i]![level]! })),
      ]),
    ),
  };
}

const NO_ROWS = new Int32Array(0);

/** Up to SAMPLE rows with the lowest lots, in their order. */
export function drawRows(rows: Int32Array, columns: RecordColumns, isWanted: (row: number) => boolean): Int32Array {
  const wanted = rows.filter(isWanted);
  if (wanted.length > SAMPLE * 4) {
    // One pass instead of sorting millions: a hash is spread evenly over 53 bits.
    const limit = (2 ** 53 * SAMPLE * 2) / wanted.length;
    return lowest(
      wanted.filter((row) => columns.lot[row]! < limit),
      columns,
    );
  }
  return lowest(wanted, columns);
}

function lowest(rows: Int32Array, columns: RecordColumns): Int32Array {
  return rows.toSorted((one, other) => compareLots(columns, one, other)).slice(0, SAMPLE);
}

function strangerShares(question: TrainingQuestion, asking: Int32Array, others: Int32Array): LevelShares {
  const { comparison, clusterOf, clusters } = question;
  const seen = PERSON_MODEL.comparisons.map(({ levels }) => new Float64Array(levels.length));
  let pairs = 0;
  for (let i = 0; i < asking.length && others.length > 1; i += 1) {
    for (let draw = 1; draw <= DRAWS; draw += 1) {
      const row = asking[i]!;
      const other = others[(i * 31 + draw * 7919) % others.length]!;
      const cluster = clusterOf(other);
      if (cluster < 0 || cluster === clusterOf(row)) continue;
      if (!comparison.compare(row, cluster, true)) continue;
      pairs += 1;
      for (let at = 0; at < COMPARISONS; at += 1) {
        const level = comparison.levels[at]!;
        if (level > 0) seen[at]![level - 1]! += 1;
      }
    }
  }
  const exact = exactShares(question, asking);
  return PERSON_MODEL.comparisons.map((_, at) => {
    if (at === NUMBER) return numberShares(1, Math.max(FEWEST, clusters.count));
    const start = startingShares(at, 1);
    if (pairs === 0) return start;
    const counts = seen[at]!;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const shares = counts.map((count, level) => (count + start[level]! * PSEUDO) / (total + PSEUDO));
    for (const [level, share] of exact[at] ?? []) shares[level - 1] = share;
    const sum = shares.reduce((all, share) => all + share, 0);
    return shares.map((share) => share / sum);
  });
}

/** Not shares of one whole: each level stands against "a stranger who states just this", whatever else could have been stated. */
function numberShares(side: 0 | 1, persons: number): Float64Array {
  const { levels } = PERSON_MODEL.comparisons[NUMBER]!;
  return Float64Array.from(levels, ({ code }) => {
    const share = PERSON_START['number']![code]![side];
    return side === 1 && PER_PERSON.has(code) ? share / persons : share;
  });
}

/** @param side 0 of one person, 1 of strangers @returns by level, in the declared order; sum 1 */
function startingShares(at: number, side: 0 | 1): Float64Array {
  const { name, levels } = PERSON_MODEL.comparisons[at]!;
  const shares = Float64Array.from(levels, ({ code }: Level) => (PERSON_START[name]![code] ?? RARE)[side]);
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

/** Imagined pairs of strangers, spread as the starting model says. */
const PSEUDO = 200;

/** Shares of strangers in one home or of one telephone, counted over the whole county. */
function exactShares(
  { comparison, clusters, rows }: TrainingQuestion,
  asking: Int32Array,
): Record<number, readonly (readonly [level: number, share: number])[]> {
  const { columns, homes } = comparison.evidence;
  const meeting = (keyOf: (row: number) => number): number => {
    const index = new NumberIndex(1024);
    for (const row of asking) if (keyOf(row) !== 0) index.add(keyOf(row));
    const bearers = new Float64Array(index.size);
    for (const row of rows) {
      const found = keyOf(row) === 0 ? -1 : index.find(keyOf(row));
      if (found >= 0) bearers[found]! += 1;
    }
    let [sum, asked] = [0, 0];
    for (const row of asking) {
      if (keyOf(row) === 0) continue;
      asked += 1;
      sum += Math.max(0.5, bearers[index.find(keyOf(row))]! - 1);
    }
    // Rows, not persons, are counted: a person has about two.
    return asked === 0 ? 0 : sum / asked / 2 / Math.max(FEWEST, clusters.count);
  };
  const dwelling = meeting((row) => homes.dwelling[row]!);
  const building = meeting((row) => homes.building[row]!);
  const phone = meeting((row) => columns.phoneKey[row]!);
  // Rows that name a building and no room.
  let [stated, roomless] = [1, 0];
  for (const row of asking) {
    if (homes.building[row] === 0) continue;
    stated += 1;
    if (homes.dwelling[row] === 0) roomless += 1;
  }
  const vague = roomless / stated;
  const floor = 0.5 / Math.max(FEWEST, clusters.count);
  return {
    [HOME]: [
      [1, Math.max(floor, dwelling)],
      [2, Math.max(floor, dwelling)],
      [3, Math.max(floor / 4, building * vague)],
      [4, Math.max(floor, building * (1 - vague))],
    ],
    [PHONE]: [
      [1, Math.max(floor, phone)],
      [2, Math.max(floor, phone * 4)],
    ],
  };
}
