import { Arg, Ctx, Field, ObjectType } from 'type-graphql';
import { recordRef } from '../../model/ref.js';
import {
  labelOf,
  openStatement,
  openWritten,
  statedAt,
  textOf,
  type Choice,
  type Statement,
} from '../choose-values.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { wordsOfField } from '../field-words.js';
import { Language } from './enums.js';
import { Delivery, findDelivery } from './delivery.js';
import { SourceRecord } from './source-record.js';

/** Built from one record and one field of it. */
@ObjectType({ description: '值的出处：哪次交付的哪一行哪一列 / Where a value was stated: delivery, row and column' })
export class ValueSource {
  constructor(
    private readonly evidence: Evidence,
    private readonly fieldName: string,
  ) {}

  @Field(() => String, { description: '部门登记 / Register' })
  get register() {
    return this.evidence.register;
  }

  @Field(() => String, { description: '数据集 / Dataset' })
  get dataset() {
    return this.evidence.dataset;
  }

  @Field(() => Delivery, {
    nullable: true,
    description: '交付；不可见时为 null / The delivery; null where the viewer may not see it',
  })
  delivery(@Ctx() context: Context): Promise<Delivery | null> {
    return findDelivery(context, this.place.delivery);
  }

  @Field(() => String, { description: '文件 / File' })
  get file() {
    return this.place.file;
  }

  @Field(() => String, { nullable: true, description: '工作表；无则为 null / Sheet; null where the format has none' })
  get sheet() {
    return this.place.sheet;
  }

  @Field(() => Number, {
    nullable: true,
    description: '行号，与部门所见一致；条目数据为 null / Row as the office sees it; null for feed items',
  })
  get row() {
    return this.place.row;
  }

  @Field(() => String, { nullable: true, description: '条目标识；表格数据为 null / Feed item; null for rows' })
  get item() {
    return this.place.item;
  }

  @Field(() => String, {
    nullable: true,
    description:
      '该次交付中的列名原文；值不来自列时为 null / Column header as that delivery wrote it; null where the value came from no column',
  })
  async column(@Ctx() context: Context): Promise<string | null> {
    const delivery = await context.loaders.delivery.load(this.place.delivery);
    return delivery?.columns[this.fieldName] ?? null;
  }

  @Field(() => String, { description: '引用 / Citation: FILE#ROW, FILE#SHEET!ROW or RESOURCE/ID' })
  get ref() {
    return recordRef({ ...this.place, dataset: this.evidence.dataset, format: this.evidence.format });
  }

  @Field(() => String, { description: '何时所述，RFC 3339 / When it was stated, RFC 3339' })
  get statedAt() {
    return statedAt(this.evidence, this.fieldName);
  }

  @Field(() => SourceRecord, { description: '记录全文 / The whole record' })
  get record() {
    return new SourceRecord(this.evidence);
  }

  private get place() {
    const earlier = this.evidence.carried?.[this.fieldName];
    if (!earlier) return this.evidence;
    return {
      delivery: earlier.delivery,
      file: earlier.file ?? this.evidence.file,
      sheet: earlier.sheet ?? null,
      row: earlier.row ?? null,
      item: earlier.item ?? null,
    };
  }
}

@ObjectType({ description: '某记录所述的值 / A value as one record states it' })
export class StatedValue {
  constructor(protected readonly statement: Statement) {}

  @Field(() => String, { description: '字段 / Field' })
  get field() {
    return this.statement.field;
  }

  @Field(() => String, {
    description: '标准化的值：代码、日期 YYYY-MM-DD、数字或文字 / The value as read: code, date, number or text',
  })
  get value() {
    return textOf(openStatement(this.statement));
  }

  @Field(() => Boolean, {
    description: '是否脱敏：该字段类别未获授权 / Whether it is masked, as its class is not granted',
  })
  get masked() {
    return this.statement.evidence.masked?.includes(this.statement.field) ?? false;
  }

  @Field(() => [String], { description: '多值字段的各项 / Items of a value that is a list; else the one value' })
  get values() {
    const value = openStatement(this.statement);
    return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
  }

  @Field(() => String, { description: '给人看的文字 / The value in words: the label of a code' })
  label(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return labelOf(this.statement.field, openStatement(this.statement), language);
  }

  @Field(() => String, {
    nullable: true,
    description: '原文，仅在与值不同时给出 / As written; null where the reading does not differ',
  })
  get raw() {
    return openWritten(this.statement);
  }

  @Field(() => ValueSource, { description: '出处 / Source' })
  get source() {
    return new ValueSource(this.statement.evidence, this.statement.field);
  }
}

@ObjectType({
  description:
    '按公布的优先级从可见记录中选出的值 / A value chosen from the visible records by the published priorities',
})
export class SourcedValue extends StatedValue {
  constructor(private readonly choice: Choice) {
    super(choice.chosen);
  }

  @Field(() => [ValueSource], { description: '说法相同的其他记录 / The other visible records that state the same' })
  get agreeing() {
    return this.choice.agreeing.map((each) => new ValueSource(each.evidence, each.field));
  }

  @Field(() => [StatedValue], { description: '说法不同的其他记录 / What other visible records state instead' })
  get others() {
    return this.choice.differing.map((each) => new StatedValue(each));
  }
}

@ObjectType({ description: '记录中的一个字段 / One field of a record' })
export class RecordField extends StatedValue {
  @Field(() => String, { description: '字段名称 / Name of the field in words' })
  fieldLabel(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return wordsOfField(this.statement.field)[language];
  }
}
