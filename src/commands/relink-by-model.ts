import type { Learning } from '../link/persons-layer.js';
import type { KeptModel } from '../link/persons/learned-model.js';
import { openHub, readCounty, type Hub } from '../hub.js';
import { EXIT, UsageError, type CommandContext } from './command.js';
import { tellDoubts } from './quality.js';
import { showProgress } from './show-progress.js';

/** Whoever puts a model into use. @throws UsageError where one of the two is not said */
export function readWord(options: Readonly<Record<string, unknown>>): { by: string; reason: string } {
  const { by, reason } = options as { by?: string; reason?: string };
  if (by && reason) return { by, reason };
  throw new UsageError({
    zh: '须用 --by 写明姓名、用 --reason 写明理由（记录在案）',
    en: '--by says who answers for it and --reason says why; both are kept on record.',
  });
}

/** Opens the hub for the work on the county's model. */
export async function withHub(
  { config }: CommandContext,
  work: (hub: Hub, county: string) => Promise<number>,
): Promise<number> {
  const hub = await openHub(config);
  try {
    return await work(hub, (await readCounty(hub.database)) ?? '000000');
  } finally {
    await hub.close();
  }
}

export function tellNoModel({ terminal, say }: CommandContext): number {
  terminal.note(
    say({
      zh: '没有这个模型：首次接收时训练第一个',
      en: 'There is no such model: the first delivery trains the first.',
    }),
  );
  return EXIT.failed;
}

/** Shows what a run by another model would move; with `use`, runs it. */
export async function relinkByModel(
  context: CommandContext,
  { hub, county, inUse }: { readonly hub: Hub; readonly county: string; readonly inUse: KeptModel },
  learning: Learning,
  use: boolean,
): Promise<number> {
  const [{ previewLearning }, { relinkAll, DATASETS }, { tellModels, tellPreview, tellRelinked }] = await Promise.all([
    import('../link/link-touched.js'),
    import('../pipeline.js'),
    import('./tell-model.js'),
  ]);
  const { terminal, say } = context;
  const onProgress = showProgress(terminal, say);
  if (!use) {
    const preview = await previewLearning(hub.database, county, DATASETS, learning, ({ done, of }) =>
      onProgress({ step: 'link', what: '', done, of }),
    );
    terminal.settle();
    tellModels(
      [
        { title: `#${inUse.id}`, ...inUse },
        { title: say({ zh: '新', en: 'new' }), ...preview.model },
      ],
      context,
    );
    tellPreview(preview, context);
    return EXIT.done;
  }
  const { link, run } = await relinkAll(hub, county, learning, onProgress);
  terminal.settle();
  tellRelinked(link, context);
  tellDoubts(run, context);
  return EXIT.done;
}
