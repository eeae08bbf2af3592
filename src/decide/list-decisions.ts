import type { Decision } from '../model/decision.js';
import { recordRef } from '../model/ref.js';
import { DECISION_COLUMNS, type Session } from './decision-rows.js';

export interface ListedDecision extends Omit<Decision, 'one' | 'other'> {
  /** Refs of the two records. */
  readonly one: string;
  readonly other: string;
}

/** All that was decided, the newest first. @param limit null for all */
export async function listDecisions(
  session: Session,
  county: string,
  { skip, limit }: { readonly skip: number; readonly limit: number | null },
): Promise<ListedDecision[]> {
  const { rows } = await session.query<Listed>(
    `select ${DECISION_COLUMNS},
       (select ${CITATION} from record r join delivery v on v.county = r.county and v.id = r.delivery where r.county = d.county and r.id = d.one_record) as "oneCited",
       (select ${CITATION} from record r join delivery v on v.county = r.county and v.id = r.delivery where r.county = d.county and r.id = d.other_record) as "otherCited"
     from decision d where d.county = $1 order by d.id desc offset $2 limit $3`,
    [county, skip, limit],
  );
  return rows.map((row) =>
    Object.assign(row, {
      one: row.oneCited ? recordRef(row.oneCited) : `#${row.one}`,
      other: row.otherCited ? recordRef(row.otherCited) : `#${row.other}`,
    }),
  );
}

type Cited = Parameters<typeof recordRef>[0];
interface Listed extends Decision {
  readonly oneCited: Cited | null;
  readonly otherCited: Cited | null;
}

const CITATION = `json_build_object('file', v.file, 'format', v.format, 'dataset', r.dataset, 'sheet', r.sheet, 'row', r.row_no, 'item', r.item)`;
