import { Arg, Ctx, Field, Float, GraphQLISODateTime, ObjectType } from 'type-graphql';
import { FINDINGS, tellFinding } from '../../model/finding.js';
import type { Context } from '../context.js';
import { connectionOf } from '../connection.js';
import { writeGlobalId } from '../global-id.js';
import type { DeliveryRow } from '../read-rows.js';
import { wordsOfField } from '../field-words.js';
import { DeliveryState, Language } from './enums.js';
import { Node } from './node.js';

@ObjectType({ description: '列与字段的对应 / Which column of this delivery filled which field' })
export class DeliveryColumn {
  constructor(
    readonly field: string,
    readonly header: string,
  ) {}

  @Field(() => String, { name: 'field', description: '字段 / Field' })
  get fieldName() {
    return this.field;
  }

  @Field(() => String, { name: 'header', description: '列名原文 / Header as the delivery wrote it' })
  get headerText() {
    return this.header;
  }

  @Field(() => String, { description: '字段名称 / Name of the field in words' })
  fieldLabel(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return wordsOfField(this.field)[language];
  }
}

@ObjectType({ description: '一次交付的行数统计 / What one delivery did, in rows' })
export class DeliveryCount {
  @Field(() => Float, { description: '总行数 / Rows' })
  rows!: number;
  @Field(() => Float, { description: '新增 / Added' })
  added!: number;
  @Field(() => Float, { description: '变更 / Changed' })
  changed!: number;
  @Field(() => Float, { description: '未变 / Unchanged' })
  unchanged!: number;
  @Field(() => Float, { description: '停用 / Retired' })
  retired!: number;
  @Field(() => Float, { description: '拒收行 / Rows refused' })
  refusedRows!: number;
  @Field(() => Float, { description: '问题数 / Findings' })
  findings!: number;
}

@ObjectType({
  implements: Node,
  description: '交付：一个部门在一个时刻给出的文件或条目 / A file or a pull, from one department, at one moment',
})
export class Delivery implements Node {
  constructor(private readonly row: DeliveryRow) {}

  get id(): string {
    return writeGlobalId('Delivery', this.row.county, this.row.id);
  }

  @Field(() => String, { description: '部门登记 / Register' })
  get register() {
    return this.row.register;
  }

  @Field(() => String, { description: '数据集 / Dataset' })
  get dataset() {
    return this.row.dataset;
  }

  @Field(() => String, { description: '文件 / Path below the folder received, or the feed’s resource' })
  get file() {
    return this.row.file;
  }

  @Field(() => String, { description: '字节的 SHA-256 / SHA-256 of the bytes, hexadecimal' })
  get sha256() {
    return this.row.sha256;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      '字节数；仅县级且可逐条查看者可见，否则为 null / Bytes; null for viewers below the county and for who sees totals only',
  })
  bytes(@Ctx() context: Context): number | null {
    return countsCounty(context) ? this.row.bytes : null;
  }

  @Field(() => String, { description: '格式 / Format found from the content' })
  get format() {
    return this.row.format;
  }

  @Field(() => String, { description: '字符编码 / Encoding found from the content' })
  get encoding() {
    return this.row.encoding;
  }

  @Field(() => String, {
    description: '全量 full 或增量 delta / full states everything that exists, delta what changed',
  })
  get coverage() {
    return this.row.coverage;
  }

  @Field(() => String, {
    nullable: true,
    description: '所述日期 YYYY-MM-DD；文件名未写为 null / Day it speaks of; null where its name does not say',
  })
  get statedOn() {
    return this.row.statedOn;
  }

  @Field(() => DeliveryState, { description: '处理结果 / What became of it' })
  get state() {
    return this.row.state;
  }

  @Field(() => String, {
    nullable: true,
    description: '暂挂或拒收的原因代码；已接收为 null / Code of why it was held or refused; null when taken',
  })
  get reason() {
    return this.row.reason;
  }

  @Field(() => String, {
    nullable: true,
    description: '暂挂或拒收的原因 / Why it was held or refused, in a sentence; null when taken',
  })
  reasonSentence(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): string | null {
    const { reason, detail } = this.row;
    if (reason === null || !Object.hasOwn(FINDINGS, reason)) return null;
    // The figures speak of the whole county.
    const seen = countsCounty(context) ? detail : null;
    const { column = null, found = null, accepted = null } = seen ?? {};
    return tellFinding({ code: reason, column, found, accepted }, language);
  }

  @Field(() => GraphQLISODateTime, { description: '接收时间 / When it was received' })
  get receivedAt() {
    return this.row.receivedAt;
  }

  @Field(() => [DeliveryColumn], { description: '列与字段的对应 / Which column filled which field' })
  get columns() {
    return Object.entries(this.row.columns).map(([field, header]) => new DeliveryColumn(field, header));
  }

  @Field(() => DeliveryCount, {
    nullable: true,
    description:
      '行数统计；仅县级且可逐条查看者可见，否则为 null / Counts; null for viewers below the county and for who sees totals only',
  })
  async count(@Ctx() context: Context): Promise<DeliveryCount | null> {
    return countsCounty(context) ? await context.loaders.deliveryCount.load(this.row.id) : null;
  }
}

export const DeliveryConnection = connectionOf<Delivery>('Delivery', '交付', () => Delivery as never);

export async function findDelivery(context: Context, id: number): Promise<Delivery | null> {
  const row = await context.loaders.delivery.load(id);
  return row ? new Delivery(row) : null;
}

/** What came tonight beside what came last night is somebody: who sees totals alone is told what is published. */
function countsCounty({ reading, viewer }: Context): boolean {
  return reading.bounds.level === 'county' && viewer.records;
}
