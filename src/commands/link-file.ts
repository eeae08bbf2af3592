import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { scoreGroups } from '../../fixtures/score.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { checkModel, WrongModel } from '../link/engine/check-model.js';
import type { LinkageModel, TrainedModel } from '../link/engine/linkage-model.js';
import { linkTable, type LinkedTable } from '../link/engine/link-table.js';
import { readRecords, type RecordTable, type SourceTable } from '../link/engine/record-table.js';
import { ForeignTraining } from '../link/engine/trained-model.js';
import { LATIN, type Vocabulary } from '../link/engine/vocabulary.js';
import type { Words } from '../model/register.js';
import { EXIT, UsageError, type Command } from './command.js';
import { readPlainCsv } from './read-plain-csv.js';
import { table as columnsOf } from './terminal.js';

const MODELS = join(PROJECT_FOLDER, 'fixtures/models');

export const linkFile: Command = {
  name: 'link-file',
  zh: '用声明的匹配模型对任意 CSV 去重或互相匹配：入库前试一个新来源，或跑公开基准',
  en: 'link the rows of any CSV by a declared model: a new source before it goes in, a public benchmark',
  arguments: [
    {
      name: '<model>',
      zh: '模型：JSON 文件，或随附模型的名称',
      en: 'the model: a JSON file, or the name of one that is shipped',
    },
    {
      name: '<files...>',
      zh: '一个或多个 CSV，首行为列名',
      en: 'one CSV or several; the first line names the columns',
    },
  ],
  options: [
    {
      flags: '--between',
      zh: '每个文件内部没有重复：同一文件的两行绝不归为一人',
      en: 'no file names a subject twice: two rows of one file are never one',
    },
    { flags: '--id <column>', zh: '行的标识列（默认为 文件#行号）', en: 'column that names a row (default: FILE#ROW)' },
    { flags: '--out <file>', zh: '写出 CSV：row-id,cluster', en: 'write CSV row-id,cluster' },
    {
      flags: '--truth <column>',
      zh: '标准答案所在列：只供评分，匹配过程看不到',
      en: 'column with the true subject: read by the scorer alone, hidden from the linkage',
    },
    {
      flags: '--truth-pattern <regex>',
      zh: '从标准答案列中取出主体的正则，取第一个括号',
      en: 'takes the subject out of that column: its first group',
    },
    {
      flags: '--hide <column>',
      zh: '匹配过程看不到的列（连排序也不用）',
      en: 'a column that the linkage may not see, not even to order rows',
    },
    { flags: '--trained <file>', zh: '使用先前训练好的参数', en: 'use what was trained earlier' },
    { flags: '--model-out <file>', zh: '写出训练好的参数（JSON）', en: 'write what training found (JSON)' },
    {
      flags: '--link <bits>',
      zh: '合并阈值（比特），代替模型中的值',
      en: 'bits from which on two are one, instead of the model’s',
    },
  ],
  async run({ terminal, say }, [named, ...files], given) {
    const options = given as Readonly<Record<string, string | undefined>> & { readonly between?: boolean };
    const { model, vocabulary } = await readModel(named!);
    const began = performance.now();
    const sources: SourceTable[] = [];
    for (const file of files) sources.push(await readPlainCsv(file));
    checkColumns(model, files, sources, [options['id'], options['truth'], options['hide']]);
    const truth = options['truth'] === undefined ? null : truthOf(sources, options['truth'], options['truthPattern']);
    const hidden = [options['truth'], options['hide']].filter((column) => column !== undefined);
    const records = readRecords(model, sources, vocabulary, hidden);
    const read = performance.now() - began;
    const linked = link(model, records, vocabulary, options);
    const ids = namesOfRows(files, sources, options['id']);
    const clusters = nameClusters(records, linked, ids);
    if (options['out'] !== undefined) writeClusters(options['out'], ids, clusters);
    if (options['modelOut'] !== undefined)
      writeFileSync(options['modelOut'], `${JSON.stringify(linked.trained, null, 2)}\n`);
    for (const line of tell(model, files, sources, records, linked, clusters, read)) terminal.line(say(line));
    if (truth) {
      const { precision, recall, f1, pairs, falsePairs, missedPairs } = scoreGroups(truth, clusters.flat());
      terminal.line(
        say({
          zh: `对照标准答案（按对）：准确率 ${share(precision)}，召回率 ${share(recall)}，F1 ${f1.toFixed(5)}（真实 ${count(pairs)} 对，误并 ${count(falsePairs)}，漏并 ${count(missedPairs)}）`,
          en: `beside the truth, pairwise: precision ${share(precision)}, recall ${share(recall)}, F1 ${f1.toFixed(5)} (${count(pairs)} true pairs, ${count(falsePairs)} false, ${count(missedPairs)} missed)`,
        }),
      );
    }
    return EXIT.done;
  },
};

/** The Chinese words load tables of characters: only for a model that uses them, or to name all words to one that is wrong. */
async function readModel(named: string): Promise<{ model: LinkageModel; vocabulary: Vocabulary }> {
  const shipped = readdirSync(MODELS).map((file) => basename(file, '.json'));
  const path = existsSync(named) ? named : join(MODELS, `${named}.json`);
  if (!existsSync(path))
    throw new UsageError({
      zh: `没有这个模型：${named}。可用 JSON 文件，或随附的 ${shipped.join('、')}`,
      en: `There is no model ${named}: give a JSON file, or one that is shipped: ${shipped.join(', ')}.`,
    });
  const declared = readJson(path);
  try {
    return { model: checkModel(declared, LATIN), vocabulary: LATIN };
  } catch (error) {
    if (!(error instanceof WrongModel)) throw error;
  }
  const { CHINESE } = await import('../link/compare/chinese-vocabulary.js');
  try {
    return { model: checkModel(declared, CHINESE), vocabulary: CHINESE };
  } catch (error) {
    if (!(error instanceof WrongModel)) throw error;
    throw new UsageError({ zh: `${basename(path)}：${error.words.zh}`, en: `${basename(path)}: ${error.words.en}` });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    const reason = (error as Error).message;
    throw new UsageError({
      zh: `${basename(path)}：无法作为 JSON 读取（${reason}）`,
      en: `${basename(path)} cannot be read as JSON (${reason}).`,
    });
  }
}

function checkColumns(
  model: LinkageModel,
  files: readonly string[],
  sources: readonly SourceTable[],
  asked: readonly (string | undefined)[],
): void {
  sources.forEach(({ columns }, i) => {
    const file = basename(files[i]!);
    const has = columns.join(', ');
    for (const [field, { from }] of Object.entries(model.fields))
      for (const column of from)
        if (!columns.includes(column))
          throw new UsageError({
            zh: `${file}：缺少字段「${field}」所需的列 ${column}；文件中有：${has}`,
            en: `${file} has no column ${column}, which the field ${field} reads; it has: ${has}.`,
          });
    for (const column of asked)
      if (column !== undefined && !columns.includes(column))
        throw new UsageError({
          zh: `${file}：没有列 ${column}；文件中有：${has}`,
          en: `${file} has no column ${column}; it has: ${has}.`,
        });
  });
}

function truthOf(sources: readonly SourceTable[], column: string, pattern: string | undefined): string[] {
  const taken = pattern === undefined ? null : readPattern(pattern);
  return sources.flatMap(({ columns, rows }) => {
    const place = columns.indexOf(column);
    return rows.map((cells, row) => {
      const text = cells[place]!;
      const subject = taken === null ? text : taken.exec(text)?.[1];
      if (subject === undefined || subject === '')
        throw new UsageError({
          zh: `第 ${row + 2} 行的 ${column} 没有给出主体`,
          en: `Row ${row + 2}: ${column} tells no subject.`,
        });
      return subject;
    });
  });
}

function readPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new UsageError({
      zh: `--truth-pattern 不是有效的正则：${(error as Error).message}`,
      en: `--truth-pattern is no regular expression: ${(error as Error).message}`,
    });
  }
}

function link(
  model: LinkageModel,
  table: RecordTable,
  vocabulary: Vocabulary,
  options: Readonly<Record<string, string | undefined>> & { readonly between?: boolean },
): LinkedTable {
  const threshold = options['link'] === undefined ? undefined : Number(options['link']);
  if (threshold !== undefined && !Number.isFinite(threshold))
    throw new UsageError({ zh: '--link 应为数字（比特）', en: '--link has to be a number of bits.' });
  const trained = options['trained'];
  try {
    return linkTable({
      model,
      table,
      vocabulary,
      sourcesAreUnique: options.between === true,
      ...(threshold === undefined ? {} : { link: threshold }),
      ...(trained === undefined ? {} : { trained: readJson(trained) as TrainedModel }),
    });
  } catch (error) {
    if (!(error instanceof ForeignTraining)) throw error;
    throw new UsageError({
      zh: `${basename(trained!)} 与模型不符：${error.message}`,
      en: `${basename(trained!)} does not fit the model: ${error.message}.`,
    });
  }
}

/** Of each source the names of its rows. */
function namesOfRows(
  files: readonly string[],
  sources: readonly SourceTable[],
  column: string | undefined,
): string[][] {
  return sources.map(({ columns, rows }, source) => {
    const place = column === undefined ? -1 : columns.indexOf(column);
    return rows.map((cells, row) => (place < 0 ? `${basename(files[source]!)}#${row + 2}` : cells[place]!));
  });
}

/** Of each source, row by row, the name of the cluster: the least name of a row in it, whatever the order of rows. */
function nameClusters(
  { size, source, row }: RecordTable,
  { clusters }: LinkedTable,
  ids: readonly string[][],
): string[][] {
  const names = new Map<number, string>();
  for (let record = 0; record < size; record += 1) {
    const id = ids[source[record]!]![row[record]!]!;
    const least = names.get(clusters[record]!);
    if (least === undefined || id < least) names.set(clusters[record]!, id);
  }
  const named = ids.map((rows) => rows.slice());
  for (let record = 0; record < size; record += 1)
    named[source[record]!]![row[record]!] = names.get(clusters[record]!)!;
  return named;
}

function writeClusters(file: string, ids: readonly string[][], clusters: readonly string[][]): void {
  const lines = ids.flatMap((rows, source) => rows.map((id, row) => `${cell(id)},${cell(clusters[source]![row]!)}`));
  writeFileSync(file, `row-id,cluster\n${lines.join('\n')}\n`);
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tell(
  model: LinkageModel,
  files: readonly string[],
  sources: readonly SourceTable[],
  records: RecordTable,
  linked: LinkedTable,
  clusters: readonly string[][],
  read: number,
): Words[] {
  const { took, pairs, rules, doubtful } = linked;
  const sizes = new Map<string, number>();
  for (const name of clusters.flat()) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const largest = [...sizes.values()].reduce((most, size) => Math.max(most, size), 0);
  const possible = (records.size * (records.size - 1)) / 2;
  const stated = columnsOf(
    Object.entries(records.fields).map(([field, { codes }]) => [
      `  ${field}`,
      share(codes.reduce((sum, code) => sum + (code > 0 ? 1 : 0), 0) / records.size),
      count(new Set(codes).size),
    ]),
  );
  const met = columnsOf(
    rules.map(({ rule, pairs: found, capped }) => [
      `  ${rule}`,
      count(found),
      capped.blocks === 0 ? '' : `(${count(capped.blocks)} / ${count(capped.records)})`,
    ]),
  );
  const trained = took.compared + took.trained;
  return [
    { zh: `模型 ${model.name}，版本 ${model.version}`, en: `model ${model.name}, version ${model.version}` },
    ...files.map((file, i) => ({
      zh: `${basename(file)}：${count(sources[i]!.rows.length)} 行，${sources[i]!.columns.length} 列`,
      en: `${basename(file)}: ${count(sources[i]!.rows.length)} rows, ${sources[i]!.columns.length} columns`,
    })),
    { zh: '字段：有值的比例，不同值数', en: 'fields: share stated, distinct values' },
    ...stated.map(same),
    {
      zh: `共评分 ${count(pairs)} 对（全部可能 ${count(possible)} 对）；各分块规则带来的，括号内为过大而略过的（块数 / 记录数）`,
      en: `${count(pairs)} pairs scored of ${count(possible)}; by rule, and in brackets what was left out as too large (blocks / records)`,
    },
    ...met.map(same),
    {
      zh: `${count(records.size)} 行归为 ${count(sizes.size)} 个主体，最大的有 ${largest} 行；存疑的有 ${count(doubtful)} 对`,
      en: `${count(records.size)} rows are ${count(sizes.size)} subjects, the largest of ${largest} rows; ${count(doubtful)} pairs of them in doubt`,
    },
    {
      zh: `用时：读取 ${seconds(read)}，训练 ${seconds(trained)}，分块 ${seconds(took.blocked)}，评分 ${seconds(took.scored)}，聚类 ${seconds(took.clustered)}；内存 ${megabytes()}`,
      en: `seconds: reading ${seconds(read)}, training ${seconds(trained)}, blocking ${seconds(took.blocked)}, scoring ${seconds(took.scored)}, clustering ${seconds(took.clustered)}; memory ${megabytes()}`,
    },
  ];
}

function same(line: string): Words {
  return { zh: line, en: line };
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function share(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** The most that the process has held. */
function megabytes(): string {
  return `${Math.round(process.resourceUsage().maxRSS / 1000)} MB`;
}
