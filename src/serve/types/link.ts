import { Arg, Ctx, Field, ObjectType } from 'type-graphql';
import { LINK_REASONS, type LinkReason } from '../../model/link.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import type { EntityKind } from '../global-id.js';
import { findEntity } from '../find-entity.js';
import { tellReason } from '../tell-reason.js';
import { Language } from './enums.js';
import { Node } from './node.js';
import { SourceRecord } from './source-record.js';

const NOT_TOLD = { zh: '可见的记录不足以说明理由', en: 'the visible records do not tell' } as const;

@ObjectType({
  description: '关联：记录说的是这个对象，以及理由 / A record is held to speak of an entity, with its reason',
})
export class Link {
  constructor(
    private readonly evidence: Evidence,
    private readonly entityKind: EntityKind,
    private readonly entityId: number,
    private readonly why: LinkReason | null,
  ) {}

  leadsTo(id: number): boolean {
    return this.entityId === id;
  }

  @Field(() => String, { description: '对象的种类 / Kind of entity' })
  get kind() {
    return this.entityKind;
  }

  @Field(() => SourceRecord, { description: '记录 / The record' })
  get record() {
    return new SourceRecord(this.evidence);
  }

  @Field(() => String, {
    nullable: true,
    description:
      '理由代码；此类对象仅按编码关联，或理由涉及看不见的记录时为 null / Code of the reason; null where the kind is linked by its code alone, and where it rests on records that are not visible',
  })
  async reason(@Ctx() context: Context): Promise<LinkReason | null> {
    return this.why && (await tellReason(context, this.evidence, this.entityKind, this.entityId, this.why));
  }

  @Field(() => String, { description: '理由 / The reason in a sentence' })
  async sentence(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): Promise<string> {
    if (this.why === null) return LINK_REASONS.CODE[language];
    const told = await this.reason(context);
    return told === null ? NOT_TOLD[language] : (LINK_REASONS[told]?.[language] ?? told);
  }

  @Field(() => Node, { nullable: true, description: '对象 / The entity; null where the viewer cannot see it' })
  async entity(@Ctx() context: Context): Promise<Node | null> {
    return (await findEntity(context, this.entityKind, this.entityId)) as Node | null;
  }
}

/** All that a record was held to speak of. */
export function linksOf(evidence: Evidence): Link[] {
  const { person, household, dwelling, building, organisation, place, event, gridEntity } = evidence;
  const made: readonly (readonly [EntityKind, number | null, LinkReason | null])[] = [
    ['Person', person, evidence.personReason],
    ['Household', household, evidence.householdReason],
    ['Dwelling', dwelling, evidence.dwellingReason],
    ['Building', building, evidence.buildingReason],
    ['Organisation', organisation, null],
    ['Place', place, null],
    ['Event', event, null],
    ['Grid', gridEntity, null],
  ];
  return made.flatMap(([kind, id, why]) => (id === null ? [] : [new Link(evidence, kind, id, why)]));
}

/** Why each of these records is held to speak of this one entity. */
export function linksTo(evidence: readonly Evidence[], kind: EntityKind, id: number): Link[] {
  return evidence.flatMap((each) => linksOf(each).filter((link) => link.kind === kind && link.leadsTo(id)));
}
