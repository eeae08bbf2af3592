import { listPurposes, registerPurpose } from '../authorize/index.js';
import { EXIT, UsageError, type Command } from './command.js';
import { inCounty } from './in-county.js';
import { MOST_DAYS, readNumber } from './read-number.js';

/** What data may be used for: each request names one. */
export const purpose: Command = {
  name: 'purpose',
  zh: '用途：登记法律依据、应用场景、期限（国务院令第 809 号第二十条）；不带选项则列出',
  en: 'purposes: register one with its legal basis, scenario and term; without options they are listed',
  arguments: [{ name: '[code]', zh: '代码，如 home-visit', en: 'code, such as home-visit' }],
  options: [
    { flags: '--zh <words>', zh: '中文名称', en: 'its name in Chinese' },
    { flags: '--en <words>', zh: '英文名称', en: 'its name in English' },
    { flags: '--basis <text>', zh: '法律依据', en: 'legal basis' },
    { flags: '--scenario <text>', zh: '应用场景', en: 'scenario' },
    { flags: '--for-minors', zh: '用于保护未成年人', en: 'it is the protection of children' },
    {
      flags: '--emergency',
      zh: '应急用途：其授权平时不显示任何人，应急访问（breakGlass）时才开放',
      en: 'it is for emergencies: its grants show nobody until glass is broken',
    },
    { flags: '--days <n>', zh: '有效天数', en: 'days it holds', fallback: '365' },
    { flags: '--by <name>', zh: '登记人，记录在案', en: 'who registers it; kept on record' },
  ],
  async run(context, [code], options) {
    const { terminal, say } = context;
    return await inCounty(context, async (hub, county) => {
      if (code !== undefined) {
        const text = (name: string): string => {
          const given = String(options[name] ?? '').trim();
          if (given === '') throw new UsageError({ zh: `须写明 --${name}`, en: `--${name} is missing.` });
          return given;
        };
        const days = readNumber('--days', options['days'], 1, MOST_DAYS);
        const validUntil = new Date(Date.now() + days * 86_400_000);
        const stated = { zh: text('zh'), en: text('en'), legalBasis: text('basis'), scenario: text('scenario') };
        const [forMinors, emergency] = [options['forMinors'] === true, options['emergency'] === true];
        await registerPurpose(
          hub.database.pool,
          county,
          { code, ...stated, forMinors, emergency, validUntil },
          text('by'),
        );
      }
      for (const each of await listPurposes(hub.database.pool, county))
        terminal.line(
          `${each.code}  ${say(each)}  ${each.legalBasis}  → ${each.validUntil.toISOString().slice(0, 10)}${
            each.emergency ? `  ${say({ zh: '应急', en: 'emergency' })}` : ''
          }`,
        );
      return EXIT.done;
    });
  },
};
