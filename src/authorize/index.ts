export {
  confirmGrant,
  GrantRefused,
  listGrants,
  listPurposes,
  MOST_REVEALS,
  proposeGrant,
  registerClient,
  registerPurpose,
  revokeGrant,
  type Grant,
  type GrantTerms,
  type Purpose,
} from './administer-grants.js';
export { endSessions, roleOf } from './analyst-sessions.js';
export {
  breakGlass,
  GLASS_FINDINGS,
  listBreakGlasses,
  LONGEST_EMERGENCY,
  reviewBreakGlass,
  ReviewOverdue,
  type BrokenGlass,
  type GlassFinding,
} from './break-glass.js';
export { boundsOf, levelOf, type Bounds, type Level } from './bounds.js';
export { FailedAttempts } from './failed-attempts.js';
export { DEMO_PURPOSE, grantDemo } from './demo-grants.js';
export { AccessRefused, openGrants, type AccessRefusal, type Grants } from './grants.js';
export { openReadings, type Readings, type ReadingSettings } from './open-readings.js';
export { openReviews, type Reviews } from './open-reviews.js';
export { ReadingFailed, type Following, type Reading, type Statement } from './reading.js';
export { openSigning } from './sign-text.js';
export { openNumber, sealNumber } from './seal-number.js';
export { openPlace, sealPlace } from './seal-place.js';
export { KeyRefused, listTokenKeys, retireTokenKey, rotateTokenKey, type TokenKeyState } from './rotate-token-key.js';
export type { OpenIdProvider } from './openid-provider.js';
export type { OpenIdSettings } from './openid-settings.js';
export { revokeClient, revokeToken, revokeTokenOf } from './revocations.js';
export { tokenIdOf, TokenRefused, TokensUnavailable } from './token-holder.js';
export { openTokenKeys, type TokenKeys } from './token-keys.js';
export { signToken, verifyToken, wasVerified, type TokenClaims } from './tokens.js';
