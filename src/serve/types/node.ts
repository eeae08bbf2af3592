import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({ description: '凡有标识者 / Whatever has an id' })
export abstract class Node {
  @Field(() => ID, {
    description:
      '全局标识，不可解读；合并后的旧标识仍可用 / Global opaque id; the id of a merged entity answers with the surviving one',
  })
  id!: string;
}
