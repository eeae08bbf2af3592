import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { openNumber } from '../authorize/index.js';
import { isChangeSeen } from './change-rows.js';
import type { Context } from './context.js';
import { answerReviewed, mustReview } from './review.js';
import { UndoResult } from './types/undo-result.js';

@Resolver()
export class UndoChangeResolver {
  @Mutation(() => UndoResult, {
    nullable: true,
    description:
      '整体撤销一次合并、拆分或移动：恢复原来的对象与标识，并记为判定，此后归并一直遵守；须持有 review 许可；不存在与不可见同为 null. Undoes a merge, a split or a move whole: the entities as they were with their ids, kept as decisions that every later run follows; needs a grant that may review; null alike for what is not there and what is not visible',
  })
  async undoChange(
    @Arg('change', () => ID, { description: '变更的标识 / Id of the change' }) change: string,
    @Arg('by', () => String, { description: '承担责任的人员姓名，记录在案 / Who answers for it; kept on record' })
    by: string,
    @Arg('reason', () => String, { description: '理由，记录在案 / Why; kept on record' }) reason: string,
    @Arg('preview', () => Boolean, {
      defaultValue: false,
      description: '只看将会怎样，不作改动 / Only tell what would come of it; nothing is written',
    })
    preview: boolean,
    @Ctx() context: Context,
  ): Promise<UndoResult | null> {
    const reviewing = mustReview(context);
    const number = openNumber(context.keys, 'change', context.reading.bounds.county, change);
    if (number === null || !(await isChangeSeen(context.reading, number))) return null;
    const undone = await answerReviewed(() =>
      reviewing().undo(context.viewer, { change: number, by, reason, preview }),
    );
    return undone && new UndoResult(undone);
  }
}
