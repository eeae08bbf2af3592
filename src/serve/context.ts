import type { Reading, TokenKeys } from '../authorize/index.js';
import type { ReadAddress } from '../model/address-tail.js';
import type { Stating } from '../model/stated-fields.js';
import type { Viewer } from '../model/viewer.js';
import type { AccessNote } from './access-note.js';
import type { Inquiry } from './inquiry.js';
import type { Granting } from './granting.js';
import type { Previewing } from './previewing.js';
import type { Reviewing } from './reviewing.js';
import type { Loaders } from './open-loaders.js';

/** What a request has from its token, before it reads anything. */
export interface RequestContext {
  readonly viewer: Viewer;
  /** The same token and purpose, by the grants as they are now. */
  readonly readmit: () => Promise<Viewer>;
  readonly requestId: string;
  /** What is counted and told of this request. */
  readonly inquiry: Inquiry;
  /** Seal the numbers that a viewer is not to read. */
  readonly keys: Pick<TokenKeys, 'sealing'>;
}

/** What a resolver gets: one viewer's reading, and the loaders of this request alone. */
export interface Context extends RequestContext {
  readonly reading: Reading;
  readonly loaders: Loaders;
  /** Whoever reads about a person says so here, if it does not read by the loaders. */
  readonly note: AccessNote;
  /** Counts one whole value outside of the viewer's classes; false where today's are used up. */
  readonly countReveal: (viewer: Viewer) => Promise<boolean>;
  /** Counts so many verifications of the viewer's client that found no match. @returns those of today, these among them */
  readonly countMisses: (viewer: Viewer, more: number) => Promise<number>;
  /** Of one client on one day; above it nobody is verified. */
  readonly mostMisses: number;
  /** Null where this server does not know: then every record is read. */
  readonly stating: Stating | null;
  /** Null where this server takes no decisions. */
  readonly reviewing: Reviewing | null;
  /** Null where this server compares nobody. */
  readonly previewing: Previewing | null;
  /** Reads an address that is looked for. */
  readonly readAddress: ReadAddress;
  /** Null where this server gives no grants. */
  readonly granting: Granting | null;
}
