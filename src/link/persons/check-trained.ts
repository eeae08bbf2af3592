import type { Words } from '../../model/register.js';
import type { TrainedModel } from '../engine/linkage-model.js';
import { PERSON_MODEL } from './person-model.js';

/** A file that cannot be taken into use: every place that is wrong, and what would be accepted there. */
export class WrongTraining extends Error {
  constructor(readonly faults: readonly Words[]) {
    super(faults.map(({ en }) => en).join('; '));
  }
}

/**
 * A trained model as people have reviewed it: of this declaration's name and version, with every comparison and level of it and no other.
 * @throws WrongTraining naming all that is missing or wrong
 */
export function checkTrained(found: unknown): TrainedModel {
  const faults: Words[] = [];
  const fault = (place: string, zh: string, en: string): void => {
    faults.push({ zh: `${place}：${zh}`, en: `${place}: ${en}` });
  };
  const file = objectOf(found);
  for (const part of ['model', 'version'] as const) {
    const wanted = part === 'model' ? PERSON_MODEL.name : PERSON_MODEL.version;
    if (file[part] !== wanted)
      fault(part, `应为 ${wanted}，现为 ${shown(file[part])}`, `has to be ${wanted}, found ${shown(file[part])}`);
  }
  const { prior } = file;
  if (!(isShare(prior) && prior > 0 && prior < 1))
    fault(
      'prior',
      `应为 0 与 1 之间的数，现为 ${shown(prior)}`,
      `has to be a number between 0 and 1, found ${shown(prior)}`,
    );
  const trainedOn = objectOf(file['trainedOn']);
  if (!isCount(trainedOn['records']) || !isCount(trainedOn['pairs']) || typeof trainedOn['at'] !== 'string')
    fault(
      'trainedOn',
      '应为 {"records": 条数, "pairs": 对数, "at": 时间}',
      'has to be {"records": count, "pairs": count, "at": time}',
    );
  const comparisons = objectOf(file['comparisons']);
  for (const { name, levels } of PERSON_MODEL.comparisons) {
    const place = `comparisons.${name}`;
    const codes = levels.map(({ code }) => code);
    const stated = Array.isArray(comparisons[name]) ? comparisons[name].map(objectOf) : null;
    if (!stated) {
      fault(place, `缺少，应有各级：${codes.join('、')}`, `is missing; it has the levels ${codes.join(', ')}`);
      continue;
    }
    for (const level of stated)
      if (!codes.includes(String(level['code'])))
        fault(
          place,
          `没有 ${shown(level['code'])} 这一级，可用：${codes.join('、')}`,
          `there is no level ${shown(level['code'])}; there are ${codes.join(', ')}`,
        );
    for (const code of codes) {
      const of = stated.filter((level) => level['code'] === code);
      if (of.length !== 1) {
        if (of.length === 0) fault(`${place}.${code}`, '缺少', 'is missing');
        else fault(`${place}.${code}`, '重复', 'stands twice');
        continue;
      }
      for (const part of ['m', 'u'] as const)
        if (!isShare(of[0]![part]))
          fault(
            `${place}.${code}.${part}`,
            `应为 0 至 1 的数，现为 ${shown(of[0]![part])}`,
            `has to be a number from 0 to 1, found ${shown(of[0]![part])}`,
          );
    }
  }
  for (const name of Object.keys(comparisons))
    if (!PERSON_MODEL.comparisons.some((declared) => declared.name === name))
      fault(
        `comparisons.${name}`,
        `没有这项比较，可用：${PERSON_MODEL.comparisons.map((each) => each.name).join('、')}`,
        `there is no such comparison; there are ${PERSON_MODEL.comparisons.map((each) => each.name).join(', ')}`,
      );
  if (faults.length > 0) throw new WrongTraining(faults);
  return inDeclaredOrder(found as TrainedModel);
}

/** As the file is read and compared: jsonb keeps no order of keys. What an older declaration had besides comes last. */
export function inDeclaredOrder({ model, version, trainedOn, prior, comparisons }: TrainedModel): TrainedModel {
  const { records, pairs, at } = trainedOn;
  const names = PERSON_MODEL.comparisons.map(({ name }) => name);
  const ordered = names.filter((name) => Object.hasOwn(comparisons, name));
  for (const name of Object.keys(comparisons)) if (!names.includes(name)) ordered.push(name);
  const entries = ordered.map((name) => {
    const levels = comparisons[name]!.map(({ code, m, u }) => ({ code, m, u }));
    const codes = PERSON_MODEL.comparisons.find((declared) => declared.name === name)?.levels.map(({ code }) => code);
    const placeOf = (code: string): number => (codes?.includes(code) ? codes.indexOf(code) : Infinity);
    return [name, codes ? levels.toSorted((one, other) => placeOf(one.code) - placeOf(other.code)) : levels] as const;
  });
  return { model, version, trainedOn: { records, pairs, at }, prior, comparisons: Object.fromEntries(entries) };
}

function isShare(found: unknown): found is number {
  return typeof found === 'number' && found >= 0 && found <= 1;
}

function isCount(found: unknown): boolean {
  return Number.isSafeInteger(found) && (found as number) >= 0;
}

function objectOf(found: unknown): Readonly<Record<string, unknown>> {
  return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {};
}

function shown(found: unknown): string {
  return found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
}
