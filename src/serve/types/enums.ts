import { registerEnumType } from 'type-graphql';

export enum Language {
  ZH = 'zh',
  EN = 'en',
}
registerEnumType(Language, { name: 'Language', description: '语言 / Language of labels and sentences' });

export enum EntityStatus {
  ACTIVE = 'active',
  RETIRED = 'retired',
}
registerEnumType(EntityStatus, {
  name: 'EntityStatus',
  description: '状态 / Whether a current record still speaks of it',
  valuesConfig: {
    ACTIVE: { description: '有现行记录 / A current record speaks of it' },
    RETIRED: { description: '仅余停用记录 / Only retired records are left that this viewer can see' },
  },
});

export enum EntityKind {
  PERSON = 'Person',
  HOUSEHOLD = 'Household',
  DWELLING = 'Dwelling',
  BUILDING = 'Building',
  ORGANISATION = 'Organisation',
  PLACE = 'Place',
  EVENT = 'Event',
  GRID = 'Grid',
}
registerEnumType(EntityKind, {
  name: 'EntityKind',
  description: '对象的种类 / Kinds of entities',
  valuesConfig: {
    PERSON: { description: '人 / Person' },
    HOUSEHOLD: { description: '户 / Household' },
    DWELLING: { description: '住房 / Dwelling' },
    BUILDING: { description: '楼栋 / Building' },
    ORGANISATION: { description: '组织 / Organisation' },
    PLACE: { description: '场所 / Place' },
    EVENT: { description: '事件 / Event' },
    GRID: { description: '网格 / Grid' },
  },
});

export enum EntityChangeType {
  CREATED = 'created',
  CHANGED = 'changed',
  MERGED = 'merged',
  SPLIT = 'split',
  MOVED = 'moved',
  RETIRED = 'retired',
  REVIVED = 'revived',
}
registerEnumType(EntityChangeType, {
  name: 'EntityChangeType',
  description: '对象的变化 / What can become of an entity. Of each, read the entity anew',
  valuesConfig: {
    CREATED: { description: '新出现 / It was not there before, as far as this viewer sees' },
    CHANGED: { description: '其记录有增减或变更 / A record of it changed, appeared or went' },
    MERGED: { description: '并入 into，此标识指向后者 / It went into `into`, where its id leads from now on' },
    SPLIT: { description: '拆分：部分记录成为新的 into / Some of its records are the new entity `into`' },
    MOVED: { description: '部分记录移至已有的 into / Some of its records went to `into`, which was there before' },
    RETIRED: {
      description: '不再有现行记录 / No current record of it is left that this viewer can see; perhaps none at all',
    },
    REVIVED: { description: '重新有现行记录 / It has a current record again' },
  },
});

export enum HouseholdKind {
  REGISTERED = 'registered',
  RESIDENTIAL = 'residential',
}
registerEnumType(HouseholdKind, {
  name: 'HouseholdKind',
  description: '户的种类 / Kind of household',
  valuesConfig: {
    REGISTERED: { description: '户籍户（户号） / The registered household (户号)' },
    RESIDENTIAL: { description: '居住户（同住一处） / Those who live together in a dwelling' },
  },
});

export enum Tie {
  REGISTERED = 'registered',
  RESIDENT = 'resident',
}
registerEnumType(Tie, {
  name: 'Tie',
  description: '人与住处的关系 / What ties a person to a home',
  valuesConfig: {
    REGISTERED: { description: '户籍在此 / Registered there' },
    RESIDENT: { description: '居住在此 / Lives there' },
  },
});

export enum Severity {
  ERROR = 'error',
  WARNING = 'warning',
  NOTE = 'note',
}
registerEnumType(Severity, {
  name: 'Severity',
  description: '问题的严重程度 / How grave a finding is',
  valuesConfig: {
    ERROR: { description: '损失该行或该次交付 / Costs the row or the delivery' },
    WARNING: { description: '损失该单元格 / Costs the cell' },
    NOTE: { description: '无损失 / Costs nothing' },
  },
});

export enum DeliveryState {
  TAKEN = 'taken',
  HELD = 'held',
  REFUSED = 'refused',
  DUPLICATE = 'duplicate',
}
registerEnumType(DeliveryState, {
  name: 'DeliveryState',
  description: '交付的处理结果 / What became of a delivery',
  valuesConfig: {
    TAKEN: { description: '已接收 / Taken in' },
    HELD: { description: '暂挂，待数据员确认 / Held for the data officer' },
    REFUSED: { description: '拒收 / Refused' },
    DUPLICATE: { description: '重复，未作改动 / The same bytes were taken before' },
  },
});

export enum DecidedKind {
  PERSON = 'person',
  HOUSEHOLD = 'household',
  BUILDING = 'building',
  DWELLING = 'dwelling',
}
registerEnumType(DecidedKind, {
  name: 'DecidedKind',
  description: '判定的对象种类 / Of what kind the two records are decided to be one',
  valuesConfig: {
    PERSON: { description: '人 / Person' },
    HOUSEHOLD: { description: '户 / Household' },
    BUILDING: { description: '楼栋 / Building' },
    DWELLING: { description: '住房 / Dwelling' },
  },
});

export enum Verdict {
  SAME = 'same',
  DIFFERENT = 'different',
  UNSURE = 'unsure',
}
registerEnumType(Verdict, {
  name: 'Verdict',
  description: '判定 / What a person says of two records',
  valuesConfig: {
    SAME: { description: '同一个 / They are the same' },
    DIFFERENT: { description: '不是同一个 / They are different' },
    UNSURE: {
      description: '无法判断：移出队列，不影响归并 / Nobody can tell: it leaves the queue and changes no link',
    },
  },
});

export enum DecisionState {
  PROPOSED = 'proposed',
  EFFECTIVE = 'effective',
  REVOKED = 'revoked',
}
registerEnumType(DecisionState, {
  name: 'DecisionState',
  description: '判定的状态 / Where a decision stands',
  valuesConfig: {
    PROPOSED: { description: '待第二人确认 / Waits for a second reviewer' },
    EFFECTIVE: { description: '已生效：优先于引擎 / In effect: outranks the engine' },
    REVOKED: { description: '已撤销，仍在案 / Revoked, and still on record' },
  },
});

export enum DecisionOrigin {
  REVIEW = 'review',
  UNDO = 'undo',
  COMMAND = 'command',
}
registerEnumType(DecisionOrigin, {
  name: 'DecisionOrigin',
  description: '判定的来由 / Where a decision came from',
  valuesConfig: {
    REVIEW: { description: '经本接口审核 / Reviewed through this API' },
    UNDO: { description: '撤销某次合并或拆分 / A merge or a split that was undone' },
    COMMAND: { description: '数据员在命令行作出 / The data officer’s command line' },
  },
});

export enum Agreement {
  SAME = 'same',
  NEAR = 'near',
  DIFFERENT = 'different',
}
registerEnumType(Agreement, {
  name: 'Agreement',
  description: '两值是否一致，不显示值本身 / How two values stand to each other, without the values',
  valuesConfig: {
    SAME: { description: '同 / The same' },
    NEAR: { description: '近 / Near' },
    DIFFERENT: { description: '异 / Different' },
  },
});

/** What may be revealed one by one; the values are names of fields of the record. */
export enum RevealedField {
  NAME = 'name',
  BIRTH_DATE = 'birthDate',
  ID_NUMBER = 'idNumber',
  PHONE = 'phone',
  ADDRESS = 'address',
}
registerEnumType(RevealedField, {
  name: 'RevealedField',
  description: '可逐个揭示的字段 / A field of which a whole value can be revealed',
  valuesConfig: {
    NAME: { description: '姓名 / Name' },
    BIRTH_DATE: { description: '出生日期 / Date of birth' },
    ID_NUMBER: { description: '公民身份号码 / Citizen identity number' },
    PHONE: { description: '联系电话 / Telephone' },
    ADDRESS: { description: '地址 / Address' },
  },
});
