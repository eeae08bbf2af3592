import type { Command } from './command.js';
import { start } from './start.js';
import { receive } from './receive.js';
import { county } from './county.js';
import { migrateCommand } from './migrate.js';
import { status } from './status.js';
import { findings } from './findings.js';
import { quality } from './quality.js';
import { links } from './links.js';
import { linkFile } from './link-file.js';
import { explain } from './explain.js';
import { review } from './review.js';
import { changes } from './changes.js';
import { undo } from './undo.js';
import { train } from './train.js';
import { model } from './model.js';
import { analyst } from './analyst.js';
import { grant } from './grant.js';
import { purpose } from './purpose.js';
import { token } from './token.js';
import { totals } from './totals.js';
import { tokenKey } from './token-keys.js';
import { tokenRevoke } from './token-revoke.js';
import { audit } from './audit.js';
import { documents } from './documents.js';
import { seal } from './seal.js';
import { bench } from './bench.js';

/** Every command of the program, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  start,
  receive,
  county,
  migrateCommand,
  status,
  findings,
  quality,
  links,
  totals,
  linkFile,
  explain,
  review,
  changes,
  undo,
  train,
  model,
  purpose,
  grant,
  analyst,
  token,
  tokenKey,
  tokenRevoke,
  audit,
  documents,
  seal,
  bench,
];
