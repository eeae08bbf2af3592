import type { BrokenGlass, GlassFinding, Grant, GrantTerms } from '../authorize/index.js';
import type { Viewer } from '../model/viewer.js';

/** How grants are given, and opened in an emergency, by who comes with a token; each throws GrantRefused for what cannot be. */
export interface Granting {
  list(viewer: Viewer, client: string | null): Promise<readonly Grant[]>;
  propose(viewer: Viewer, terms: GrantTerms, by: string): Promise<Grant>;
  confirm(viewer: Viewer, id: number, by: string): Promise<Grant>;
  revoke(viewer: Viewer, id: number, by: string, reason: string): Promise<Grant>;
  /** Ends tokens of a client whose grants are all the administrator's own. @param token null: all that were signed until now */
  revokeTokens(viewer: Viewer, client: string, token: string | null, by: string, reason: string): Promise<void>;
  breakGlass(
    viewer: Viewer,
    asked: { readonly divisions: readonly string[]; readonly hours: number; readonly reason: string },
    by: string,
    request: string,
  ): Promise<BrokenGlass>;
  listBreakGlasses(viewer: Viewer, open: boolean | null, first: number): Promise<readonly BrokenGlass[]>;
  reviewBreakGlass(
    viewer: Viewer,
    id: number,
    review: { readonly finding: GlassFinding; readonly note: string },
    by: string,
  ): Promise<BrokenGlass>;
}
