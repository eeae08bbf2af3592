import { IMPORTERS } from '../../importers/index.js';
import { openHub, readCounty } from '../hub.js';
import { EXIT, type Command } from './command.js';

const DATASETS = IMPORTERS.flatMap((importer) => importer.datasets);

export const explain: Command = {
  name: 'explain',
  zh: '说明两条来源记录为什么是（或不是）同一个人、户、房屋、楼栋',
  en: 'tell why two source records are, or are not, the same person, household, dwelling, building',
  arguments: [
    {
      name: '<ref>',
      zh: '第一条：文件#行、文件#工作表!行、资源/标识',
      en: 'the first: FILE#ROW, FILE#SHEET!ROW or RESOURCE/ID',
    },
    { name: '<other>', zh: '第二条', en: 'the second' },
  ],
  async run({ config, terminal, say }, [first, second]) {
    const { explainPair } = await import('../link/explain.js');
    const hub = await openHub(config);
    try {
      const county = await readCounty(hub.database);
      const told = await explainPair(hub.database, county ?? '000000', DATASETS, first!, second!);
      for (const sentence of told.sentences) terminal.line(say(sentence));
      return told.found ? EXIT.done : EXIT.failed;
    } finally {
      await hub.close();
    }
  },
};
