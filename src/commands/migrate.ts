import { openHub } from '../hub.js';
import { EXIT, type Command } from './command.js';

export const migrateCommand: Command = {
  name: 'migrate',
  zh: '将数据库结构升级到本程序的版本（只前进）',
  en: 'bring the database up to this program’s schema (forward only)',
  async run({ config, terminal, say }) {
    const hub = await openHub(config, { begins: true });
    try {
      const rows = await hub.database.query<{ name: string }>('select name from hub_migration order by name');
      terminal.line(
        say({
          zh: `数据库结构已是最新：${rows.map((row) => row.name).join('、')}`,
          en: `The schema is up to date: ${rows.map((row) => row.name).join(', ')}`,
        }),
      );
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};
