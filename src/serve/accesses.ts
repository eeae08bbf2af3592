import { Arg, Ctx, GraphQLISODateTime, ID, Int, Query, Resolver } from 'type-graphql';
import { openNumber, sealNumber } from '../authorize/index.js';
import type { Permission } from '../model/viewer.js';
import {
  countDataUsage,
  countOwnAccesses,
  countPersonsShownTo,
  isClientKnown,
  readAlarms,
  readDataUsage,
  readOwnAccesses,
  readPersonsShownTo,
  type AccessPlace,
  type AccessRow,
  type Period,
} from './access-rows.js';
import { connect, readPage, type Connected } from './connection.js';
import type { Context } from './context.js';
import { NotPermitted, Refused } from './errors.js';
import { findEntity } from './find-entity.js';
import { readGlobalId } from './global-id.js';
import {
  AccessAlarm,
  DataUse,
  DataUseConnection,
  OwnAccess,
  OwnAccessConnection,
  ShownPerson,
  ShownPersonConnection,
} from './types/access.js';

const FROM = {
  nullable: true,
  description: '起始时间，含；不给则最早 / From this moment; from the first without one',
} as const;
const TO = {
  nullable: true,
  description: '截止时间，不含；不给则至今 / Before this moment; until now without one',
} as const;
const FIRST = { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' } as const;
const AFTER = { nullable: true, description: '游标：从其后开始 / Cursor: begins after it' } as const;

@Resolver()
export class AccessesResolver {
  @Query(() => DataUseConnection, {
    nullable: true,
    description:
      '谁查阅过此人的数据，新的在前；需要 usage 许可；此人不可见时为 null / Who has looked at a person, the newest first. For viewers that may `usage`; null where the person is not visible',
  })
  async dataUsage(
    @Arg('personId', () => ID, { description: '人的全局标识 / Global id of the person' }) personId: string,
    @Arg('from', () => GraphQLISODateTime, FROM) from: Date | null,
    @Arg('to', () => GraphQLISODateTime, TO) to: Date | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<DataUse> | null> {
    ask(context, 'usage');
    const found = readGlobalId(personId);
    if (found && found.kind !== 'Person')
      throw new Refused('BAD_USER_INPUT', 'The id is not that of a Person. 标识的种类不符');
    if (!found || found.county !== context.reading.bounds.county) return null;
    const person = await findEntity(context, 'Person', Number(found.id));
    if (!person) return null;
    const period = { from, to };
    return await page(
      context,
      first,
      after,
      (place, limit) => readDataUsage(context.reading, person.key, period, place, limit),
      (row) => new DataUse(row),
      () => countDataUsage(context.reading, person.key, period),
    );
  }

  @Query(() => OwnAccessConnection, {
    description: '本客户端自己的查阅，新的在前 / What the client that asks has looked at, the newest first',
  })
  async myAccesses(
    @Arg('from', () => GraphQLISODateTime, FROM) from: Date | null,
    @Arg('to', () => GraphQLISODateTime, TO) to: Date | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<OwnAccess>> {
    const period = { from, to };
    return await page(
      context,
      first,
      after,
      (place, limit) => readOwnAccesses(context.reading, period, place, limit),
      (row) => new OwnAccess(row),
      () => countOwnAccesses(context.reading, period),
    );
  }

  @Query(() => ShownPersonConnection, {
    description:
      '某客户端在两个时刻之间看过谁的数据；需要全县的 audit 许可 / Whose data a client was shown between two moments. For viewers that may `audit` the whole county',
  })
  async accessesOf(
    @Arg('client', () => String, { description: '客户端 / Client' }) client: string,
    @Arg('from', () => GraphQLISODateTime, FROM) from: Date | null,
    @Arg('to', () => GraphQLISODateTime, TO) to: Date | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<ShownPerson>> {
    auditCounty(context);
    if (!/^[\w.-]{1,60}$/.test(client))
      throw new Refused('BAD_USER_INPUT', 'client is the name of a client. client 须为客户端名称');
    const { reading } = context;
    const period: Period = { from, to };
    const wanted = readPage('ShownPerson', first, after);
    const rows = await readPersonsShownTo(reading, client, period, wanted.after, wanted.first + 1);
    if (rows.length === 0 && !(await isClientKnown(reading, client)))
      throw new Refused('BAD_USER_INPUT', 'There is no such client. 没有这个客户端');
    const ids = rows.map((row) => row.person);
    const nodes = rows.map((row) => new ShownPerson(reading.bounds.county, row));
    return connect('ShownPerson', wanted, ids, nodes, () => countPersonsShownTo(reading, client, period));
  }

  @Query(() => [AccessAlarm], {
    description:
      '用量警报，新的在前；需要全县的 audit 许可 / Alarms of volume, the newest first. For viewers that may `audit` the whole county',
  })
  async accessAlarms(
    @Arg('first', () => Int, FIRST) first: number | null,
    @Ctx() context: Context,
  ): Promise<AccessAlarm[]> {
    auditCounty(context);
    const wanted = readPage('AccessAlarm', first, null);
    return (await readAlarms(context.reading, wanted.first)).map((row) => new AccessAlarm(row));
  }
}

function ask({ viewer }: Context, may: Permission): void {
  if (!viewer.may.includes(may)) throw new NotPermitted(may);
}

/** Of whom a client was shown what is asked of the whole log: below the county it would name people whom the auditor does not see. */
function auditCounty(context: Context): void {
  ask(context, 'audit');
  if (context.reading.bounds.counties.length === 0)
    throw new Refused(
      'FORBIDDEN',
      'This is for auditors of the whole county; the grant covers a part of it. 仅限审计范围为全县的授权',
    );
}

/** A page of the log; its cursors are sealed, for a row's number counts those of everybody. */
async function page<T>(
  { reading, keys }: Context,
  first: number | null,
  after: string | null,
  read: (after: AccessPlace | null, limit: number) => Promise<AccessRow[]>,
  node: (row: AccessRow) => T,
  count: () => Promise<number>,
): Promise<Connected<T>> {
  const { county } = reading.bounds;
  const wanted = readPage('Access', first, null);
  const opened = after === null || after === undefined ? null : openNumber(keys, 'place among accesses', county, after);
  if (opened === null && after)
    throw new Refused('BAD_USER_INPUT', 'after is not a cursor of this list. after 不是本列表的游标');
  const rows = await read(opened === null ? null : placeOf(opened), wanted.first + 1);
  const seal = (row: AccessRow): string => sealNumber(keys, 'place among accesses', county, numberOf(row));
  const shown = rows.slice(0, wanted.first);
  const last = shown.at(-1);
  return {
    edges: shown.map((row) => ({ cursor: seal(row), node: node(row) })),
    pageInfo: { hasNextPage: rows.length > wanted.first, endCursor: last ? seal(last) : null },
    count,
  };
}

const ROWS_OF_A_MONTH = 2 ** 36;

/** Month and number in one number below 2^48. */
function numberOf({ month, number }: AccessPlace): number {
  const [year, of] = month.split('-').map(Number) as [number, number];
  return ((year - 2000) * 12 + of - 1) * ROWS_OF_A_MONTH + number;
}

function placeOf(sealed: number): AccessPlace {
  const months = Math.floor(sealed / ROWS_OF_A_MONTH);
  const month = `${2000 + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-01`;
  return { month, number: sealed % ROWS_OF_A_MONTH };
}
