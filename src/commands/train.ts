import { type Command } from './command.js';
import { readWord, relinkByModel, tellNoModel, withHub } from './relink-by-model.js';

/** Nights weigh by a model that stays as it is: it is trained anew when somebody asks for it. */
export const train: Command = {
  name: 'train',
  zh: '用全县记录重新训练人员比对模型：新旧并列，并预告归并结果的变化；加 --use 才启用',
  en: 'train the model of persons anew on the county’s records: old and new side by side, and what would move; --use puts it into use',
  options: [
    { flags: '--use', zh: '启用新模型，并全部重新归并', en: 'put it into use and link everything anew' },
    { flags: '--by <name>', zh: '承担责任的人员姓名，记录在案', en: 'who answers for it; kept on record' },
    { flags: '--reason <text>', zh: '理由，记录在案', en: 'why; kept on record' },
  ],
  async run(context, _operands, options) {
    const use = options['use'] === true;
    const word = { ...(use ? readWord(options) : NOBODY), from: 'training' as const };
    return await withHub(context, async (hub, county) => {
      const { readModel } = await import('../link/persons/learned-model.js');
      const inUse = await readModel(hub.database.pool, county, null);
      if (!inUse) return tellNoModel(context);
      return await relinkByModel(context, { hub, county, inUse }, { trained: null, word }, use);
    });
  },
};

/** Of a preview nothing is kept. */
const NOBODY = { by: '', reason: '' };
