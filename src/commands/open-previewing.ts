import { IMPORTERS } from '../../importers/index.js';
import type { Reading } from '../authorize/index.js';
import { loadDivisions } from '../county.js';
import { readCounty, type Hub } from '../hub.js';
import { previewMatch, withLookUp } from '../link/preview-match.js';
import { readLearned } from '../link/persons/learned-model.js';
import type { Learned } from '../link/persons/link-persons.js';
import { SpelledNames } from '../link/spelled-names.js';
import type { Previewing } from '../serve/index.js';
import { parseAddress } from '../validate/parse-address.js';

const DATASETS = withLookUp(IMPORTERS.flatMap((importer) => importer.datasets));
/** Milliseconds for which nobody asks whether the model is still the same. */
const TRUSTED = 1000;
/** A name of fewer is weighed as one of so many: what it weighs would tell of a namesake whom the viewer does not see. */
const FEWEST_BEARERS = 5;

interface Known {
  readonly county: string;
  /** Of the model and the night; another one makes the rest stale. */
  readonly stamp: string;
  readonly learned: Learned;
  /** As for who does not see everybody. */
  readonly ofManyBearers: Learned;
  readonly registers: readonly string[];
  readonly spelled: SpelledNames;
  readonly divisions: Awaited<ReturnType<typeof loadDivisions>>;
}

/** Compares who is looked up as the engine would; what it learned is read once, and again after a night. */
export function openPreviewing({ database }: Pick<Hub, 'database'>): Previewing {
  let current: Known | null = null;
  let renewing: Promise<Known | null> | null = null;
  let asked = -Infinity;
  const known = async (): Promise<Known | null> => {
    if (current && performance.now() - asked < TRUSTED) return current;
    asked = performance.now();
    const county = current?.county ?? (await readCounty(database));
    if (county === null) return null;
    const stamp = await stampOf(database, county);
    if (current?.stamp === stamp) return current;
    renewing ??= readKnown(database, county, stamp)
      .then((found) => (current = found))
      .finally(() => (renewing = null));
    renewing.catch(() => {});
    // Whoever asks meanwhile is answered by what was known before the night.
    return current ?? (await renewing);
  };
  return {
    preview: async (reading, { address, ...person }, findable) => {
      const found = await known();
      if (!found || found.county !== reading.bounds.county) return null;
      const parsed = address === null ? null : parseAddress(address, found.divisions, person.village);
      return await previewMatch(
        (statement, values) => reading.query(statement, values),
        findable.keep,
        database.sealing,
        found.county,
        DATASETS,
        findable.isAnybody && seesWhole(reading, found.registers) ? found.learned : found.ofManyBearers,
        found.spelled,
        { ...person, village: person.village ?? parsed?.village ?? null, address: parsed?.elements ?? null },
      );
    },
  };
}

/** Whether every bearer of a name is one whom this viewer sees. */
function seesWhole({ bounds }: Pick<Reading, 'bounds'>, registers: readonly string[]): boolean {
  return bounds.level === 'county' && registers.every((register) => bounds.registers.includes(register));
}

async function stampOf(database: Hub['database'], county: string): Promise<string> {
  const [row] = await database.query<{ model: number; run: number }>(
    `select (select coalesce(max(id), 0) from linkage_model where county = $1) as model,
       (select coalesce(max(id), 0) from link_run where county = $1) as run`,
    [county],
  );
  return `${row!.model} ${row!.run}`;
}

async function readKnown(database: Hub['database'], county: string, stamp: string): Promise<Known | null> {
  const learned = await database.transaction((client) => readLearned(client, county));
  if (!learned) return null;
  const names = await database.query<{ name: string }>(
    'select distinct name collate "C" as name from record where county = $1 and name is not null order by 1',
    [county],
  );
  const registers = await database.query<{ register: string }>(
    'select distinct register from delivery where county = $1',
    [county],
  );
  const [spelled, divisions] = await Promise.all([
    SpelledNames.of(names.map(({ name }) => name)),
    loadDivisions(county),
  ]);
  return {
    county,
    stamp,
    learned,
    ofManyBearers: { ...learned, names: learned.names.ofAtLeast(FEWEST_BEARERS) },
    registers: registers.map(({ register }) => register),
    spelled,
    divisions,
  };
}
