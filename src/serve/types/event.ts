import { Ctx, Field, ObjectType } from 'type-graphql';
import type { Value } from '../../model/record.js';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity } from '../find-entity.js';
import { Division, findDivision } from './division.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { Grid } from './grid.js';
import { Mention, mentionsIn } from './mention.js';
import { Node } from './node.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ description: '事件的一步处理 / A step in the handling of an event' })
export class EventStep {
  constructor(private readonly step: Readonly<Record<string, Value>>) {}

  @Field(() => String, { nullable: true, description: '动作；未填为 null / Action; null where not stated' })
  get action() {
    return textIn(this.step, 'action');
  }

  @Field(() => String, { nullable: true, description: '经办；未填为 null / Who acted; null where not stated' })
  get actor() {
    return textIn(this.step, 'actor');
  }

  @Field(() => String, { nullable: true, description: '层级；未填为 null / Level; null where not stated' })
  get level() {
    return textIn(this.step, 'level');
  }

  @Field(() => String, { nullable: true, description: '时间；未填为 null / When; null where not stated' })
  get at() {
    return textIn(this.step, 'at');
  }

  @Field(() => String, { nullable: true, description: '备注；未填为 null / Note; null where not stated' })
  get note() {
    return textIn(this.step, 'note');
  }
}

@ObjectType({ implements: Node, description: '事件 / An event' })
export class Event extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Event', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => [EventStep], { description: '处理经过 / Steps of its handling, in the record’s order' })
  get steps() {
    const steps = this.current.find((each) => Array.isArray(each.stated['steps']))?.stated['steps'];
    if (!Array.isArray(steps)) return [];
    return steps.filter(isObject).map((step) => new EventStep(step));
  }

  @Field(() => [Mention], { description: '涉及的人与报告人 / Persons concerned, and the reporter' })
  async people(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsIn(context, this.current);
  }

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不能确定时为 null / The grid; null where it cannot be told',
  })
  async grid(@Ctx() context: Context): Promise<Grid | null> {
    const id = this.current.find((each) => each.gridEntity !== null)?.gridEntity ?? null;
    return (await findEntity(context, 'Grid', id)) as Grid | null;
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.current.find((each) => each.village !== null)?.village ?? null);
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of it' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

publishValues(Event, {
  title: 'title',
  category: 'category',
  description: 'description',
  occurredAt: 'occurredAt',
  reportedAt: 'reportedAt',
  address: 'address',
  state: 'status',
});

export const EventConnection = connectionOf<Event>('Event', '事件', () => Event as never);

const isObject = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textIn(step: Readonly<Record<string, Value>>, key: string): string | null {
  const value = step[key];
  return value === undefined || value === null ? null : String(value);
}
