import { join } from 'node:path';
import { IMPORTERS } from '../../importers/index.js';
import type { Database } from '../database/connect.js';
import { linkTouched } from '../link/link-touched.js';
import { citedRecords, countyOf, KINDS, readKind } from './judge-links.js';

export interface Answered {
  readonly answers: number;
  readonly same: number;
  readonly rounds: number;
}

/** A decision can bring the next doubt; nobody answers for ever. */
const MOST_ROUNDS = 5;

export interface Waiting {
  readonly open: number;
  /** Of these, opened since that moment. */
  readonly since: number;
}

export async function countQueue(database: Database, moment: Date): Promise<Waiting> {
  const [row] = await database.query<Waiting>(
    'select count(*) as open, count(*) filter (where opened_at >= $1) as since from review_pair where closed_at is null',
    [moment],
  );
  return row!;
}

/** A reviewer who is never wrong: answers every waiting pair by the truth and lets the linkage follow, until nothing waits. */
export async function answerQueue(database: Database, folder: string, day: number): Promise<Answered> {
  const county = await countyOf(database);
  const truthFile = join(folder, `truth/day-${day}.csv`);
  const truth = new Map<string, Map<number, string>>();
  for (const kind of KINDS) {
    const trueOf = await readKind(truthFile, kind);
    const byRecord = new Map<number, string>();
    for await (const [ref, record] of citedRecords(database, county)) {
      const entity = trueOf.get(ref);
      if (entity !== undefined) byRecord.set(record, entity);
    }
    truth.set(kind, byRecord);
  }
  let [answers, same, rounds] = [0, 0, 0];
  while (rounds < MOST_ROUNDS) {
    const waiting = await database.query<{ kind: string; one: number; other: number }>(
      `select kind, one_record as one, other_record as other from review_pair q
       where county = $1 and closed_at is null and not exists (
         select from decision d where d.county = q.county and d.kind = q.kind and d.one_record = q.one_record
           and d.other_record = q.other_record and d.state = 'effective')
       order by kind, one_record, other_record`,
      [county],
    );
    const told = waiting.flatMap(({ kind, one, other }) => {
      const entities = truth.get(kind);
      const [mine, its] = [entities?.get(one), entities?.get(other)];
      return mine === undefined || its === undefined ? [] : [{ kind, one, other, same: mine === its }];
    });
    if (told.length === 0) break;
    rounds += 1;
    answers += told.length;
    same += told.filter((answer) => answer.same).length;
    await database.query(
      `insert into decision (county, kind, one_record, other_record, verdict, reason, decided_by, decided_at, origin, state)
       select $1, kind, one, other, verdict, 'the truth', 'bench', now(), 'review', 'effective'
       from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[]) as t (kind, one, other, verdict)`,
      [
        county,
        told.map((answer) => answer.kind),
        told.map((answer) => answer.one),
        told.map((answer) => answer.other),
        told.map((answer) => (answer.same ? 'same' : 'different')),
      ],
    );
    await database.query(
      `insert into touched_record (county, record) select distinct $1, unnest($2::bigint[]) on conflict do nothing`,
      [county, told.flatMap(({ one, other }) => [one, other])],
    );
    await linkTouched(
      database,
      county,
      IMPORTERS.flatMap((importer) => importer.datasets),
    );
  }
  return { answers, same, rounds };
}
