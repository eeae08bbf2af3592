import { FIELDS } from '../model/field.js';
import type { Words } from '../model/register.js';

/** A field's name in both languages; one that the house gives no meaning to has the name its importer gave it. */
export function wordsOfField(field: string): Words {
  return (FIELDS as Readonly<Record<string, Words>>)[field] ?? MORE[field] ?? { zh: field, en: field };
}

/** Fields that only one dataset states, and that `model/field` therefore does not list. */
const MORE: Readonly<Record<string, Words>> = {
  estateOrRoad: { zh: '小区或路街', en: 'estate or road' },
  buildingNumber: { zh: '栋', en: 'number of the building' },
  unit: { zh: '单元', en: 'unit' },
  dwellingKind: { zh: '房屋类型', en: 'kind of dwelling' },
  buildingName: { zh: '楼栋名称', en: 'name of the building' },
  buildingKind: { zh: '楼栋类型', en: 'kind of building' },
  units: { zh: '单元数', en: 'number of units' },
  floors: { zh: '层数', en: 'number of floors' },
  organisationKind: { zh: '组织类别', en: 'kind of organisation' },
  parentCode: { zh: '上级代码', en: 'code of the one above' },
  secretaryName: { zh: '书记姓名', en: 'name of the secretary' },
  foundedOn: { zh: '成立日期', en: 'date of foundation' },
  placeName: { zh: '场所名称', en: 'name of the place' },
  placeKind: { zh: '场所类别', en: 'kind of place' },
  creditCode: { zh: '统一社会信用代码', en: 'unified social credit code (GB 32100)' },
  contactName: { zh: '联系人', en: 'contact' },
  contactPhone: { zh: '联系人电话', en: 'telephone of the contact' },
  title: { zh: '标题', en: 'title' },
  description: { zh: '描述', en: 'description' },
  occurredAt: { zh: '发生时间', en: 'when it occurred' },
  reportedAt: { zh: '上报时间', en: 'when it was reported' },
  status: { zh: '办理状态', en: 'state of handling' },
  gridName: { zh: '网格名称', en: 'name of the grid' },
  gridKind: { zh: '网格类别', en: 'kind of grid' },
  level: { zh: '层级', en: 'level' },
  plannedHouseholds: { zh: '规划户数', en: 'planned number of households' },
  floatingMember: { zh: '是否流动党员', en: 'floating member' },
};
