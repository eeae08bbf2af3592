import type { Access } from '../model/access.js';

/** How a reading of personal data is written down, given by whoever starts the server. */
export interface Accessing {
  /** Answers when the row is on disk; where it rejects, the answer is not given. */
  write(access: Access): Promise<void>;
}
