import { openReviews, ReadingFailed } from '../authorize/index.js';
import type { Session } from '../decide/decision-rows.js';
import { readCounty, type Hub } from '../hub.js';
import { DecisionRefused, type Decision } from '../model/decision.js';
import type { Viewer } from '../model/viewer.js';
import type { Reviewed, Reviewing, UndoneChange } from '../serve/index.js';

/** Takes the decisions of reviewers who come with a token: each is written as a role that can do no more, then the linkage follows. */
export function openReviewing(hub: Pick<Hub, 'database' | 'apiUrl'>): Reviewing & { close(): Promise<void> } {
  const reviews = openReviews({ apiUrl: hub.apiUrl });

  const settle = async (
    viewer: Viewer,
    write: (session: Session, county: string, through: string) => Promise<Decision | null>,
  ): Promise<Reviewed | null> => {
    const county = await readCounty(hub.database);
    if (county === null) return null;
    // The linkage is loaded with the first decision: a server that only reads does without.
    const [{ settleChange }, { ReceiveBusy }] = await Promise.all([
      import('../pipeline.js'),
      import('../stage/receive-lock.js'),
    ]);
    let decision: Decision | null = null;
    try {
      await settleChange(hub.database, county, async () => {
        decision = await reviews.write(viewer, (session) => write(session, county, viewer.client));
      });
    } catch (error) {
      if (error instanceof ReceiveBusy) throw new ReadingFailed('unavailable', { cause: error });
      // The word is written, its records are marked: the next night does what could not be done now.
      if (decision === null) throw error;
      return { decision, settled: false };
    }
    return decision && { decision, settled: (decision as Decision).state !== 'proposed' };
  };

  const undo: Reviewing['undo'] = async (viewer, { change, by, reason, preview }) => {
    const county = await readCounty(hub.database);
    if (county === null) return null;
    const [{ planUndo }, { undoChange, UndoUnseen }, { settleChange }, { ReceiveBusy }] = await Promise.all([
      import('../decide/plan-undo.js'),
      import('../decide/undo-change.js'),
      import('../pipeline.js'),
      import('../stage/receive-lock.js'),
    ]);
    let undone: Omit<UndoneChange, 'settled'> | null = null;
    const write = async () => {
      const plan = await planUndo(hub.database.pool, county, change).catch((error: unknown) => {
        // A change's number counts those that the viewer does not see.
        const told = error instanceof DecisionRefused && error.refusal === 'OVERTAKEN_BY';
        throw told ? new DecisionRefused('OVERTAKEN') : error;
      });
      if (!plan) return;
      await reviews
        .write(viewer, async (session) => {
          const word = { by, reason, through: viewer.client };
          undone = { ...plan, ...(await undoChange(session, county, plan, word)) };
          if (preview) throw new PreviewEnds();
        })
        .catch((error: unknown) => {
          if (error instanceof PreviewEnds) undone = { ...undone!, decisions: [] };
          else if (!(error instanceof UndoUnseen)) throw error;
        });
    };
    try {
      await (preview ? write() : settleChange(hub.database, county, write));
    } catch (error) {
      if (error instanceof ReceiveBusy) throw new ReadingFailed('unavailable', { cause: error });
      if (undone === null) throw error;
      return { ...(undone as Omit<UndoneChange, 'settled'>), settled: false };
    }
    const done = undone as Omit<UndoneChange, 'settled'> | null;
    return done && { ...done, settled: !preview && done.decisions.every((each) => each.state !== 'proposed') };
  };

  return {
    decide: (viewer, word) =>
      settle(viewer, async (session, county, through) => {
        const { decide } = await import('../decide/decide.js');
        return await decide(session, county, { ...word, through, origin: 'review' });
      }),
    confirm: (viewer, id, by) =>
      settle(viewer, async (session, county, through) => {
        const { confirm } = await import('../decide/confirm.js');
        return await confirm(session, county, id, { by, through });
      }),
    revoke: (viewer, id, by, reason) =>
      settle(viewer, async (session, county, through) => {
        const { revoke } = await import('../decide/revoke.js');
        return await revoke(session, county, id, { by, reason, through });
      }),
    undo: (viewer, word) => undo(viewer, word),
    wordsOfLevel: async (comparison, level) => {
      const { wordsOfLevel } = await import('../link/words-of-level.js');
      return wordsOfLevel(comparison, level);
    },
    close: () => reviews.close(),
  };
}

/** What a preview wrote, to learn whether it may be written, goes back. */
class PreviewEnds extends Error {}
