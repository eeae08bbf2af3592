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
