/** The program of a thread that asks rows beside the one that applies what they answered. */
import { workerData } from 'node:worker_threads';
import { serveThread, type ThreadTasks } from '../engine/serve-thread.js';
import type { ThreadStart } from '../engine/threads.js';
import { collect } from '../engine/collect.js';
import { assignRows } from './assign-rows.js';
import type { TextParts } from '../engine/packed-texts.js';
import { ThreadTexts } from '../engine/thread-texts.js';
import { NameKeys, type NameCodes } from './name-keys.js';
import { countPhones, type PhoneParts } from './count-phones.js';
import { markRows, type MarkParts } from './mark-rows.js';
import type { MeetingParts, TouchedClusters, TouchedGiven } from './meet-clusters.js';
import { ThreadKeys, type KeyParts, type SlotParts } from './row-slots.js';
import { ThreadCounty, type CountyParts, type RoundParts, type WeighingParts } from './thread-county.js';

/** So much is asked, or asked for, that what was let go of is worth a collection. */
const MANY = 250_000;

/** Names, and room for what they are found by. */
export interface NameParts {
  readonly texts: TextParts;
  readonly codes: NameCodes;
}

let county: ThreadCounty | null;
let threadKeys: ThreadKeys;
let touched: TouchedClusters;

const TASKS: ThreadTasks = {
  county: (parts: CountyParts) => {
    county = new ThreadCounty(parts);
  },
  'nobody asks': () => {
    county = null;
    collect();
  },
  keys: (parts: KeyParts) => {
    threadKeys = new ThreadKeys(parts);
  },
  names: ({ texts, codes }: NameParts) => {
    return () => new NameKeys().readAll(new ThreadTexts(texts), codes, 1);
  },
  phones: (parts: PhoneParts) => {
    return () => void countPhones(parts);
  },
  mark: (parts: MarkParts) => markRows(parts),
  slots: (parts: SlotParts) => {
    // The index of the rule before is let go of here as well.
    if (parts.index.size > MANY) collect();
    return threadKeys.find(parts);
  },
  touched: (parts: TouchedGiven) => {
    touched = county!.touched(threadKeys.evidence, parts);
  },
  meet: (parts: MeetingParts, place: number) => touched.meeting(parts, place),
  weigh: (parts: WeighingParts) => county!.weigh(parts),
  assign: (round: RoundParts, place: number) => {
    if (round.rows.length > MANY) collect();
    const asked = county!.ask(round);
    return (from, to) => assignRows(asked, round.into, place, from, to);
  },
};

serveThread(workerData as ThreadStart, TASKS);
