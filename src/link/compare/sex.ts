import { exact } from './exact.js';

/** Codes of GB/T 2261.1; a code that says "unknown" has to be left out of the table. */
export const sex = exact('性别', 'sex');
