import { DecisionRefused, type DecidedKind, type Verdict } from '../model/decision.js';
import type { Session } from './decision-rows.js';

/** What undoing a change would do; nothing is written yet. */
export interface UndoPlan {
  /** The change names one step of what happened at once; all of that is undone. */
  readonly event: number;
  readonly kind: DecidedKind;
  /** The entities as they were before, with ids of records. */
  readonly sides: readonly { readonly entity: number; readonly records: readonly number[] }[];
  /** What has to be decided so that it stays so. */
  readonly words: readonly { readonly records: readonly [number, number]; readonly verdict: Verdict }[];
  /** Decisions to be revoked instead: those by which an earlier undo brought the change about. */
  readonly revokes: readonly number[];
}

/** Kinds for which the linkage follows decisions: an undo that the next run would not keep is none. */
const FOLLOWED: readonly DecidedKind[] = ['person'];

/** Where two sides have more pairs of records than this, one pair holds them apart. */
const MOST_PAIRS = 60;

/**
 * Works out what it takes to undo a change. By the owner's session: who may make the decisions is asked when they are made.
 * @returns null where there is no such change, or none that joined, parted or moved
 * @throws DecisionRefused where the records have gone on since, are as they were already, or are of a kind that nobody decides about
 */
export async function planUndo(session: Session, county: string, change: number): Promise<UndoPlan | null> {
  const { rows: changes } = await session.query<{ event: number; kind: string; undo: number | null }>(
    'select event, kind, undo from entity_change where county = $1 and id = $2 and event is not null limit 1',
    [county, change],
  );
  const found = changes[0];
  if (!found) return null;
  const kind = FOLLOWED.find((each) => each === found.kind);
  if (!kind) throw new DecisionRefused('NOT_UNDOABLE');
  const { rows: stored } = await session.query<Move>(
    `select from_entity as "from", to_entity as "to", records from entity_movement where county = $1 and event = $2 order by 1, 2`,
    [county, found.event],
  );
  // An array of bigint comes as texts.
  const moves = stored.map((move) => Object.assign(move, { records: move.records.map(Number) }));
  if (moves.length === 0) return null;
  await checkStanding(session, county, kind, found.event, moves);
  const sides = [...Map.groupBy(moves, (move) => move.from)].map(([entity, list]) => ({
    entity,
    records: list.flatMap((move) => move.records).toSorted((a, b) => a - b),
  }));
  const revokes = found.undo === null ? [] : await standingOf(session, county, found.undo);
  return { event: found.event, kind, sides, words: revokes.length > 0 ? [] : wordsFor(moves), revokes };
}

interface Move {
  readonly from: number;
  readonly to: number;
  /** Smallest first. */
  readonly records: readonly number[];
}

/** The state after the event must still be that of its records: what came later has to be undone first. */
async function checkStanding(
  session: Session,
  county: string,
  kind: DecidedKind,
  event: number,
  moves: readonly Move[],
): Promise<void> {
  const all = moves.flatMap((move) => move.records);
  const { rows } = await session.query<{ record: number; entity: number | null }>(
    `select record, case $2 when 'person' then person when 'household' then household when 'dwelling' then dwelling
       when 'building' then building end as entity from link where county = $1 and record = any ($3)`,
    [county, kind, all],
  );
  const now = new Map(rows.map((row) => [row.record, row.entity]));
  const places = (list: readonly Move[]): ReadonlySet<number | null | undefined> =>
    new Set(list.flatMap((move) => move.records.map((record) => now.get(record))));
  const before = [...Map.groupBy(moves, (move) => move.from).values()].map(places);
  const after = [...Map.groupBy(moves, (move) => move.to).values()].map(places);
  const asBefore = before.every((side) => side.size === 1) && areApart(before);
  if (asBefore) throw new DecisionRefused('UNDONE');
  if (after.every((side) => side.size === 1) && areApart(after)) return;
  const { rows: later } = await session.query<{ id: number }>(
    `select distinct c.id from entity_movement m join entity_change c on c.county = m.county and c.event = m.event
     where m.county = $1 and m.kind = $2 and m.event > $3 and m.from_entity <> m.to_entity and m.records && $4::bigint[] order by 1 desc limit 3`,
    [county, kind, event, all],
  );
  if (later.length === 0) throw new DecisionRefused('OVERTAKEN');
  throw new DecisionRefused('OVERTAKEN_BY', { ids: later.map((row) => row.id) });
}

const areApart = (sides: readonly ReadonlySet<unknown>[]): boolean =>
  new Set(sides.map((side) => [...side][0])).size === sides.length;

/** The decisions of an undo that still stand. */
async function standingOf(session: Session, county: string, undo: number): Promise<number[]> {
  const { rows } = await session.query<{ id: number }>(
    `select d.id from identity_undo u join decision d on d.county = u.county and d.id = any (u.decisions)
     where u.county = $1 and u.id = $2 and d.state <> 'revoked' order by 1`,
    [county, undo],
  );
  return rows.map((row) => row.id);
}

/** Whatever came together is told apart, side by side, and whatever was parted is told to be one. */
function wordsFor(moves: readonly Move[]): UndoPlan['words'] {
  const words: { records: readonly [number, number]; verdict: Verdict }[] = [];
  const say = (verdict: Verdict, one: number, other: number) => words.push({ verdict, records: [one, other] });
  for (const parts of Map.groupBy(moves, (move) => move.to).values()) {
    if (parts.length === 1) continue;
    // Each side goes whole: of records that are told apart, those leave that are said to be one with the one that leaves.
    for (const { records } of parts) for (const each of records.slice(1)) say('same', records[0]!, each);
    for (const [at, one] of parts.entries()) {
      for (const other of parts.slice(at + 1)) {
        const few = one.records.length * other.records.length <= MOST_PAIRS;
        for (const left of few ? one.records : one.records.slice(0, 1))
          for (const right of few ? other.records : other.records.slice(0, 1)) say('different', left, right);
      }
    }
  }
  for (const parts of Map.groupBy(moves, (move) => move.from).values()) {
    for (const other of parts.slice(1)) say('same', parts[0]!.records[0]!, other.records[0]!);
  }
  return words;
}
