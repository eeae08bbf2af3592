import { Ctx, Field, ObjectType } from 'type-graphql';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity } from '../find-entity.js';
import type { MentionRow } from '../read-rows.js';
import { recordRef } from '../../model/ref.js';
import { Node } from './node.js';
import { Person } from './person.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ description: '提及：记录中出现的另一个人 / A person who is named inside a record about something else' })
export class Mention {
  constructor(
    private readonly row: MentionRow,
    private readonly evidence: Evidence,
  ) {}

  @Field(() => String, { description: '在记录中的位置，如 房主姓名、people/0 / Where in the record' })
  get pointer() {
    return this.row.pointer;
  }

  @Field(() => String, { description: '引用 / Citation of the record with the pointer' })
  get ref() {
    return `${recordRef(this.evidence)}#${this.row.pointer}`;
  }

  @Field(() => String, {
    nullable: true,
    description: '所写姓名；未写为 null / The name as read; null where none is stated',
  })
  get name() {
    return this.row.name;
  }

  @Field(() => Person, {
    nullable: true,
    description: '可确认的人；不能确认或不可见时为 null / The person, where one is known and visible to this viewer',
  })
  async person(@Ctx() context: Context): Promise<Person | null> {
    return this.row.person === null ? null : ((await findEntity(context, 'Person', this.row.person)) as Person | null);
  }

  @Field(() => SourceRecord, { description: '所在记录 / The record' })
  get record() {
    return new SourceRecord(this.evidence);
  }

  @Field(() => Node, {
    nullable: true,
    description:
      '记录说的是什么：事件、住房、组织、场所或人 / What the record speaks of: event, dwelling, organisation, place or person',
  })
  async about(@Ctx() context: Context): Promise<Node | null> {
    const { event, dwelling, organisation, place, person } = this.evidence;
    if (event !== null) return (await findEntity(context, 'Event', event)) as Node | null;
    if (place !== null) return (await findEntity(context, 'Place', place)) as Node | null;
    if (person !== null) return (await findEntity(context, 'Person', person)) as Node | null;
    if (organisation !== null) return (await findEntity(context, 'Organisation', organisation)) as Node | null;
    return dwelling === null ? null : ((await findEntity(context, 'Dwelling', dwelling)) as Node | null);
  }
}

/** The persons named in these records. */
export async function mentionsIn(context: Context, records: readonly Evidence[]): Promise<Mention[]> {
  const lists = await context.loaders.mentionsIn.loadMany(records.map((each) => each.record));
  return lists.flatMap((list, at) => {
    if (list instanceof Error) throw list;
    return list.map((row) => new Mention(row, records[at]!));
  });
}

/** Where a person is named in records about something else. A record that is not visible hides its mentions as well. */
export async function mentionsOf(context: Context, person: number): Promise<Mention[]> {
  const rows = await context.loaders.mentionsOf.load(person);
  const records = await Promise.all(rows.map((row) => context.loaders.record.load(row.record)));
  return rows.flatMap((row, at) => {
    const evidence = records[at];
    return evidence ? [new Mention(row, evidence)] : [];
  });
}
