import type { Words } from './register.js';

/** What kind of fact a field is: a grant names the classes that are shown as stated. */
export const FIELD_CLASSES = ['basic', 'contact', 'identity', 'benefit', 'party', 'location'] as const;
export type FieldClass = (typeof FIELD_CLASSES)[number];

export interface FieldMeaning extends Words {
  readonly class: FieldClass;
}

/**
 * The fields that the house gives a meaning to, whatever department states them. A record may hold others
 * (a fifth department's own): these are shown on the source record only.
 *
 * Values, as stored in `record.stated`: dates `YYYY-MM-DD`, or `YYYY-MM` / `YYYY` where no more was stated; moments RFC 3339
 * with +08:00; codes are the code, not the label; yuan is a number; `address` is the text and `addressElements` its parse.
 */
export const FIELDS = {
  name: { zh: '姓名', en: 'name', class: 'basic' },
  formerName: { zh: '曾用名', en: 'former name', class: 'basic' },
  /** Only a valid number, 18 characters; see `idNumberInvalid`. */
  idNumber: { zh: '公民身份号码', en: 'citizen identity number (GB 11643)', class: 'identity' },
  /** What stood there when it was not a valid number, cleaned of blanks and full-width forms. */
  idNumberInvalid: { zh: '无效的身份号码', en: 'identity number that failed validation', class: 'identity' },
  /** A valid number that another document of the row is made of (残疾证号), where the row's own is missing or not valid. */
  certifiedIdNumber: { zh: '证件所载身份号码', en: 'identity number that another document holds', class: 'identity' },
  idType: { zh: '证件类型', en: 'type of identity document', class: 'identity' },
  otherIdNumber: { zh: '其他证件号码', en: 'number of another identity document', class: 'identity' },
  sex: { zh: '性别', en: 'sex (GB/T 2261.1)', class: 'basic' },
  birthDate: { zh: '出生日期', en: 'date of birth', class: 'basic' },
  phone: { zh: '联系电话', en: 'telephone', class: 'contact' },
  maritalStatus: { zh: '婚姻状况', en: 'marital status (GB/T 2261.2)', class: 'basic' },
  education: { zh: '文化程度', en: 'education (GB/T 4658)', class: 'basic' },
  workplace: { zh: '服务处所', en: 'workplace', class: 'basic' },
  householdNumber: { zh: '户号', en: 'household register number', class: 'basic' },
  relation: { zh: '与户主关系', en: 'relation to the head (GB/T 4761)', class: 'basic' },
  headName: { zh: '户主姓名', en: 'name of the head', class: 'basic' },
  headIdNumber: { zh: '户主身份证号', en: 'identity number of the head', class: 'identity' },
  headIdNumberInvalid: { zh: '无效的户主身份证号', en: 'head’s number that failed validation', class: 'identity' },
  registeredDivision: { zh: '户籍地区划', en: 'division of registration', class: 'location' },
  /** Village code (12 digits) of the place the row speaks of. */
  village: { zh: '村(社区)', en: 'village or community', class: 'location' },
  township: { zh: '乡镇(街道)', en: 'township or street', class: 'location' },
  gridCode: { zh: '网格编码', en: 'grid code', class: 'location' },
  address: { zh: '地址', en: 'address', class: 'location' },
  addressElements: { zh: '地址要素', en: 'address elements', class: 'location' },
  householdStatus: { zh: '户口状态', en: 'state of the registration', class: 'basic' },
  statusDate: { zh: '状态日期', en: 'date of that state', class: 'basic' },
  updatedAt: { zh: '更新时间', en: 'when the register changed it', class: 'basic' },
  deathDate: { zh: '死亡日期', en: 'date of death', class: 'basic' },
  cremationDate: { zh: '火化日期', en: 'date of cremation', class: 'basic' },
  residence: { zh: '人户状态', en: 'residence against registration', class: 'location' },
  careTags: { zh: '关爱标签', en: 'care tags', class: 'benefit' },
  collectedAt: { zh: '采集时间', en: 'collected at', class: 'basic' },
  collectedBy: { zh: '采集人', en: 'collected by', class: 'basic' },
  dwellingCode: { zh: '房屋编码', en: 'dwelling code', class: 'location' },
  buildingCode: { zh: '楼栋编码', en: 'building code', class: 'location' },
  /** Id of a building item of the same register's feed. */
  buildingId: { zh: '楼栋标识', en: 'building item', class: 'location' },
  room: { zh: '室', en: 'room', class: 'location' },
  longitude: { zh: '经度', en: 'longitude (CGCS2000)', class: 'location' },
  latitude: { zh: '纬度', en: 'latitude (CGCS2000)', class: 'location' },
  programme: { zh: '保障项目', en: 'benefit programme', class: 'benefit' },
  benefitCategory: { zh: '保障类别', en: 'category of the benefit', class: 'benefit' },
  monthlyAmount: { zh: '保障金额(元/月)', en: 'monthly amount, yuan', class: 'benefit' },
  benefitSince: { zh: '保障起始', en: 'since when the benefit is drawn', class: 'benefit' },
  /** Of an event; what a benefit is for is another field, of another class. */
  category: { zh: '类别', en: 'category', class: 'basic' },
  /** Of a post. */
  since: { zh: '起始', en: 'since', class: 'basic' },
  until: { zh: '截止', en: 'until', class: 'basic' },
  organisationCode: { zh: '组织代码', en: 'organisation code', class: 'party' },
  organisationName: { zh: '组织名称', en: 'organisation name', class: 'party' },
  memberStatus: { zh: '人员类别', en: 'kind of membership', class: 'party' },
  joinedOn: { zh: '入党日期', en: 'date of joining', class: 'party' },
  /** An office's own number of the entry: the key of its register. */
  registrationNumber: { zh: '登记编号', en: 'registration number', class: 'basic' },
  registeredOn: { zh: '登记日期', en: 'registered on', class: 'basic' },
  expiresOn: { zh: '到期日期', en: 'expires on', class: 'basic' },
  residenceReason: { zh: '居住事由', en: 'reason of residence', class: 'basic' },
  estateOrRoad: { zh: '小区或路街', en: 'estate or road', class: 'location' },
  buildingNumber: { zh: '栋', en: 'number of the building', class: 'location' },
  unit: { zh: '单元', en: 'unit', class: 'location' },
  dwellingKind: { zh: '房屋类型', en: 'kind of dwelling', class: 'location' },
  ownerName: { zh: '房主姓名', en: 'name of the owner', class: 'basic' },
  ownerIdNumber: { zh: '房主证件号码', en: 'identity number of the owner', class: 'identity' },
  ownerIdNumberInvalid: { zh: '无效的房主证件号码', en: 'owner’s number that failed validation', class: 'identity' },
  guardianName: { zh: '监护人', en: 'guardian', class: 'basic' },
  note: { zh: '备注', en: 'note', class: 'benefit' },
  handledBy: { zh: '经办人', en: 'handled by', class: 'basic' },
  organisationKind: { zh: '组织类别', en: 'kind of organisation', class: 'party' },
  /** Code of the organisation, grid or division above. */
  parentCode: { zh: '上级代码', en: 'code of the one above', class: 'basic' },
  secretaryName: { zh: '书记姓名', en: 'name of the secretary', class: 'party' },
  foundedOn: { zh: '成立日期', en: 'founded on', class: 'party' },
  floatingMember: { zh: '是否流动党员', en: 'member away from home', class: 'party' },
  contactHouseholds: { zh: '联系户', en: 'heads of the households kept in touch with', class: 'party' },
  reportsToCommunity: { zh: '双报到社区', en: 'community reported to', class: 'party' },
  /** Id of the item in its feed, unique within the resource. */
  id: { zh: '条目标识', en: 'item id', class: 'basic' },
  gridName: { zh: '网格名称', en: 'grid', class: 'location' },
  gridKind: { zh: '网格类型', en: 'kind of grid', class: 'location' },
  level: { zh: '层级', en: 'level in the tree, 1 the county', class: 'location' },
  plannedHouseholds: { zh: '规划户数', en: 'households planned for', class: 'location' },
  boundary: { zh: '边界', en: 'boundary (GeoJSON, CGCS2000)', class: 'location' },
  role: { zh: '岗位', en: 'post', class: 'basic' },
  buildingName: { zh: '楼栋名称', en: 'building', class: 'location' },
  buildingKind: { zh: '楼栋类型', en: 'kind of building', class: 'location' },
  units: { zh: '单元数', en: 'number of units', class: 'location' },
  floors: { zh: '层数', en: 'number of floors', class: 'location' },
  placeName: { zh: '场所名称', en: 'place', class: 'location' },
  placeKind: { zh: '场所类型', en: 'kind of place', class: 'location' },
  creditCode: { zh: '统一社会信用代码', en: 'unified social credit code (GB 32100)', class: 'identity' },
  contactName: { zh: '联系人', en: 'contact', class: 'basic' },
  contactPhone: { zh: '联系人电话', en: 'telephone of the contact', class: 'contact' },
  title: { zh: '标题', en: 'title', class: 'basic' },
  description: { zh: '描述', en: 'description', class: 'basic' },
  occurredAt: { zh: '发生时间', en: 'occurred at', class: 'basic' },
  reportedAt: { zh: '上报时间', en: 'reported at', class: 'basic' },
  reporterName: { zh: '报告人', en: 'reporter', class: 'basic' },
  /** `[{ name, idNumber | idNumberInvalid, phone }]` */
  people: { zh: '当事人', en: 'people concerned', class: 'identity' },
  status: { zh: '状态', en: 'status', class: 'basic' },
  /** `[{ action, actor, level, at, note }]` in the order they were taken. */
  steps: { zh: '处置过程', en: 'steps taken', class: 'basic' },
} as const satisfies Record<string, FieldMeaning>;

export type FieldName = keyof typeof FIELDS;
