import { Ctx, Field, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import { sealNumber } from '../../authorize/index.js';
import { typeOfChange } from '../../model/change.js';
import type { ChangeRow } from '../change-rows.js';
import { PageInfo } from '../connection.js';
import type { Context } from '../context.js';
import { findEntity } from '../find-entity.js';
import { writeGlobalId, type EntityKind as Kind } from '../global-id.js';
import { EntityChangeType, EntityKind } from './enums.js';
import { Node } from './node.js';

@ObjectType({
  description:
    '变更：某次归并运行后一个对象的变化，依查看者可见的记录而定 / What became of an entity in a run of the linkage, as the records that this viewer may see show it',
})
export class EntityChange {
  constructor(private readonly row: ChangeRow) {}

  @Field(() => ID, { description: '变更的标识，撤销时引用 / Id of the change, by which it is undone' })
  id(@Ctx() { keys, reading }: Context): string {
    return sealNumber(keys, 'change', reading.bounds.county, this.row.id);
  }

  @Field(() => EntityChangeType, { description: '变化的种类 / What became of it' })
  get type(): EntityChangeType {
    return typeOfChange(this.row) as EntityChangeType;
  }

  @Field(() => EntityKind, { description: '对象的种类 / Kind of entity' })
  get kind(): EntityKind {
    return kindOf(this.row.kind) as EntityKind;
  }

  @Field(() => ID, { description: '对象的标识 / Global id of the entity' })
  entityId(@Ctx() { reading }: Context): string {
    return writeGlobalId(kindOf(this.row.kind), reading.bounds.county, this.row.entity);
  }

  @Field(() => Node, {
    nullable: true,
    description:
      '对象的现状；已合并时为合并后的对象，现已不可见时为 null / The entity as it is now; of a merged one, what it went into; null where the viewer sees no record of it any more',
  })
  async entity(@Ctx() context: Context): Promise<Node | null> {
    return (await findEntity(context, kindOf(this.row.kind), this.row.entity)) as Node | null;
  }

  @Field(() => ID, {
    nullable: true,
    description:
      '合并、拆分、移动时记录去往的对象，其他为 null / Where the records went in a merge, a split or a move; null for the other types',
  })
  intoId(@Ctx() { reading }: Context): string | null {
    return this.row.other === null ? null : writeGlobalId(kindOf(this.row.kind), reading.bounds.county, this.row.other);
  }

  @Field(() => Node, {
    nullable: true,
    description:
      '记录去往的对象的现状；其他种类或现已不可见时为 null / That entity as it is now; null for the other types, and where the viewer sees no record of it any more',
  })
  async into(@Ctx() context: Context): Promise<Node | null> {
    return (await findEntity(context, kindOf(this.row.kind), this.row.other)) as Node | null;
  }

  @Field(() => GraphQLISODateTime, { description: '归并运行的时间 / When the run was' })
  get at(): Date {
    return this.row.at;
  }

  @Field(() => Int, { description: '归并运行的编号 / Number of the run' })
  get run(): number {
    return this.row.run;
  }

  @Field(() => Boolean, { description: '是否由撤销引起 / Whether somebody’s undo brought it about' })
  get isUndo(): boolean {
    return this.row.undo;
  }
}

@ObjectType({ description: '变更列表中的一项 / One change of the log, with its cursor' })
export class EntityChangeEdge {
  @Field(() => String, { description: '游标，不可解读 / Opaque cursor' })
  cursor!: string;

  @Field(() => EntityChange, { description: '该项 / The change' })
  node!: EntityChange;
}

@ObjectType({ description: '变更日志的一页，先旧后新 / A page of the log of changes, the oldest first' })
export class EntityChangeConnection {
  constructor(
    readonly edges: readonly EntityChangeEdge[],
    readonly pageInfo: PageInfo,
    private readonly last: string,
    private readonly count: () => Promise<number>,
  ) {}

  @Field(() => [EntityChangeEdge], { name: 'edges', description: '各项及其游标 / The changes with their cursors' })
  get edgeList() {
    return this.edges;
  }

  @Field(() => [EntityChange], { description: '各项 / The changes' })
  nodes(): EntityChange[] {
    return this.edges.map((edge) => edge.node);
  }

  @Field(() => PageInfo, {
    name: 'pageInfo',
    description:
      '翻页信息；endCursor 从不为 null，空页亦然，下次从它继续；每次文字不同，勿作比较；后面没有时它与 latestCursor 指同一处 / Where the page stands; endCursor is never null here, nor on an empty page: go on from it next time. It is another text each time: do not compare it. Where no more follow, it stands where latestCursor does',
  })
  get page() {
    return this.pageInfo;
  }

  @Field(() => String, {
    description:
      '日志末尾的游标：先取得它，再读各列表，然后从它开始跟随；跟随时改用 endCursor，否则会跳过后面各页 / Where the log ends now: take it first, then read the lists, then follow from it. While you follow, go on from endCursor: this one skips the pages between',
  })
  get latestCursor(): string {
    return this.last;
  }

  @Field(() => Int, {
    description:
      '`after` 之后可见的变更数，仅在请求时计算 / How many changes after `after` this viewer can see; counted only when asked for',
  })
  totalCount(): Promise<number> {
    return this.count();
  }
}

const kindOf = (kind: string): Kind => `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}` as Kind;
