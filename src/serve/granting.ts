import type { Grant, GrantTerms } from '../authorize/index.js';
import type { Viewer } from '../model/viewer.js';

/** How grants are given by who comes with a token; each answers null where the database settled on no county yet. */
export interface Granting {
  list(viewer: Viewer, client: string | null): Promise<readonly Grant[]>;
  /** @throws GrantRefused */
  propose(viewer: Viewer, terms: GrantTerms, by: string): Promise<Grant>;
  confirm(viewer: Viewer, id: number, by: string): Promise<Grant>;
  revoke(viewer: Viewer, id: number, by: string, reason: string): Promise<Grant>;
}
