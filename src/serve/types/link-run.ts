import { Arg, Field, Float, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import {
  DRIFT_FIGURES,
  VIOLATIONS,
  type BigCluster,
  type Drift,
  type LinkRun,
  type ReasonShare,
  type RunQuality,
  type Violation,
} from '../../model/link-run.js';
import { LINK_REASONS, type LinkReason } from '../../model/link.js';
import { connectionOf } from '../connection.js';
import { Language } from './enums.js';

@ObjectType('ReasonShare', {
  description: '关联依据占比 / Current records of one register that are linked for one reason, by kind of entity',
})
export class ReasonShareType {
  constructor(private readonly told: ReasonShare) {}

  @Field(() => String, { description: '部门登记 / Register' })
  get register() {
    return this.told.register;
  }

  @Field(() => String, { description: '对象种类：person、household、dwelling、building / Kind of entity' })
  get kind() {
    return this.told.kind;
  }

  @Field(() => String, { description: '依据代码 / Code of the reason; ALONE where no other record is the same' })
  get reason() {
    return this.told.reason;
  }

  @Field(() => String, { description: '依据 / The reason in a sentence' })
  sentence(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return LINK_REASONS[this.told.reason as LinkReason]?.[language] ?? this.told.reason;
  }

  @Field(() => Float, { description: '记录数 / Records' })
  get records() {
    return this.told.records;
  }
}

@ObjectType({ description: '簇的大小 / How many entities have so many records' })
export class ClusterSize {
  @Field(() => String, { description: '对象种类 / Kind of entity' })
  kind!: string;
  @Field(() => Int, { description: '记录数下限，到下一档为止 / Records, at least; up to the next size in this list' })
  from!: number;
  @Field(() => Float, { description: '对象数 / Entities' })
  entities!: number;
}

@ObjectType({ description: '一个部门登记的记录数 / Records of one register' })
export class RegisterCount {
  @Field(() => String, { description: '部门登记 / Register' })
  register!: string;
  @Field(() => Float, { description: '记录数 / Records' })
  records!: number;
}

@ObjectType('BigCluster', {
  description: '最大的簇 / One of the entities with most records; which one, the command line tells',
})
export class BigClusterType {
  constructor(private readonly told: BigCluster) {}

  @Field(() => String, { description: '对象种类 / Kind of entity' })
  get kind() {
    return this.told.kind;
  }

  @Field(() => Float, { description: '记录数 / Records' })
  get records() {
    return this.told.records;
  }

  @Field(() => [RegisterCount], { description: '来自哪些登记 / Of which registers' })
  get registers() {
    return Object.entries(this.told.registers).map(([register, records]) => ({ register, records }));
  }
}

@ObjectType({
  description: '无对应的人员记录 / Current records of people that no other record is held to be the same as',
})
export class AloneShare {
  @Field(() => String, { description: '数据集 / Dataset' })
  dataset!: string;
  @Field(() => Float, { description: '无对应的记录 / Records that stand alone' })
  alone!: number;
  @Field(() => Float, { description: '人员记录总数 / Records of people in all' })
  of!: number;
}

@ObjectType('QueueStanding', { description: '待复核 / What waits for a person' })
export class ReviewQueueType {
  @Field(() => Float, { description: '待复核的对 / Pairs in the queue' })
  open!: number;
  @Field(() => Float, { description: '待第二人确认的判定 / Decisions that wait for a second reviewer' })
  proposed!: number;
  @Field(() => String, {
    nullable: true,
    description: '最早进入时间；无待复核时为 null / Since when the oldest waits; null while nothing does',
  })
  oldest!: string | null;
}

@ObjectType('LinkageViolation', { description: '不应发生的情形 / What records of one person must not hold together' })
export class ViolationType {
  constructor(private readonly told: Violation) {}

  @Field(() => String, {
    description: '代码，亦为问题代码 / Code; `findings` with this code names the records',
  })
  get code() {
    return this.told.code;
  }

  @Field(() => String, { description: '说明 / In words' })
  label(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return VIOLATIONS[this.told.code][language];
  }

  @Field(() => Boolean, {
    description:
      '须为 0；否则可能是登记之间的矛盾 / Must be 0; where false, a register may be at fault rather than the link',
  })
  get mustBeZero() {
    return VIOLATIONS[this.told.code].never;
  }

  @Field(() => Float, { description: '人数 / People' })
  get persons() {
    return this.told.persons;
  }
}

@ObjectType({
  description: '候选召回 / Records with their number hidden, and how many a rule still brought before their person',
})
export class BlockingRecall {
  @Field(() => String, { description: '规则；最后一项为全部规则 / Rule; the last is all of them together' })
  rule!: string;
  @Field(() => Float, { description: '找到 / Found' })
  found!: number;
  @Field(() => Float, { description: '总数 / Of so many' })
  of!: number;
}

@ObjectType({ description: '权重分布 / Candidate pairs by weight' })
export class WeightBin {
  @Field(() => Float, { description: '下限，比特；每档 2 比特 / Lower edge in bits; a bin is 2 bits wide' })
  from!: number;
  @Field(() => Float, { description: '候选对数 / Pairs' })
  pairs!: number;
}

@ObjectType({ description: '过大的分组 / Blocks that were too large to compare whole' })
export class CappedBlocks {
  @Field(() => String, { description: '规则 / Rule' })
  rule!: string;
  @Field(() => Float, { description: '分组数 / Blocks' })
  blocks!: number;
  @Field(() => Float, { description: '记录数 / Records in them' })
  records!: number;
}

@ObjectType('LinkageDrift', { description: '与上次相比 / A figure beside the run before' })
export class DriftType {
  constructor(private readonly told: Drift) {}

  @Field(() => String, { description: '指标代码 / Code of the figure' })
  get figure() {
    return this.told.figure;
  }

  @Field(() => String, { description: '指标 / The figure in words' })
  label(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return DRIFT_FIGURES[this.told.figure][language];
  }

  @Field(() => Float, { description: '上次；占比为 0–1 / The run before; a share is 0…1' })
  get before() {
    return this.told.before;
  }

  @Field(() => Float, { description: '本次 / This run' })
  get now() {
    return this.told.now;
  }

  @Field(() => Float, { description: '预期变动上限 / How far it may move in a night' })
  get expected() {
    return this.told.expected;
  }

  @Field(() => Boolean, { description: '超出预期 / It moved further' })
  get beyond() {
    return this.told.beyond;
  }
}

@ObjectType('LinkageQuality', {
  description: '关联质量 / How good the links are after a run; figures of the whole county',
})
export class LinkageQualityType {
  constructor(private readonly of: LinkRun) {}

  private get told(): RunQuality {
    return this.of.quality;
  }

  @Field(() => LinkageRun, { description: '哪次运行 / The run' })
  get run(): object {
    return new LinkageRun(this.of);
  }

  @Field(() => [ReasonShareType], { description: '各登记的关联依据 / Records by register, kind and reason' })
  get reasons() {
    return this.told.reasons.map((share) => new ReasonShareType(share));
  }

  @Field(() => [ClusterSize], { description: '簇的大小分布 / Entities by how many records speak of them' })
  get sizes() {
    return this.told.sizes;
  }

  @Field(() => [BigClusterType], { description: '最大的簇 / Most records first, by kind' })
  get biggest() {
    return this.told.biggest.map((cluster) => new BigClusterType(cluster));
  }

  @Field(() => [AloneShare], { description: '无对应的人员记录 / Records of people that stand alone, by dataset' })
  get alone() {
    return this.told.alone;
  }

  @Field(() => ReviewQueueType, { description: '待复核 / What waits for a person' })
  get queue() {
    return this.told.queue;
  }

  @Field(() => Float, { description: '号码相同而姓名矛盾 / Equal numbers beside contradicting names' })
  get conflicts() {
    return this.told.conflicts;
  }

  @Field(() => [ViolationType], { description: '不应发生的情形 / What records of one person must not hold' })
  get violations() {
    return this.told.violations.map((violation) => new ViolationType(violation));
  }

  @Field(() => [BlockingRecall], {
    description: '候选召回；仅规则关联时为空 / Blocking recall; empty while only rules link',
  })
  get blockingRecall() {
    return this.told.engine?.blockingRecall ?? [];
  }

  @Field(() => [WeightBin], { description: '权重分布；仅规则关联时为空 / Weights; empty while only rules link' })
  get weights() {
    return this.told.engine?.weights ?? [];
  }

  @Field(() => [CappedBlocks], { description: '过大的分组 / Blocks that were cut short' })
  get capped() {
    return this.told.engine?.capped ?? [];
  }

  @Field(() => Float, {
    nullable: true,
    description: '评分的候选对；仅规则关联时为 null / Candidate pairs scored; null while only rules link',
  })
  get pairsScored() {
    return this.told.engine?.pairsScored ?? null;
  }

  @Field(() => [DriftType], { description: '与上次相比；首次为空 / Beside the run before; empty for the first' })
  get drift() {
    return this.told.drift.map((drift) => new DriftType(drift));
  }
}

@ObjectType({ description: '一次关联运行 / One run of the linkage' })
export class LinkageRun {
  constructor(private readonly told: LinkRun) {}

  @Field(() => Int, { description: '编号 / Number, for `linkageQuality(run:)`' })
  get number() {
    return this.told.id;
  }

  @Field(() => GraphQLISODateTime, { description: '开始 / Started' })
  get started() {
    return this.told.started;
  }

  @Field(() => GraphQLISODateTime, { description: '结束 / Finished' })
  get finished() {
    return this.told.finished;
  }

  @Field(() => Boolean, { description: '全量 / Everything was read, not only what a night touched' })
  get whole() {
    return this.told.whole;
  }

  @Field(() => String, {
    nullable: true,
    description: '模型版本；仅规则关联时为 null / Version of the model; null while only rules link',
  })
  get model() {
    return this.told.model;
  }

  @Field(() => [String], { description: '所计的部门登记 / Registers that the figures speak of' })
  get registers() {
    return this.told.registers;
  }

  @Field(() => Float, { description: '触及的记录 / Records touched' })
  get touched() {
    return this.told.counts.touched;
  }

  @Field(() => Float, { description: '读取的记录 / Records read' })
  get recordsRead() {
    return this.told.counts.recordsRead;
  }

  @Field(() => Float, { description: '新增对象 / Entities that are new' })
  get added() {
    return this.told.counts.added;
  }

  @Field(() => Float, { description: '并入其他的对象 / Entities merged into others' })
  get merged() {
    return this.told.counts.merged;
  }

  @Field(() => Float, { description: '拆分 / Entities that were split' })
  get split() {
    return this.told.counts.split;
  }

  @Field(() => Float, { description: '停用对象 / Entities of which no current record speaks any more' })
  get retired() {
    return this.told.counts.retired;
  }

  @Field(() => Float, { description: '关联用时，秒 / Seconds of linking' })
  get seconds() {
    return this.told.counts.seconds;
  }

  @Field(() => Int, { description: '不得发生的情形，须为 0 / What must be 0' })
  get violations() {
    return this.told.violations;
  }

  @Field(() => LinkageQualityType, { description: '关联质量 / How good the links are after it' })
  get quality(): LinkageQualityType {
    return new LinkageQualityType(this.told);
  }
}

export const LinkageRunConnection = connectionOf<LinkageRun>('LinkageRun', '关联运行', () => LinkageRun as never);
