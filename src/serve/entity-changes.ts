import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { openNumber, sealNumber } from '../authorize/index.js';
import { countChanges, readChanges } from './change-rows.js';
import { readPage } from './connection.js';
import type { Context } from './context.js';
import { Refused } from './errors.js';
import { EntityChange, EntityChangeConnection } from './types/entity-change.js';
import { EntityKind } from './types/enums.js';

@Resolver()
export class EntityChangesResolver {
  @Query(() => EntityChangeConnection, {
    description:
      '对象的变更日志，按发生顺序，供保存副本的客户端跟随 / What became of entities, in the order in which it happened: for a client that keeps a copy',
  })
  async entityChanges(
    @Arg('first', () => Int, { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description:
        '游标：从其后开始；不给时从仍保留的最早变更开始；过旧则报 CURSOR_EXPIRED，须重新全量读取 / Cursor: begins after it; without one, with the oldest change that is kept; one that is too old is refused with CURSOR_EXPIRED: read everything anew',
    })
    after: string | null,
    @Arg('kinds', () => [EntityKind], { nullable: true, description: '只看这些种类 / Only of these kinds' })
    kinds: EntityKind[] | null,
    @Ctx() context: Context,
  ): Promise<EntityChangeConnection> {
    const { reading, keys } = context;
    if (!context.viewer.records) throw new Refused('TOTALS_ONLY');
    const { county } = reading.bounds;
    const page = readPage('EntityChange', first, null);
    const from = after === null || after === undefined ? null : openNumber(keys, 'place among changes', county, after);
    if (from === null && after) {
      throw new Refused('BAD_USER_INPUT', 'after is not a cursor of this list. after 不是本列表的游标');
    }
    const narrowed = kinds?.map((kind) => kind.toLowerCase()) ?? null;
    const log = await readChanges(reading, from, narrowed, page.first + 1);
    if (from !== null && (from < log.first - 1 || from > log.last)) throw new Refused('CURSOR_EXPIRED');
    const seal = (number: number): string => sealNumber(keys, 'place among changes', county, number);
    const rows = log.rows.slice(0, page.first);
    const hasNextPage = log.rows.length > page.first;
    // At the end a client stands where the log ends, not at the last change that it saw: that one may be pruned before it asks again.
    const end = hasNextPage ? rows.at(-1)!.id : log.last;
    return new EntityChangeConnection(
      rows.map((row) => ({ cursor: seal(row.id), node: new EntityChange(row) })),
      { hasNextPage, endCursor: seal(end) },
      seal(log.last),
      () => countChanges(reading, from, narrowed),
    );
  }
}
