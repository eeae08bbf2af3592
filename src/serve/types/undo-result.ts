import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Context } from '../context.js';
import { findEntity } from '../find-entity.js';
import { writeGlobalId, type EntityKind as Kind } from '../global-id.js';
import type { UndoneChange } from '../reviewing.js';
import { Decision } from './decision.js';
import { Node } from './node.js';

@ObjectType({ description: '撤销后恢复的一个对象 / An entity as it was before the change' })
export class UndoSide {
  constructor(
    private readonly kind: Kind,
    private readonly entityKey: number,
    private readonly count: number,
  ) {}

  @Field(() => ID, { description: '对象的标识，撤销后重新有效 / Its id, which holds again once the undo is in effect' })
  entityId(@Ctx() { reading }: Context): string {
    return writeGlobalId(this.kind, reading.bounds.county, this.entityKey);
  }

  @Field(() => Int, { description: '归还给它的记录数 / How many records it has again' })
  get records(): number {
    return this.count;
  }

  @Field(() => Node, {
    nullable: true,
    description: '对象的现状；不可见时为 null / The entity as it is now; null where the viewer cannot see it',
  })
  async entity(@Ctx() context: Context): Promise<Node | null> {
    return (await findEntity(context, this.kind, this.entityKey)) as Node | null;
  }
}

@ObjectType({ description: '撤销的结果，或预览 / What came of an undo, or would come of it' })
export class UndoResult {
  constructor(private readonly undone: UndoneChange) {}

  @Field(() => [UndoSide], { description: '恢复的各对象 / The entities as they were before the change' })
  get sides(): UndoSide[] {
    const kind = `${this.undone.kind.slice(0, 1).toUpperCase()}${this.undone.kind.slice(1)}` as Kind;
    return this.undone.sides.map((side) => new UndoSide(kind, side.entity, side.records.length));
  }

  @Field(() => [Decision], {
    description: '由此作出或撤销的判定；预览时为空 / The decisions that it made or revoked; empty in a preview',
  })
  get decisions(): Decision[] {
    return this.undone.decisions.map((each) => new Decision(each));
  }

  @Field(() => Boolean, {
    description:
      '归并是否已随之更新；有判定待第二人确认时为否 / Whether the links have followed; false while a decision waits for a second reviewer, in a preview, and where the next night will do it',
  })
  get settled(): boolean {
    return this.undone.settled;
  }
}
