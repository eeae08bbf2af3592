import type { Database } from '../database/connect.js';
import { LINK_REASONS, type LinkReason } from '../model/link.js';
import type { Dataset } from '../model/importer.js';
import type { Words } from '../model/register.js';
import { NAME_LEVELS } from './compare/chinese-name.js';
import { compareNames } from './compare-names.js';
import { ownNameOf } from './compare/own-name.js';
import { explainPersons } from './explain-persons.js';
import { findRecord } from './find-record.js';
import { foldName } from './fold-name.js';
import { judge } from './form-person-clusters.js';

export interface Explanation {
  /** Both refs cite a record. */
  readonly found: boolean;
  readonly kinds: readonly KindExplanation[];
  /** The whole of it as sentences; no value of a person is in them. */
  readonly sentences: readonly Words[];
}

export interface KindExplanation {
  readonly kind: ExplainedKind;
  /** null where one of the two speaks of nothing of the kind. */
  readonly same: boolean | null;
  /** Why each is where it is; null where it is nowhere. */
  readonly reasons: readonly [LinkReason | null, LinkReason | null];
  readonly because: Words;
}

type ExplainedKind = keyof typeof KIND_WORDS;

const KIND_WORDS = {
  person: { zh: '人', en: 'person' },
  household: { zh: '户', en: 'household' },
  dwelling: { zh: '房屋', en: 'dwelling' },
  building: { zh: '楼栋', en: 'building' },
} as const satisfies Record<string, Words>;

/** What stands against two records being one, by kind. */
const AGAINST = {
  SILENT: { zh: '至少一方没有说明', en: 'at least one of them says nothing of it, or too little' },
  SAME_RECORD: { zh: '两个引用指向同一条记录', en: 'both refs cite one record' },
  NUMBERS_DIFFER: {
    zh: '两个有效身份号码不同：永不自动合并',
    en: 'two different valid identity numbers: never one person without a human’s word',
  },
  NUMBER_MISSING: {
    zh: '至少一方没有有效身份号码，确定性规则不适用；其余内容的分量见下',
    en: 'at least one has no valid identity number, so the deterministic rule does not reach it; what the rest is worth follows',
  },
  NUMBER_SET_ASIDE: {
    zh: '其中一方所写号码属于他人，不予采用；其余内容指向另一人',
    en: 'the number of one of them is somebody else’s and was set aside; the rest points to another person',
  },
  DECISION: { zh: '由人工判定分开', en: 'a person decided so' },
  NAMES_CONTRADICT: {
    zh: '身份号码相同，但姓名矛盾：待人工判定',
    en: 'the numbers are equal, but the names contradict: a person has to decide',
  },
  NUMBER_ALONE: { zh: '身份号码相同，但没有其他内容可佐证', en: 'the numbers are equal, and nothing else agrees' },
  THROUGH_ANCHOR: {
    zh: '身份号码相同，但其中一条与该号码的主记录矛盾',
    en: 'the numbers are equal, but one of them contradicts the leading record of that number',
  },
  KINDS_OF_HOUSEHOLD: {
    zh: '一方是户籍户，另一方是居住户',
    en: 'one is a registered household, the other a residential one',
  },
  HOUSEHOLD_NUMBERS: { zh: '户号不同', en: 'the household numbers differ' },
  TWO_HEADS: {
    zh: '同一住房，但户主不同，且没有证据表明是一户',
    en: 'one dwelling, but two heads whom no person, name or register ties together',
  },
  HEADS: { zh: '住房或户主不同', en: 'the dwelling or the head differs' },
  CODES: {
    zh: '编码不同，地址要素也未指向同一处',
    en: 'the codes differ, and the address elements do not mean one place',
  },
  ADDRESSES: {
    zh: '村内地址要素不同，或不够具体',
    en: 'the address elements within the village differ, or are too vague',
  },
} as const satisfies Record<string, Words>;

interface Side {
  readonly record: number;
  readonly name: string | null;
  /** Its index, where it is sealed. */
  readonly id_number: string | null;
  /** Whole, once it was opened. */
  number: string | null;
  readonly birth_date: string | null;
  readonly former_name: string | null;
  readonly sex: string | null;
  readonly tie: string | null;
  readonly person: number | null;
  readonly household: number | null;
  readonly dwelling: number | null;
  readonly building: number | null;
  readonly person_reason: LinkReason | null;
  readonly household_reason: LinkReason | null;
  readonly dwelling_reason: LinkReason | null;
  readonly building_reason: LinkReason | null;
  readonly dwelling_key: number | null;
  readonly building_key: number | null;
}

/** Why two records are, or are not, held to speak of the same person, household, dwelling and building. */
export async function explainPair(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
  one: string,
  other: string,
): Promise<Explanation> {
  const ids = [await findRecord(database, county, one), await findRecord(database, county, other)] as const;
  const missing = [one, other].filter((_, i) => ids[i] === null);
  if (missing.length > 0) {
    const sentences = missing.map((ref) => ({
      zh: `没有这条记录：${ref}`,
      en: `No delivery that was taken has ${ref}.`,
    }));
    return { found: false, kinds: [], sentences };
  }
  const rows = await database.query<Side>(
    `select l.*, r.name, r.id_number, coalesce(r.stated->'idNumber'->>'sealed', r.id_number) as number, r.birth_date, r.stated->>'formerName' as former_name, r.stated->>'sex' as sex
     from record r join link l on l.county = r.county and l.record = r.id where r.county = $1 and r.id = any($2)`,
    [county, ids],
  );
  const sides = ids.map((id) => rows.find((row) => row.record === id));
  const [left, right] = sides;
  if (!left || !right) {
    return {
      found: false,
      kinds: [],
      sentences: [{ zh: '记录尚未归并', en: 'The linkage has not read these records yet.' }],
    };
  }
  for (const side of [left, right]) side.number &&= database.sealing.open(side.number);
  const kinds = (Object.keys(KIND_WORDS) as ExplainedKind[]).map((kind) => explainKind(kind, left, right));
  const weighed = await database.transaction((client) =>
    explainPersons(client, database.sealing, county, datasets, [left.record, right.record]),
  );
  const [person, ...homes] = kinds.map(tell);
  return { found: true, kinds, sentences: [person!, ...weighed, ...homes] };
}

function explainKind(kind: ExplainedKind, left: Side, right: Side): KindExplanation {
  const reasons = [left[`${kind}_reason`], right[`${kind}_reason`]] as const;
  const same = left[kind] === null || right[kind] === null ? null : left[kind] === right[kind];
  const because =
    left.record === right.record
      ? AGAINST.SAME_RECORD
      : same === null
        ? AGAINST.SILENT
        : same
          ? (agreementOf(kind, left, right) ?? LINK_REASONS[weakerReason(reasons)])
          : AGAINST[againstOf(kind, left, right)];
  return { kind, same, reasons, because };
}

/** The chain between two records is as strong as its weaker end. */
function weakerReason(reasons: readonly [LinkReason | null, LinkReason | null]): LinkReason {
  const order = Object.keys(LINK_REASONS);
  return order.indexOf(reasons[0]!) >= order.indexOf(reasons[1]!) ? reasons[0]! : reasons[1]!;
}

function agreementOf(kind: ExplainedKind, left: Side, right: Side): Words | null {
  if (kind !== 'person' || !left.name || !right.name) return null;
  const level = compareNames(foldName(left.name), foldName(right.name));
  const reason = LINK_REASONS[weakerReason([left.person_reason, right.person_reason])];
  const words = NAME_LEVELS.find(({ code }) => code === level);
  return words ? { zh: `${reason.zh}（${words.zh}）`, en: `${reason.en} (${words.en})` } : reason;
}

function againstOf(kind: ExplainedKind, left: Side, right: Side): keyof typeof AGAINST {
  if (kind === 'person') return againstPersons(left, right);
  if (kind === 'household') {
    if (left.tie !== right.tie) return 'KINDS_OF_HOUSEHOLD';
    if (left.tie === 'registered') return 'HOUSEHOLD_NUMBERS';
    return left.dwelling !== null && left.dwelling === right.dwelling ? 'TWO_HEADS' : 'HEADS';
  }
  const key = kind === 'dwelling' ? 'dwelling_key' : 'building_key';
  return left[key] !== null && right[key] !== null && left[key] !== right[key] ? 'CODES' : 'ADDRESSES';
}

function againstPersons(left: Side, right: Side): keyof typeof AGAINST {
  const reasons = new Set([left.person_reason, right.person_reason]);
  if (reasons.has('DECISION')) return 'DECISION';
  if (reasons.has('NUMBER_SET_ASIDE') && left.id_number === right.id_number) return 'NUMBER_SET_ASIDE';
  if (left.id_number === null || right.id_number === null) return 'NUMBER_MISSING';
  if (left.id_number !== right.id_number) return 'NUMBERS_DIFFER';
  const judged = new Set([judgeSides(left, right), judgeSides(right, left)]);
  if (judged.has('CONTRADICTS')) return 'NAMES_CONTRADICT';
  return judged.has('UNCERTAIN') ? 'NUMBER_ALONE' : 'THROUGH_ANCHOR';
}

/** The rule of the engine, with one of the two in the place of the number's leading record. */
function judgeSides(side: Side, anchor: Side): ReturnType<typeof judge> {
  const number = side.number!;
  const fold = (name: string | null): string => (name === null ? '' : foldName(ownNameOf(name)));
  return judge({
    name: fold(side.name),
    formerName: fold(side.former_name),
    anchorName: fold(anchor.name),
    isFormerName: anchor.former_name !== null && fold(anchor.former_name) === fold(side.name),
    birth: side.birth_date?.length === 10 ? Number(side.birth_date.replaceAll('-', '')) : 0,
    sex: side.sex === '1' ? 1 : side.sex === '2' ? 2 : 0,
    numberBirth: Number(number.slice(6, 14)),
    numberSex: Number(number[16]) % 2 === 1 ? 1 : 2,
  });
}

function tell({ kind, same, because }: KindExplanation): Words {
  const { zh, en } = KIND_WORDS[kind];
  const verdict =
    same === null
      ? { zh: '无法比较', en: 'not comparable' }
      : same
        ? { zh: '相同', en: 'the same' }
        : { zh: '不同', en: 'not the same' };
  return { zh: `${zh}：${verdict.zh}——${because.zh}`, en: `${en}: ${verdict.en} — ${because.en}` };
}
