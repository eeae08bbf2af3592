import { openAccessLog, watchVolumes, type Signing, type VolumeAlarm } from '../accesses/index.js';
import { openSigning, openTokenKeys } from '../authorize/index.js';
import type { Config } from '../config.js';
import { stepBackBeside } from '../database/step-back.js';
import { readCounty, type Hub } from '../hub.js';
import type { Accessing } from '../serve/index.js';

/** Writes down what the server's clients read, each row before its answer leaves, and says so where one reads very much. */
export function openAccessing(
  {
    apiUrl,
    config,
    database,
    embedded,
  }: Pick<Hub, 'apiUrl' | 'database' | 'embedded'> & { readonly config: Pick<Config, 'auditHash' | 'alarms' | 'nice'> },
  onAlarm: (alarm: VolumeAlarm) => void,
): Accessing & { close(): Promise<void> } {
  const volumes = watchVolumes({
    apiUrl,
    mostPersons: config.alarms.persons,
    mostRows: config.alarms.rows,
    onAlarm,
    // Whoever reads goes before who counts what was read.
    onPool: (pool) => embedded && stepBackBeside(pool, config.nice),
  });
  const log = openAccessLog({
    apiUrl,
    algorithm: config.auditHash,
    county: () => readCounty(database),
    onWritten: volumes.note,
  });
  return {
    write: log.write,
    close: async () => {
      await log.close();
      await volumes.close();
    },
  };
}

/** The hub's own hand under the anchors of its log. */
export async function openAnchorSigning({ home }: Pick<Config, 'home'>): Promise<Signing> {
  return openSigning(home, await openTokenKeys(home));
}
