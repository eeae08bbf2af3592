import { Arg, Ctx, Field, Int, ObjectType } from 'type-graphql';
import { connect, connectionOf, readPage, type Connected } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntities } from '../find-entity.js';
import { countMembers } from '../read-rows.js';
import { Division, findDivision } from './division.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { Mention, mentionsIn } from './mention.js';
import { Node } from './node.js';
import { Person, PersonConnection } from './person.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ implements: Node, description: '组织 / An organisation' })
export class Organisation extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Organisation', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Organisation, {
    nullable: true,
    description:
      '上级组织；无或不可见时为 null / The organisation above; null where there is none or it is not visible',
  })
  async parent(@Ctx() context: Context): Promise<Organisation | null> {
    const code = this.text('parentCode');
    if (code === null) return null;
    const id = await context.loaders.organisationByCode.load(code);
    return id === null
      ? null
      : (((await findEntities(context, 'Organisation', [id])) as (Organisation | null)[])[0] ?? null);
  }

  @Field(() => PersonConnection, { description: '成员 / The members whom this viewer may see' })
  async members(
    @Arg('first', () => Int, { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: '游标 / Cursor' }) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<Person>> {
    const page = readPage('Person', first, after);
    const ids = await context.loaders.members(page.after, page.first + 1).load(this.key);
    const persons = (await findEntities(context, 'Person', ids.slice(0, page.first))) as (Person | null)[];
    return connect('Person', page, ids, persons, () => countMembers(context.reading, this.key));
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    const own = this.current.find((each) => each.person === null);
    return findDivision(context, own?.village ?? own?.township ?? null);
  }

  @Field(() => [Mention], {
    description: '记录中提到的人，如书记 / Persons named in its own records, such as the secretary',
  })
  async mentions(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsIn(
      context,
      this.current.filter((each) => each.person === null),
    );
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of the organisation itself' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

publishValues(Organisation, {
  code: 'organisationCode',
  name: 'organisationName',
  kind: 'organisationKind',
  foundedOn: 'foundedOn',
});

export const OrganisationConnection = connectionOf<Organisation>('Organisation', '组织', () => Organisation as never);
