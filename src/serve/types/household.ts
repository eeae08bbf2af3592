import { Arg, Ctx, Field, Int, ObjectType } from 'type-graphql';
import { connect, connectionOf, readPage, type Connected } from '../connection.js';
import { states } from '../choose-values.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntities, findEntity } from '../find-entity.js';
import { Building } from './building.js';
import { Dwelling } from './dwelling.js';
import { Entity } from './entity.js';
import { EntityStatus, HouseholdKind } from './enums.js';
import { Link, linksTo } from './link.js';
import { Node } from './node.js';
import { Person } from './person.js';
import { saysHead, valueAmong } from './person-parts.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';
import { SourcedValue } from './sourced-value.js';

@ObjectType({ description: '户中的一人 / A member of a household' })
export class HouseholdMember {
  constructor(
    // Not `Person`: the compiler would write the class into the metadata here, before it is there.
    private readonly who: InstanceType<typeof Person>,
    private readonly evidence: readonly Evidence[],
  ) {}

  @Field(() => Person, { description: '人 / The person' })
  get person() {
    return this.who;
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description:
      '与户主关系（GB/T 4761）；无记录说明时为 null / Relation to the head; null where no visible record says',
  })
  get relation() {
    return valueAmong(this.evidence, 'relation');
  }

  @Field(() => Boolean, { description: '是否户主 / Whether the person is the head' })
  get isHead() {
    return saysHead(this.evidence);
  }

  @Field(() => [SourceRecord], { description: '依据 / The records that say so' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

export const HouseholdMemberConnection = connectionOf<HouseholdMember>(
  'HouseholdMember',
  '户中成员',
  () => HouseholdMember as never,
);

@ObjectType({ implements: Node, description: '户：户籍户或居住户 / A household, registered or residential' })
export class Household extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Household', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => HouseholdKind, { name: 'kind', description: '户籍户或居住户 / Registered or residential' })
  get householdKind() {
    if (this.evidence.some((each) => states(each, 'householdNumber'))) return HouseholdKind.REGISTERED;
    return this.evidence.some((each) => each.tie === 'resident') ? HouseholdKind.RESIDENTIAL : HouseholdKind.REGISTERED;
  }

  @Field(() => HouseholdMember, {
    nullable: true,
    description: '户主；可见记录未说明时为 null / The head; null where no visible record says who',
  })
  async head(@Ctx() context: Context): Promise<HouseholdMember | null> {
    const head = this.headEntry;
    return head ? ((await this.findMembers(context, [head]))[0] ?? null) : null;
  }

  /** Who is the head, and the records that say so. */
  get headEntry(): readonly [number, readonly Evidence[]] | null {
    return this.members.find(([, evidence]) => saysHead(evidence)) ?? null;
  }

  @Field(() => HouseholdMemberConnection, {
    name: 'members',
    description: '成员 / The members whom this viewer may see',
  })
  async memberList(
    @Arg('first', () => Int, { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: '游标 / Cursor' }) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<HouseholdMember>> {
    const { wanted, connected } = this.pageOfMembers(first, after);
    return connected(await this.findMembers(context, wanted));
  }

  /** Who is on a page, and the page once they are found. */
  pageOfMembers(first: number | null, after: string | null) {
    const page = readPage('HouseholdMember', first, after);
    const from = this.members.filter(([id]) => id > page.after).slice(0, page.first + 1);
    const ids = from.map(([id]) => id);
    return {
      wanted: from.slice(0, page.first),
      connected: (found: readonly (HouseholdMember | null)[]): Connected<HouseholdMember> =>
        connect('HouseholdMember', page, ids, found, () => this.members.length),
    };
  }

  @Field(() => Dwelling, {
    nullable: true,
    description: '住房；不能确定时为 null / The dwelling; null where it cannot be told',
  })
  async dwelling(@Ctx() context: Context): Promise<Dwelling | null> {
    return (await findEntity(context, 'Dwelling', this.dwellingKey)) as Dwelling | null;
  }

  @Field(() => Building, {
    nullable: true,
    description: '楼栋；不能确定时为 null / The building; null where it cannot be told',
  })
  async building(@Ctx() context: Context): Promise<Building | null> {
    return (await findEntity(context, 'Building', this.buildingKey)) as Building | null;
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of it' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }

  @Field(() => [Link], { description: '为何认为这些记录是同一户 / Why these records are held to be one household' })
  get links() {
    return linksTo(this.evidence, 'Household', this.key);
  }

  get dwellingKey(): number | null {
    return this.current.find((each) => each.dwelling !== null)?.dwelling ?? null;
  }

  get buildingKey(): number | null {
    return this.current.find((each) => each.building !== null)?.building ?? null;
  }

  /** Each person with the records that put it into this household, in the order of ids. */
  get members(): readonly (readonly [number, readonly Evidence[]])[] {
    const lists = new Map<number, Evidence[]>();
    for (const each of this.current) {
      if (each.person === null) continue;
      const list = lists.get(each.person);
      if (list) list.push(each);
      else lists.set(each.person, [each]);
    }
    return [...lists].toSorted(([a], [b]) => a - b);
  }

  private async findMembers(context: Context, members: readonly (readonly [number, readonly Evidence[]])[]) {
    const persons = (await findEntities(
      context,
      'Person',
      members.map(([id]) => id),
    )) as (Person | null)[];
    return persons.map((person, at) => (person ? new HouseholdMember(person, members[at]![1]) : null));
  }
}

publishValues(Household, { number: 'householdNumber', address: 'address', headName: 'headName' });

export const HouseholdConnection = connectionOf<Household>('Household', '户', () => Household as never);
