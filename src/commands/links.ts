import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { openHub, readCounty } from '../hub.js';
import { writeLinks } from '../link/write-links.js';
import { EXIT, UsageError, type Command } from './command.js';

const KINDS = ['person', 'household', 'building', 'dwelling'] as const;

export const links: Command = {
  name: 'links',
  zh: '输出每条来源记录归属的实体：CSV `ref,kind,entity`',
  en: 'write which entity each source record speaks of: CSV `ref,kind,entity`',
  options: [
    {
      flags: '--kind <kinds...>',
      zh: 'person、household、building（默认这三种）、dwelling',
      en: 'person, household, building (these by default), dwelling',
    },
    { flags: '--out <file>', zh: '写入文件而不是标准输出', en: 'into a file instead of standard output' },
  ],
  async run({ config }, _operands, options) {
    const kinds = ((options['kind'] as string[] | undefined) ?? KINDS.slice(0, 3)).flatMap((kind) => kind.split(','));
    const wrong = kinds.find((kind) => !(KINDS as readonly string[]).includes(kind));
    if (wrong !== undefined)
      throw new UsageError({
        zh: `没有这一类：${wrong}`,
        en: `There is no kind ${wrong}; there are ${KINDS.join(', ')}.`,
      });
    const hub = await openHub(config);
    const county = await readCounty(hub.database);
    const file = options['out'] === undefined ? null : createWriteStream(String(options['out']));
    const out = file ?? process.stdout;
    try {
      await writeLinks(hub.database, county ?? '000000', kinds as (typeof KINDS)[number][], async (text) => {
        if (!out.write(text)) await once(out, 'drain');
      });
      if (file) {
        file.end();
        await finished(file);
      }
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};
