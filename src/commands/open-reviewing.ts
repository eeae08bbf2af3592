import { openReviews, ReadingFailed } from '../authorize/index.js';
import type { Session } from '../decide/decision-rows.js';
import { readCounty, type Hub } from '../hub.js';
import type { Decision } from '../model/decision.js';
import type { Viewer } from '../model/viewer.js';
import type { Reviewed, Reviewing } from '../serve/index.js';

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
    wordsOfLevel: async (comparison, level) => {
      const { wordsOfLevel } = await import('../link/words-of-level.js');
      return wordsOfLevel(comparison, level);
    },
    close: () => reviews.close(),
  };
}
