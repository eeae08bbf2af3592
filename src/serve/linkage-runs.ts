import type { QueryResultRow } from 'pg';
import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Reading } from '../authorize/index.js';
import type { LinkRun } from '../model/link-run.js';
import { connect, readPage, type Connected } from './connection.js';
import type { Context } from './context.js';
import { LinkageQualityType, LinkageRun, LinkageRunConnection } from './types/link-run.js';

const WHO =
  '仅对可逐条查看全县及所计全部登记的查看者；合计数会透露看不见的行 / Only for who sees the records of the whole county and of every register counted, since a total tells of hidden rows';

const COLUMNS = 'county, id, started, finished, whole, model, registers, counts, quality, violations';

/** What a run says of the whole county: its row is there for whoever sees all that it counts, and absent for everybody else. */
@Resolver()
export class LinkageRuns {
  @Query(() => LinkageQualityType, {
    nullable: true,
    description: `关联质量；${WHO}; 否则为 null / null otherwise, and before the first run`,
  })
  async linkageQuality(
    @Arg('run', () => Int, {
      nullable: true,
      description: '运行编号，默认最近一次 / Number of the run; the last unless told',
    })
    run: number | null,
    @Ctx() { reading }: Context,
  ): Promise<LinkageQualityType | null> {
    const [found] = await readRuns(
      reading,
      'link run',
      `select ${COLUMNS} from link_run where county = $1 and ($2::bigint is null or id = $2) order by id desc limit 1`,
      [reading.bounds.county, run ?? null],
    );
    return found ? new LinkageQualityType(found) : null;
  }

  @Query(() => LinkageRunConnection, {
    description: `历次关联运行，新的在前；${WHO}; 否则为空 / empty otherwise. The newest first`,
  })
  async linkageRuns(
    @Arg('first', () => Int, { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: '游标：从其后开始 / Cursor: begins after it' })
    after: string | null,
    @Ctx() { reading }: Context,
  ): Promise<Connected<LinkageRun>> {
    const page = readPage('LinkageRun', first, after);
    const rows = await readRuns(
      reading,
      'link runs',
      `select ${COLUMNS} from link_run where county = $1 and id < $2 order by id desc limit $3`,
      [reading.bounds.county, after ? page.after : Number.MAX_SAFE_INTEGER, page.first + 1],
    );
    return connect(
      'LinkageRun',
      page,
      rows.map(({ id }) => id),
      rows.map((row) => new LinkageRun(row)),
      () => countRuns(reading),
    );
  }
}

/** Below the county no role may read the table at all. */
async function readRuns(reading: Reading, name: string, text: string, values: readonly unknown[]): Promise<LinkRun[]> {
  if (reading.bounds.level !== 'county' || !reading.viewer.records) return [];
  return await reading.query<LinkRun & QueryResultRow>({ name, text }, values);
}

async function countRuns(reading: Reading): Promise<number> {
  if (reading.bounds.level !== 'county' || !reading.viewer.records) return 0;
  const statement = { name: 'count link runs', text: 'select count(*) as n from link_run where county = $1' };
  const [row] = await reading.query<{ n: number }>(statement, [reading.bounds.county]);
  return row!.n;
}
