/** `merged`: gone into another, `mergedInto` says which. `retired`: no current record speaks of it any more. Nothing is deleted. */
export type EntityStatus = 'active' | 'merged' | 'retired';
