import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { readWord, relinkByModel, tellNoModel, withHub } from './relink-by-model.js';

/** The trained model as people read it: printed, written as JSON, and taken into use from a file they have reviewed. */
export const model: Command = {
  name: 'model',
  zh: '人员比对模型：列出在用的（或第几个），导出为 JSON，或启用一份审阅过的文件',
  en: 'the model of persons: show the one in use (or another), write it as JSON, or put a reviewed file into use',
  options: [
    { flags: '--id <n>', zh: '第几个模型，默认在用的', en: 'which; the one in use unless told' },
    { flags: '--json <file>', zh: '写成 JSON 文件', en: 'write it into this file, as JSON' },
    {
      flags: '--use <file>',
      zh: '启用这份文件，并全部重新归并',
      en: 'put this file into use and link everything anew',
    },
    {
      flags: '--preview',
      zh: '与 --use 同用：只看将会怎样，不作改动',
      en: 'with --use: tell what would move, and change nothing',
    },
    { flags: '--by <name>', zh: '承担责任的人员姓名，记录在案', en: 'who answers for it; kept on record' },
    { flags: '--reason <text>', zh: '理由，记录在案', en: 'why; kept on record' },
  ],
  async run(context, _operands, options) {
    const { id: wanted, json, use, preview } = options as Partial<Record<string, string | true>>;
    const id = wanted === undefined ? null : Number(String(wanted).replace(/^#/, ''));
    if (id !== null && !(Number.isSafeInteger(id) && id > 0))
      throw new UsageError({ zh: '--id 须为正整数', en: '--id takes a positive whole number.' });
    if (use !== undefined && (id !== null || json !== undefined))
      throw new UsageError({ zh: '--use 不与 --id、--json 同用', en: '--use stands without --id and --json.' });
    const [{ readModel, nameOfModel }, { inDeclaredOrder }, { tellModels }] = await Promise.all([
      import('../link/persons/learned-model.js'),
      import('../link/persons/check-trained.js'),
      import('./tell-model.js'),
    ]);
    const trained = use === undefined ? null : await readFile(String(use));
    const word = { ...(trained && !preview ? readWord(options) : { by: '', reason: '' }), from: 'file' as const };
    return await withHub(context, async (hub, county) => {
      const found = await readModel(hub.database.pool, county, id);
      if (!found) return tellNoModel(context);
      if (trained)
        return await relinkByModel(context, { hub, county, inUse: found }, { trained, word }, preview !== true);
      if (json !== undefined)
        writeFileSync(String(json), `${JSON.stringify(inDeclaredOrder(found.trained), null, 2)}\n`);
      context.terminal.line(nameOfModel(found));
      tellWord(found, context);
      tellModels([{ title: '', ...found }], context);
      return EXIT.done;
    });
  },
};

async function readFile(file: string) {
  const { checkTrained, WrongTraining } = await import('../link/persons/check-trained.js');
  try {
    return checkTrained(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const name = basename(file);
    if (error instanceof WrongTraining)
      throw new UsageError({
        zh: [`${name} 不能启用：`, ...error.faults.map(({ zh }) => `  ${zh}`)].join('\n'),
        en: [`${name} cannot be put into use:`, ...error.faults.map(({ en }) => `  ${en}`)].join('\n'),
      });
    const reason = (error as Error).message;
    throw new UsageError({
      zh: `${name}：无法作为 JSON 读取（${reason}）`,
      en: `${name} cannot be read as JSON (${reason}).`,
    });
  }
}

function tellWord(
  { trainedAt, word }: { trainedAt: Date; word: { by: string; reason: string; from: 'training' | 'file' } | null },
  { terminal, say }: CommandContext,
): void {
  const when = trainedAt.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16);
  terminal.line(
    word
      ? say({
          zh: `${when} 由 ${word.by} 启用（${word.from === 'file' ? '审阅过的文件' : '重新训练'}）：${word.reason}`,
          en: `put into use at ${when} by ${word.by} (${word.from === 'file' ? 'a reviewed file' : 'trained anew'}): ${word.reason}`,
        })
      : say({ zh: `${when} 首次接收时训练`, en: `trained at ${when} with the first delivery` }),
  );
}
