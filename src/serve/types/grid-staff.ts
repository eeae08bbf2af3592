import { Field, ObjectType } from 'type-graphql';
import type { Evidence } from '../evidence.js';
import { Person } from './person.js';
import { valueAmong } from './person-parts.js';
import { SourceRecord } from './source-record.js';
import { SourcedValue } from './sourced-value.js';

@ObjectType({ description: '网格队伍中的一人 / One who works in a grid' })
export class GridStaff {
  constructor(
    // Not `Person`: the compiler would write the class into the metadata here, before it is there.
    private readonly who: InstanceType<typeof Person>,
    private readonly evidence: Evidence,
  ) {}

  @Field(() => Person, { description: '人 / The person' })
  get person() {
    return this.who;
  }

  @Field(() => SourcedValue, { nullable: true, description: '岗位；未填为 null / Role; null where not stated' })
  get role() {
    return valueAmong([this.evidence], 'role');
  }

  @Field(() => SourcedValue, { nullable: true, description: '自何时；未填为 null / Since; null where not stated' })
  get since() {
    return valueAmong([this.evidence], 'since');
  }

  @Field(() => SourcedValue, { nullable: true, description: '至何时；在岗为 null / Until; null while in post' })
  get until() {
    return valueAmong([this.evidence], 'until');
  }

  @Field(() => SourceRecord, { description: '依据 / The record that says so' })
  get record() {
    return new SourceRecord(this.evidence);
  }
}
