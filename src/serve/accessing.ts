import type { Access } from '../model/access.js';

/** How a reading of personal data is written down, given by whoever starts the server. */
export interface Accessing {
  /**
   * Answers when the row is on disk; where it rejects, the answer is not given.
   * @param underWay requests that the server works on at this moment: no row waits to go together with those of others than them
   */
  write(access: Access, underWay?: number): Promise<void>;
}
