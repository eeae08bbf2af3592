import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({ description: '凡有标识者 / Whatever has an id' })
export abstract class Node {
  @Field(() => ID, {
    description:
      '全局标识，不可解读；合并后的旧标识仍可用 / Global opaque id; the id of a merged entity answers with the surviving one',
  })
  id!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      '查询所用的旧标识，已合并入本对象；否则为 null / The id that it was asked for by, where that one was merged into it; otherwise null',
  })
  redirectedFrom?: string | null;
}
