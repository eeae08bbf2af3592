import type { Words } from '../../model/register.js';
import type { Comparator } from './comparator.js';
import type { LinkageModel } from './linkage-model.js';
import type { Vocabulary } from './vocabulary.js';

/** A model that cannot be run: where it is wrong, and what would be accepted there. */
export class WrongModel extends Error {
  constructor(
    readonly place: string,
    readonly words: Words,
  ) {
    super(`${place}: ${words.en}`);
  }
}

/** A declaration as it was read from a file, found fit to run. @throws WrongModel at the first fault */
export function checkModel(declared: unknown, vocabulary: Vocabulary): LinkageModel {
  const model = object(declared, 'model');
  known(model, 'model', [
    'name',
    'version',
    'fields',
    'comparisons',
    'blocking',
    'cannotLink',
    'sessions',
    'thresholds',
  ]);
  text(model['name'], 'name');
  if (!Number.isInteger(model['version']) || (model['version'] as number) < 1)
    fail('version', '应为 1 或更大的整数', 'has to be a whole number from 1');
  const fields = checkFields(model['fields'], vocabulary);
  const comparisons = list(model['comparisons'], 'comparisons').map((comparison, i) =>
    checkComparison(comparison, `comparisons[${i}]`, fields, vocabulary),
  );
  unique(
    comparisons.map(({ name }) => name),
    'comparisons',
  );
  const blocking = list(model['blocking'], 'blocking').map((rule, i) =>
    checkRule(rule, `blocking[${i}]`, fields, vocabulary),
  );
  unique(
    blocking.map(({ name }) => name),
    'blocking',
  );
  const sessions = list(model['sessions'], 'sessions').map((rule, i) =>
    checkRule(rule, `sessions[${i}]`, fields, vocabulary),
  );
  for (const comparison of comparisons)
    if (sessions.every(({ used }) => comparison.fields.some((field) => used.includes(field))))
      fail(
        'sessions',
        `比较项「${comparison.name}」无法估计：每个训练批次的分块都用到了它的字段；请增加一个不用 ${comparison.fields.join('、')} 分块的批次`,
        `comparison ${comparison.name} is never estimated: every session blocks by one of its fields; one is needed that does not use ${comparison.fields.join(', ')}`,
      );
  optionalList(model['cannotLink'], 'cannotLink').forEach((rule, i) => {
    const place = `cannotLink[${i}]`;
    const { comparison, levels } = object(rule, place);
    const found = comparisons.find(({ name }) => name === comparison);
    if (!found)
      return oneOf(
        comparison,
        `${place}.comparison`,
        comparisons.map(({ name }) => name),
      );
    const codes = found.comparator.levels.map(({ code }) => code);
    list(levels, `${place}.levels`).forEach((level, j) => oneOf(level, `${place}.levels[${j}]`, codes));
  });
  const thresholds = object(model['thresholds'], 'thresholds');
  const { link, review } = thresholds;
  if (typeof link !== 'number' || typeof review !== 'number' || !(review <= link))
    fail(
      'thresholds',
      '应为 {"link": 比特, "review": 比特}，review 不高于 link',
      'has to be {"link": bits, "review": bits}, review not above link',
    );
  return { ...(declared as LinkageModel), cannotLink: (model['cannotLink'] ?? []) as LinkageModel['cannotLink'] };
}

function checkFields(declared: unknown, { readers }: Vocabulary): readonly string[] {
  const fields = object(declared, 'fields');
  for (const [name, field] of Object.entries(fields)) {
    const place = `fields.${name}`;
    const { from, read } = object(field, place);
    list(from, `${place}.from`).forEach((column, i) => text(column, `${place}.from[${i}]`));
    oneOf(read, `${place}.read`, Object.keys(readers));
  }
  if (Object.keys(fields).length === 0) fail('fields', '至少要有一个字段', 'has to name a field at least');
  return Object.keys(fields);
}

function checkComparison(
  declared: unknown,
  place: string,
  fields: readonly string[],
  { comparators }: Vocabulary,
): { name: string; fields: string[]; comparator: Comparator } {
  const comparison = object(declared, place);
  text(comparison['name'], `${place}.name`);
  const used = list(comparison['fields'], `${place}.fields`);
  used.forEach((field, i) => oneOf(field, `${place}.fields[${i}]`, fields));
  oneOf(comparison['comparator'], `${place}.comparator`, Object.keys(comparators));
  return {
    name: comparison['name'] as string,
    fields: used as string[],
    comparator: comparators[comparison['comparator'] as string]!,
  };
}

function checkRule(
  declared: unknown,
  place: string,
  fields: readonly string[],
  { keys }: Vocabulary,
): { name: string; used: string[] } {
  const rule = object(declared, place);
  text(rule['name'], `${place}.name`);
  const used = list(rule['parts'], `${place}.parts`).map((part, i) => {
    const { field, take } = object(part, `${place}.parts[${i}]`);
    oneOf(field, `${place}.parts[${i}].field`, fields);
    if (take !== undefined) oneOf(take, `${place}.parts[${i}].take`, Object.keys(keys));
    return field as string;
  });
  const { most } = rule;
  if (most !== undefined && (!Number.isInteger(most) || (most as number) < 2))
    fail(`${place}.most`, '应为 2 或更大的整数', 'has to be a whole number from 2');
  return { name: rule['name'] as string, used };
}

function known(found: Readonly<Record<string, unknown>>, place: string, accepted: readonly string[]): void {
  for (const key of Object.keys(found)) oneOf(key, place, accepted);
}

function oneOf(found: unknown, place: string, accepted: readonly string[]): void {
  if (typeof found !== 'string' || !accepted.includes(found))
    fail(
      place,
      `${shown(found)} 不可用，可用：${accepted.join('、')}`,
      `${shown(found)} is not accepted; accepted: ${accepted.join(', ')}`,
    );
}

function unique(names: readonly string[], place: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail(place, `名称「${twice}」重复`, `the name ${twice} stands twice`);
}

function text(found: unknown, place: string): void {
  if (typeof found !== 'string' || found === '')
    fail(place, `应为文字，现为 ${shown(found)}`, `has to be a text, found ${shown(found)}`);
}

function list(found: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(found) || found.length === 0)
    return fail(
      place,
      `应为非空列表，现为 ${shown(found)}`,
      `has to be a list with something in it, found ${shown(found)}`,
    );
  return found;
}

function optionalList(found: unknown, place: string): readonly unknown[] {
  return found === undefined || (Array.isArray(found) && found.length === 0) ? [] : list(found, place);
}

function object(found: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return fail(place, `应为对象 {…}，现为 ${shown(found)}`, `has to be an object {…}, found ${shown(found)}`);
  return found as Readonly<Record<string, unknown>>;
}

function shown(found: unknown): string {
  return found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
}

function fail(place: string, zh: string, en: string): never {
  throw new WrongModel(place, { zh: `${place}：${zh}`, en: `${place}: ${en}` });
}
