import { Arg, Ctx, Field, GraphQLISODateTime, ObjectType } from 'type-graphql';
import { chooseField, openStatement, textOf } from '../choose-values.js';
import { connectionOf } from '../connection.js';
import { states } from '../choose-values.js';
import type { Context } from '../context.js';
import { Refused } from '../errors.js';
import type { Evidence } from '../evidence.js';
import { findEntities, findGridByCode } from '../find-entity.js';
import { checkReason } from '../inputs.js';
import { classOf } from '../mask-evidence.js';
import { Division, divisionChain } from './division.js';
import { Entity } from './entity.js';
import { EntityStatus, RevealedField } from './enums.js';
import { Finding } from './finding.js';
import { Grid, gridOfBuilding } from './grid.js';
import { Household } from './household.js';
import { Link, linksTo } from './link.js';
import { Mention, mentionsOf } from './mention.js';
import { Node } from './node.js';
import { Benefit, HouseholdMembership, OrganisationMembership, StaffPost } from './person-parts.js';
import { Residence, residencesOf } from './residence.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({
  implements: Node,
  description:
    '人：各部门记录合为一人，每个值注明出处 / A person, out of the records of all registers that this viewer may see',
})
export class Person extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Person', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of the person' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Boolean, {
    description: '是否有可见记录登记其死亡 / Whether a visible record holds the person deceased',
  })
  get deceased() {
    return this.current.some((each) => states(each, 'deathDate') || each.stated['householdStatus'] === '死亡');
  }

  @Field(() => Boolean, {
    description:
      '户籍地可见者得知其现居他处，而不知何处 / Whether the person lives elsewhere: told to whom the registration is visible and the residence is not, and nothing of where',
  })
  async livesElsewhere(@Ctx() { reading }: Context): Promise<boolean> {
    const [row] = await reading.query<{ is: boolean }>(
      { name: 'lives elsewhere', text: 'select lives_elsewhere($1, $2) as is' },
      [reading.bounds.county, this.key],
    );
    return row!.is;
  }

  @Field(() => String, {
    nullable: true,
    description:
      '揭示一个脱敏的完整值：计数、留痕、须说明理由；无此值为 null / One whole value that is masked otherwise: counted, written down with the reason; null where there is none',
  })
  async reveal(
    @Arg('field', () => RevealedField, { description: '哪个字段 / Which field' }) field: RevealedField,
    @Arg('reason', () => String, {
      description: '理由，至少 4 个字符，记录在案 / Why, 4 characters or more; kept on record',
    })
    reason: string,
    @Ctx() { viewer, note, countReveal }: Context,
  ): Promise<string | null> {
    checkReason(reason);
    const whole = this.evidence.map((each) => each.whole ?? each);
    const choice = chooseField(whole, field);
    if (!choice) return null;
    const isMasked = this.evidence.some((each) => each.masked?.includes(field));
    if (isMasked && !(await countReveal(viewer))) throw new Refused('QUOTA_EXCEEDED');
    note.revealed(this.key, classOf(field), reason);
    return textOf(openStatement(choice.chosen));
  }

  @Field(() => [Residence], { description: '户籍登记处 / Where the person is registered' })
  get registrations() {
    return residencesOf(this.current, 'registered');
  }

  @Field(() => [Residence], { description: '居住处 / Where the person lives' })
  get residences() {
    return residencesOf(this.current, 'resident');
  }

  @Field(() => Grid, {
    nullable: true,
    description:
      '服务网格，随居住地；可见记录未说明居住地时为 null / Service grid, where the person lives; null where no visible record says so',
  })
  serviceGrid(@Ctx() context: Context): Promise<Grid | null> {
    return gridOfTie(context, this.current, 'resident');
  }

  @Field(() => Grid, {
    nullable: true,
    description:
      '户籍网格，随户籍地址；不能确定时为 null / Grid of the registered address; null where it cannot be told',
  })
  registrationGrid(@Ctx() context: Context): Promise<Grid | null> {
    return gridOfTie(context, this.current, 'registered');
  }

  @Field(() => [Division], {
    description:
      '村社区、乡镇街道、县：随居住地，无居住记录时随户籍地 / Village, township, county of the residence, else of the registration',
  })
  divisionChain(@Ctx() context: Context): Promise<Division[]> {
    const home = newestFirst(this.current).toSorted((a, b) => TIE_ORDER(a) - TIE_ORDER(b));
    return divisionChain(
      context,
      home.map((each) => each.village ?? each.township).find((code) => code !== null) ?? null,
    );
  }

  @Field(() => [HouseholdMembership], {
    description: '所在的户：户籍户与居住户 / Households: the registered and the residential one',
  })
  async households(@Ctx() context: Context): Promise<HouseholdMembership[]> {
    const households = (await findEntities(context, 'Household', this.householdKeys)) as (Household | null)[];
    return this.membershipsOf(households);
  }

  get householdKeys(): number[] {
    return distinct(this.current.map((each) => each.household));
  }

  /** The place in each of these households. */
  membershipsOf(households: readonly (Household | null)[]): HouseholdMembership[] {
    return households.flatMap((household) =>
      household
        ? [
            new HouseholdMembership(
              household,
              this.current.filter((each) => each.household === household.key),
            ),
          ]
        : [],
    );
  }

  @Field(() => [OrganisationMembership], { description: '所在组织 / Organisations that the person belongs to' })
  get organisations() {
    return distinct(this.current.map((each) => each.organisation)).map(
      (id) =>
        new OrganisationMembership(
          id,
          this.current.filter((each) => each.organisation === id),
        ),
    );
  }

  @Field(() => [Benefit], { description: '民政保障 / Benefits that the person draws' })
  get benefits() {
    return this.current.filter((each) => states(each, 'programme')).map((each) => new Benefit(each));
  }

  @Field(() => [StaffPost], { description: '网格岗位 / Posts in grids' })
  get staffPosts() {
    return this.current
      .filter(
        (each) => each.tie === null && (each.gridEntity !== null || each.grid !== null) && each.organisation === null,
      )
      .map((each) => new StaffPost(each));
  }

  @Field(() => [Mention], {
    description: '在其他记录中被提及 / Where the person is named in records about something else',
  })
  async mentions(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsOf(context, this.key);
  }

  @Field(() => [SourceRecord], {
    description: '来源记录；给出 asOf 时为当时所知的版本 / The records; with asOf, what the hub knew at that moment',
  })
  async records(
    @Arg('asOf', () => GraphQLISODateTime, { nullable: true, description: '时刻 / Moment' }) asOf: Date | null,
    @Ctx() context: Context,
  ): Promise<SourceRecord[]> {
    if (!asOf) return this.evidence.map((each) => new SourceRecord(each));
    const loader = context.loaders.recordAsOf(asOf);
    const then = await Promise.all(this.evidence.map((each) => loader.load(each.record)));
    return then.flatMap((each) => (each ? [new SourceRecord(each)] : []));
  }

  @Field(() => [Link], { description: '为何认为这些记录是同一人 / Why these records are held to be one person' })
  get links() {
    return linksTo(this.evidence, 'Person', this.key);
  }

  @Field(() => [Finding], { description: '未解决的问题 / Open findings about the person’s records, and between them' })
  async findings(@Ctx() context: Context): Promise<Finding[]> {
    return (await context.loaders.findingsOf.load(this.key)).map((row) => new Finding(row));
  }
}

publishValues(Person, {
  name: 'name',
  formerName: 'formerName',
  sex: 'sex',
  birthDate: 'birthDate',
  idNumber: 'idNumber',
  idNumberInvalid: 'idNumberInvalid',
  otherIdNumber: 'otherIdNumber',
  phone: 'phone',
  maritalStatus: 'maritalStatus',
  education: 'education',
  workplace: 'workplace',
  address: 'address',
  registeredDivision: 'registeredDivision',
  householdStatus: 'householdStatus',
  deathDate: 'deathDate',
  careTags: 'careTags',
  memberStatus: 'memberStatus',
});

export const PersonConnection = connectionOf<Person>('Person', '人', () => Person as never);

/** A home is told by what says so itself, then by what says where the person is registered, then by the rest. */
const TIE_ORDER = (evidence: Evidence) => ({ resident: 0, registered: 1, none: 2 })[evidence.tie ?? 'none'];

async function gridOfTie(context: Context, evidence: readonly Evidence[], tie: Evidence['tie']): Promise<Grid | null> {
  const homes = newestFirst(evidence.filter((each) => each.tie === tie));
  for (const home of homes) {
    if (home.gridEntity !== null)
      return ((await findEntities(context, 'Grid', [home.gridEntity])) as (Grid | null)[])[0] ?? null;
    if (home.grid !== null) {
      const grid = await findGridByCode(context, home.grid);
      if (grid) return grid as Grid;
    }
  }
  // Nobody wrote the grid down; the building stands in one.
  for (const building of distinct(homes.map((each) => each.building))) {
    const grid = await gridOfBuilding(context, building);
    if (grid) return grid;
  }
  return null;
}

function newestFirst(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.toSorted((a, b) => b.validFrom.getTime() - a.validFrom.getTime() || a.record - b.record);
}

function distinct(ids: readonly (number | null)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null))];
}
