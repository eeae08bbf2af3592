import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { checkClient } from './check-client.js';
import { EXIT, UsageError, type CommandContext } from './command.js';
import { inCounty } from './in-county.js';

/** Whose data a client was shown between two moments, as CSV: what has to be told after a breach. */
export async function tellShown(context: CommandContext, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { terminal, say } = context;
  const { client, out } = options as Readonly<Record<string, string | undefined>>;
  if (!client) throw new UsageError({ zh: '请用 --client 指明客户端', en: 'Name the client with --client.' });
  const from = readMoment('from', options['from']);
  const to = readMoment('to', options['to']);
  const [{ keepPieces, readShown }, { writeGlobalId }] = await Promise.all([
    import('../accesses/index.js'),
    import('../serve/global-id.js'),
  ]);
  return await inCounty(context, async (hub, county) => {
    await checkClient(hub.database, client);
    const file = out === undefined ? null : createWriteStream(out);
    const into = file ?? process.stdout;
    await keepPieces(hub.database);
    into.write('person,current,times,first,last\n');
    const asked = { county, client, from, to };
    const persons = await readShown(hub.database, asked, async (rows) => {
      const lines = rows.map(({ person, survivor, times, firstAt, lastAt }) =>
        [
          writeGlobalId('Person', county, person),
          writeGlobalId('Person', county, survivor),
          times,
          firstAt.toISOString(),
          lastAt.toISOString(),
        ].join(','),
      );
      if (lines.length > 0 && !into.write(`${lines.join('\n')}\n`)) await once(into, 'drain');
    });
    if (file) {
      file.end();
      await finished(file);
    }
    terminal.note(say({ zh: `${client} 看过 ${persons} 人的数据`, en: `${client} was shown ${persons} persons.` }));
    return EXIT.done;
  });
}

/** A day or a month begins at midnight of Beijing. */
function readMoment(name: 'from' | 'to', text: unknown): Date | null {
  if (text === undefined) return null;
  const day = /^\d{4}-\d\d(-\d\d)?$/.test(String(text))
    ? `${String(text)}${String(text).length === 7 ? '-01' : ''}T00:00:00+08:00`
    : null;
  const full = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(String(text)) ? String(text) : null;
  const moment = new Date(day ?? full ?? Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw new UsageError({
      zh: `--${name} 须为月份、日期或时刻，如 2026-09-14T08:00+08:00`,
      en: `--${name} takes a month, a day or a moment, as 2026-09-14T08:00+08:00.`,
    });
  return moment;
}
