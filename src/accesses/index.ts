export type { Digest } from './access-row.js';
export { anchorAccesses, readAnchors, type Anchor, type AnchoredChain, type Signing } from './anchor.js';
export { dropExpired, findExpired, KEPT_OF_WHAT_LEFT, SHORTEST_KEPT } from './expire-accesses.js';
export { findLostQuestions } from './find-lost-questions.js';
export { keepPieces } from './keep-pieces.js';
export { openAccessLog, type AccessLog } from './open-access-log.js';
export { readShown, type Shown } from './read-shown.js';
export { verifyAccesses, type Misfit } from './verify-accesses.js';
export { watchVolumes, type VolumeAlarm } from './watch-volumes.js';
