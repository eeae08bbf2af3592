import type { TrainedModel } from '../link/engine/linkage-model.js';
import type { LearningPreview, LinkReport } from '../link/link-touched.js';
import type { RuleRecall } from '../link/persons/link-persons.js';
import { inDeclaredOrder } from '../link/persons/check-trained.js';
import { weightsOf } from '../link/engine/fellegi-sunter.js';
import { meaningOf } from '../model/comparison.js';
import type { CommandContext } from './command.js';
import { table } from './terminal.js';

/** One model, or the one in use beside the one that would follow it. */
export interface ToldModel {
  readonly title: string;
  readonly trained: TrainedModel;
  readonly blockingRecall: readonly RuleRecall[];
}

type Told = Pick<CommandContext, 'terminal' | 'say'>;

/** Level by level: how often records of one person show it, how often strangers do, and what it is worth in bits. */
export function tellModels(models: readonly ToldModel[], { terminal, say }: Told): void {
  const each = (cells: (model: ToldModel) => string[]): string[] => models.flatMap(cells);
  const titles = models.length > 1 ? [['', ...each(({ title }) => [title])]] : [];
  const summary = table([
    ...titles,
    [
      say({ zh: '训练所用记录', en: 'trained on records' }),
      ...each(({ trained }) => [count(trained.trainedOn.records)]),
    ],
    [say({ zh: '其中同人对', en: 'pairs of one person' }), ...each(({ trained }) => [count(trained.trainedOn.pairs)])],
    [say({ zh: '训练时间', en: 'trained at' }), ...each(({ trained }) => [trained.trainedOn.at.slice(0, 16)])],
    [
      say({ zh: '先验：无号记录在册比例', en: 'prior: share of records without a number that are known' }),
      ...each(({ trained }) => [trained.prior.toFixed(4)]),
    ],
  ]);
  const rules = [...new Set(models.flatMap(({ blockingRecall }) => blockingRecall.map(({ rule }) => rule)))];
  const recallOf = ({ blockingRecall }: ToldModel, rule: string): string => {
    const found = blockingRecall.find((one) => one.rule === rule);
    return found && found.of > 0 ? `${((found.found / found.of) * 100).toFixed(2)}%` : '';
  };
  const recall = table([
    [say({ zh: '候选召回', en: 'blocking recall' }), ...models.map(() => '')],
    ...rules.map((rule) => [`  ${rule}`].concat(models.map((model) => recallOf(model, rule)))),
  ]);
  const heads = (words: string): string[] =>
    models.length === 1 ? [words] : models.map(({ title }) => `${words} ${title}`);
  const weighed = models.map(({ trained }) => sharesOf(trained));
  const keys = [...new Set(weighed.flatMap((shares) => [...shares.keys()]))];
  const levels = table([
    [
      say({ zh: '比较', en: 'comparison' }),
      say({ zh: '级', en: 'level' }),
      ...heads('m'),
      ...heads('u'),
      ...heads(say({ zh: '比特', en: 'bits' })),
    ],
    ...keys.map((key, i) => {
      const [name, code] = key.split(' ') as [string, string];
      const cells = [keys[i - 1]?.startsWith(`${name} `) ? '' : say(meaningOf(name)), code];
      const shares = weighed.map((one) => one.get(key));
      for (const share of shares) cells.push(share?.m.toPrecision(3) ?? '');
      for (const share of shares) cells.push(share?.u.toPrecision(3) ?? '');
      for (const share of shares) cells.push(share?.bits.toFixed(1).replace('-', '–') ?? '');
      return cells;
    }),
  ]);
  for (const lines of [summary, recall, levels]) {
    for (const line of lines) terminal.line(line);
    terminal.line();
  }
}

export function tellPreview({ merged, split, moved, records }: LearningPreview, { terminal, say }: Told): void {
  terminal.line(
    say({
      zh: `若改用新模型：${count(records)} 条人员记录中有 ${count(moved)} 条改归他人；并入 ${count(merged)} 人，拆分 ${count(split)} 人。尚未作任何更改`,
      en: `with the new model ${count(moved)} of ${count(records)} records of people would go over to another person: ${count(merged)} persons merged, ${count(split)} split. Nothing was changed`,
    }),
  );
}

export function tellRelinked({ model, merged, split, seconds }: LinkReport, { terminal, say }: Told): void {
  terminal.line(
    say({
      zh: `已改用 ${model}，全部重新归并：并入 ${count(merged)}，拆分 ${count(split)}（各类合计），${seconds.toFixed(1)} 秒。逐条见 hub changes，质量见 hub quality`,
      en: `${model} is in use and everything was linked anew: ${count(merged)} merged, ${count(split)} split (of all kinds) in ${seconds.toFixed(1)} s. See hub changes for each, hub quality for the whole`,
    }),
  );
}

/** By comparison and level, in the order of the declaration. */
function sharesOf(trained: TrainedModel): Map<string, { m: number; u: number; bits: number }> {
  const ordered = inDeclaredOrder(trained);
  const bits = weightsOf(ordered);
  return new Map(
    Object.entries(ordered.comparisons).flatMap(([name, levels], at) =>
      levels.map(({ code, m, u }, level) => [`${name} ${code}`, { m, u, bits: bits[at]![level + 1]! }] as const),
    ),
  );
}

function count(n: number): string {
  return n.toLocaleString('en');
}
