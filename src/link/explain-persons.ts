import type { PoolClient } from 'pg';
import { meaningOf } from '../model/comparison.js';
import type { Dataset } from '../model/importer.js';
import type { Sealing } from '../model/sealing.js';
import type { Words } from '../model/register.js';
import { foldName } from './fold-name.js';
import { KINDS } from './link-columns.js';
import { Linkage } from './linkage.js';
import { probabilityAmong } from './persons/assign-rows.js';
import { keyOfRow } from './persons/candidate-keys.js';
import { compareFew, type ComparedPerson, type FewPersons } from './persons/compare-few.js';
import { BIRTH, NAME, NUMBER, REGISTER } from './persons/compare-person.js';
import { readLearned } from './persons/learned-model.js';
import { nameParts, type NameParts } from './persons/name-parts.js';
import { PERSON_MODEL } from './persons/person-model.js';
import { waterfall } from './persons/write-review-pairs.js';
import { readAround } from './read-around.js';
import { wordsOfLevel } from './words-of-level.js';

const [PERSON, DWELLING, BUILDING] = (['person', 'dwelling', 'building'] as const).map((kind) =>
  KINDS.indexOf(kind),
) as [number, number, number];

/** What brings records together, in words. */
const RULES: Readonly<Record<string, Words>> = {
  number: { zh: '身份号码（含可更正者）', en: 'identity number, one slip mended' },
  'sound and birth': { zh: '姓名读音与出生日期', en: 'sound of the name and date of birth' },
  'sound and village': { zh: '姓名读音与村(社区)', en: 'sound of the name and village' },
  name: { zh: '姓名', en: 'name' },
  telephone: { zh: '电话', en: 'telephone' },
  dwelling: { zh: '住房', en: 'dwelling' },
  household: { zh: '该处居民的户籍户', en: 'registered household of those who live there' },
  'birth and township': { zh: '出生日期与乡镇(街道)', en: 'date of birth and township' },
  'birth and surname': { zh: '出生日期与姓', en: 'date of birth and surname' },
  'first two and village': { zh: '姓名前两字与村(社区)', en: 'first two characters and village' },
  'given name and village': { zh: '名与村(社区)', en: 'given name and village' },
};

/** What the engine weighs between a record and the person of another, whether or not the two ever met. No value of a person. */
export async function explainPersons(
  client: PoolClient,
  sealing: Sealing,
  county: string,
  datasets: readonly Dataset[],
  records: readonly [number, number],
): Promise<Words[]> {
  if (records[0] === records[1]) return [];
  const learned = await readLearned(client, county);
  if (!learned)
    return [{ zh: '尚未训练模型：只有规则在归并', en: 'No model was trained yet: only the rules have linked.' }];
  const linkage = new Linkage(client, sealing, county, datasets, { full: false, linkedBefore: true });
  const rows = await readAround(linkage, records);
  const { columns, before } = linkage;
  const [one, other] = await linkage.read(records);
  const entities = before.entity[PERSON]!;
  if (!entities[one!] || !entities[other!]) return [];
  const few = compareFew(
    columns,
    rows,
    { dwelling: before.entity[DWELLING]!, building: before.entity[BUILDING]! },
    entities,
    learned,
  );
  // The record that has no number of its own is the one that asks.
  const asksFirst = !few.holds(one!) || few.holds(other!);
  const [row, beside] = asksFirst ? [one!, other!] : [other!, one!];
  const cluster = few.clusterOf(entities[beside]!);
  const compared = few.compare(row, cluster);
  const byNumber = few.isByNumber(row, cluster);
  return [
    ...tellWeights(few, compared, asksFirst),
    ...(byNumber || !compared ? [] : tellVetoes(compared)),
    ...(await tellRules(linkage, few, row, cluster)),
    ...(await tellDecisions(linkage, entities[one!]!, entities[other!]!)),
    ...(await tellWhereTo(linkage, records, entities[one!] === entities[other!])),
  ];
}

function tellWeights(few: FewPersons, compared: ComparedPerson | null, asksFirst: boolean): Words[] {
  const sides = asksFirst
    ? {
        zh: '第一条记录与第二条所属的人逐项比较：',
        en: 'The first record beside the person of the second, as the engine weighs them:',
      }
    : {
        zh: '第二条记录与第一条所属的人逐项比较：',
        en: 'The second record beside the person of the first, as the engine weighs them:',
      };
  if (!compared) {
    return [
      {
        zh: '无从比较：双方没有可比的姓名，号码也不相合',
        en: 'Nothing to weigh: there are no two names to compare, and no number agrees.',
      },
    ];
  }
  const steps = waterfall(few.weights, compared.levels, compared.matchedName);
  const sum = steps.reduce((total, { bits }) => total + bits, 0);
  const probability = probabilityAmong([{ bits: compared.bits, isVetoed: false }], few.weights)[0]!;
  return [
    sides,
    ...steps.map(({ comparison, level, bits }) => {
      const [name, words] = [meaningOf(comparison), wordsOfLevel(comparison, level)];
      if (comparison === 'prior')
        return { zh: `  ${signed(bits)} 比特　${name.zh}`, en: `  ${signed(bits)} bits  ${name.en}` };
      return {
        zh: `  ${signed(bits)} 比特　${name.zh}：${words.zh}`,
        en: `  ${signed(bits)} bits  ${name.en}: ${words.en}`,
      };
    }),
    {
      zh: `  ${signed(sum)} 比特　合计；若只有这两方，为同一人的概率 ${percent(probability)}`,
      en: `  ${signed(sum)} bits  in all: ${percent(probability)} that they are one person, were these the only two`,
    },
  ];
}

function signed(bits: number): string {
  return `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(2)}`.padStart(7);
}

/** Never a certainty where it is none. */
function percent(probability: number): string {
  if (probability > 0.9999) return '> 99.99 %';
  return probability < 0.0001 ? '< 0.01 %' : `${(probability * 100).toFixed(2)} %`;
}

function tellVetoes({ levels, isVetoed, isLikenessAlone }: ComparedPerson): Words[] {
  if (!isVetoed) return [];
  const levelOf = (at: number): string => PERSON_MODEL.comparisons[at]!.levels[levels[at]! - 1]?.code ?? '';
  const vetoed = (at: number): boolean =>
    PERSON_MODEL.cannotLink.some(
      (rule) => rule.comparison === PERSON_MODEL.comparisons[at]!.name && rule.levels.includes(levelOf(at)),
    );
  const because: Words[] = [];
  if (levelOf(REGISTER) === 'HAS_ONE' && isLikenessAlone)
    because.push({
      zh: '该名册中已有此人，而本条仅姓名相近，未写出生日期',
      en: 'the register has this person already, and the row’s name is only like theirs, without a date of birth',
    });
  else if (levelOf(REGISTER) === 'HAS_ONE')
    because.push({
      zh: '该名册无重复人员，且其中已有此人',
      en: 'the register has nobody twice, and has this person already',
    });
  if (levels[NUMBER] === 1 && vetoed(NAME))
    because.push({
      zh: '号码相同，但姓名明显不同，住处、电话、户主也不足以佐证',
      en: 'the number is equal, but the name plainly differs, and home, telephone and head do not make up for it',
    });
  else if (vetoed(NAME)) because.push({ zh: '姓名明显不同', en: 'the name plainly differs' });
  if (vetoed(BIRTH)) because.push({ zh: '出生日期相差一代', en: 'a generation lies between the dates of birth' });
  if (because.length === 0)
    because.push({
      zh: '姓名只像兄弟姐妹，而出生日期不同或未说明',
      en: 'the names are alike as those of brothers and sisters are, and the date of birth does not agree',
    });
  return because.map(({ zh, en }) => ({
    zh: `否决：${zh}；任何分值都不能抵消`,
    en: `Vetoed, whatever the sum: ${en}`,
  }));
}

async function tellRules(linkage: Linkage, few: FewPersons, row: number, cluster: number): Promise<Words[]> {
  const met: Words[] = [];
  const missed: Words[] = [];
  const { start, member } = few.clusters;
  const theirs = member.subarray(start[cluster]!, start[cluster + 1]!).filter((other) => other !== row);
  for (const rule of few.rules) {
    const words = RULES[rule.name]!;
    const asked = new Set<number>();
    const ask = (key: number): void => void (key !== 0 && asked.add(key));
    if (rule.askedBy) rule.askedBy(row, ask);
    else ask(keyOfRow(rule.keys, row));
    const keys = [...theirs].map((other) => keyOfRow(rule.keys, other)).filter((key) => key !== 0);
    const shared = keys.find((key) => asked.has(key));
    if (shared === undefined) {
      const silent = asked.size === 0 || keys.length === 0;
      missed.push({
        zh: `${words.zh}（${silent ? '未说明' : '不同'}）`,
        en: `${words.en} (${silent ? 'not stated' : 'differ'})`,
      });
      continue;
    }
    const found = [...theirs].find((other) => keyOfRow(rule.keys, other) === shared)!;
    const crowd =
      (await crowdOf(linkage, rule.name, found)) ?? countHere(few, (other) => keyOfRow(rule.keys, other), shared);
    if (crowd <= rule.most) met.push(words);
    else
      missed.push({
        zh: `${words.zh}（相同的记录 ${crowd} 条，超过 ${rule.most} 条的上限）`,
        en: `${words.en} (${crowd} records share it, above the cap of ${rule.most})`,
      });
  }
  const list = (words: readonly Words[]): Words => ({
    zh: words.map(({ zh }) => zh).join('、'),
    en: words.map(({ en }) => en).join('; '),
  });
  const [brought, left] = [list(met), list(missed)];
  return [
    met.length > 0
      ? { zh: `使两者相遇的规则：${brought.zh}`, en: `Rules that bring the two together: ${brought.en}` }
      : { zh: '没有规则使两者相遇', en: 'No rule brings the two together.' },
    ...(missed.length > 0 ? [{ zh: `未能使其相遇：${left.zh}`, en: `Rules that do not: ${left.en}` }] : []),
  ];
}

/** Records among those read that stand under a key. */
function countHere(
  { clusters: { count, start, member } }: FewPersons,
  keyOf: (row: number) => number,
  key: number,
): number {
  let found = 0;
  for (let i = 0; i < start[count]!; i += 1) if (keyOf(member[i]!) === key) found += 1;
  return found;
}

/**
 * Records of persons of the county under the key that a row stands under; null where all of them were read with the pair.
 * Indexes: record_name, link_person_village, link_person_township.
 */
async function crowdOf({ client, county, columns }: Linkage, rule: string, row: number): Promise<number | null> {
  const taken = BY_VALUE[rule];
  if (!taken) return null;
  const name = columns.names.textOf(columns.name[row]!);
  const village = columns.texts.textOf(columns.village[row]!);
  const { rows } = await client.query<{ name: string | null }>(
    `select r.name from link l join record r on r.county = l.county and r.id = l.record
     join record own on own.county = l.county and own.id = $2 where l.county = $1 and l.person is not null and ${taken.where}`,
    taken.within ? [county, columns.id[row], taken.within(village)] : [county, columns.id[row]],
  );
  const part = taken.part(nameParts(name));
  return rows.filter((each) => each.name !== null && taken.part(nameParts(foldName(each.name))) === part).length;
}

interface ByValue {
  readonly where: string;
  /** The division that $3 names. */
  readonly within?: (village: string) => string;
  readonly part: (parts: NameParts) => string;
}

const BY_VALUE: Readonly<Record<string, ByValue>> = {
  name: { where: 'r.name = own.name', part: () => '' },
  'sound and village': { where: 'l.village = $3', within: (village) => village, part: ({ pinyin }) => pinyin },
  'first two and village': { where: 'l.village = $3', within: (village) => village, part: ({ firstTwo }) => firstTwo },
  'given name and village': { where: 'l.village = $3', within: (village) => village, part: ({ given }) => given },
  'sound and birth': { where: 'r.birth_date = own.birth_date', part: ({ pinyin }) => pinyin },
  'birth and surname': { where: 'r.birth_date = own.birth_date', part: ({ surname }) => surname },
  'birth and township': {
    where: 'r.birth_date = own.birth_date and l.township = $3',
    within: (village) => village.slice(0, 9),
    part: () => '',
  },
};

const VERDICTS: Readonly<Record<string, Words>> = {
  same: { zh: '同一人', en: 'the same person' },
  different: { zh: '不是同一人', en: 'different persons' },
  unsure: { zh: '不能确定', en: 'not to be told' },
};

async function tellDecisions({ client, county }: Linkage, one: number, other: number): Promise<Words[]> {
  const { rows } = await client.query<{ id: number; verdict: string; state: string }>(
    `select d.id, d.verdict, d.state from decision d
     join link a on a.county = d.county and a.record = d.one_record join link b on b.county = d.county and b.record = d.other_record
     where d.county = $1 and d.kind = 'person' and d.state <> 'revoked' and ((a.person = $2 and b.person = $3) or (a.person = $3 and b.person = $2))
     order by d.id`,
    [county, one, other],
  );
  return rows.map(({ id, verdict, state }) => {
    const { zh, en } = VERDICTS[verdict] ?? { zh: verdict, en: verdict };
    return state === 'proposed'
      ? { zh: `第 ${id} 号判定：${zh}（待第二人确认）`, en: `Decision ${id}, which waits for a second reviewer: ${en}` }
      : { zh: `第 ${id} 号判定，现行有效：${zh}`, en: `Decision ${id} stands: ${en}` };
  });
}

/** Whom each of the two was given to, and what waits in the queue about it. */
async function tellWhereTo(
  { client, county }: Linkage,
  records: readonly [number, number],
  isOne: boolean,
): Promise<Words[]> {
  const told: Words[] = [];
  for (const [at, record] of records.entries()) {
    if (isOne && at === 1) continue;
    const { rows } = await client.query<{ register: string; records: number }>(
      `select l.register, count(*) as records from link own join link l on l.county = own.county and l.person = own.person
       where own.county = $1 and own.record = $2 group by 1 order by 1`,
      [county, record],
    );
    const count = rows.reduce((total, each) => total + Number(each.records), 0);
    const registers = rows.map((each) => `${each.register} ${each.records}`).join(', ');
    const whose = isOne
      ? { zh: '两条记录所属的人', en: 'Their person' }
      : at === 0
        ? { zh: '第一条记录所属的人', en: 'The person of the first' }
        : { zh: '第二条记录所属的人', en: 'The person of the second' };
    told.push({
      zh: `${whose.zh}有 ${count} 条记录：${registers}`,
      en: `${whose.en} has ${count} ${count === 1 ? 'record' : 'records'}: ${registers}`,
    });
  }
  for (const [at, record] of records.entries()) {
    const { rows } = await client.query<{ probability: number; between: boolean }>(
      `select probability, one_record = any ($3::bigint[]) and other_record = any ($3::bigint[]) as between from review_pair
       where county = $1 and kind = 'person' and closed_at is null and (one_record = $2 or other_record = $2) order by probability desc`,
      [county, record, records],
    );
    for (const { probability, between } of rows) {
      if (between && at === 1) continue;
      const which = { zh: at === 0 ? '第一条' : '第二条', en: at === 0 ? 'The first' : 'The second' };
      told.push(
        between
          ? {
              zh: `两者在待判定队列中；连同其他人选一并衡量，概率 ${percent(probability)}`,
              en: `The two wait in the review queue, at ${percent(probability)} among all whom it could be.`,
            }
          : {
              zh: `${which.zh}记录与另一人在待判定队列中，概率 ${percent(probability)}`,
              en: `${which.en} waits in the review queue beside somebody else, at ${percent(probability)}.`,
            },
      );
    }
  }
  return told;
}
