import type { Words } from './register.js';

/** What can become of an entity in a run of the linkage. */
export const CHANGE_TYPES = {
  created: { zh: '新出现', en: 'created' },
  changed: { zh: '记录有变', en: 'changed' },
  merged: { zh: '并入', en: 'merged into' },
  split: { zh: '拆分出', en: 'split off' },
  moved: { zh: '记录移至', en: 'records moved to' },
  retired: { zh: '停用', en: 'retired' },
  revived: { zh: '恢复', en: 'revived' },
} as const satisfies Record<string, Words>;
export type ChangeType = keyof typeof CHANGE_TYPES;

/** A change as the rows that somebody sees of it show it. Records show an entity 0 not at all, 1 by retired ones, 2 by a current one. */
export interface ShownChange {
  readonly what: 'content' | 'merged' | 'moved';
  readonly before: number;
  readonly after: number;
  /** By records that did not change; of a movement, how they showed the other entity before it. Null where none did. */
  readonly beside: number | null;
}

/** In the eyes of who sees just these rows: what a hidden record knows makes an entity neither old nor alive. */
export function typeOfChange({ what, before, after, beside }: ShownChange): ChangeType {
  if (what === 'merged') return 'merged';
  if (what === 'moved') return beside === null ? 'split' : 'moved';
  const was = Math.max(before, beside ?? 0);
  const is = Math.max(after, beside ?? 0);
  if (was === 0) return 'created';
  if (was === 2 && is < 2) return 'retired';
  return was === 1 && is === 2 ? 'revived' : 'changed';
}
