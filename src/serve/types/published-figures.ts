import { Field, Int, ObjectType } from 'type-graphql';

/** What an aggregate says of the publication that its figures come from. */
@ObjectType()
export abstract class PublishedFigures {
  @Field(() => String, {
    nullable: true,
    description:
      '已发布统计的日期；逐条可见者实时统计，为 null / Day of the published figures, for who sees totals only; null where counted now',
  })
  publishedOn!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      '县级以下取整至此数（1 为不取整）；实时统计为 null / What published figures below the county are rounded to; null where counted now',
  })
  roundedTo!: number | null;
}
