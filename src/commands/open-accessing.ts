import { openAccessLog, watchVolumes, type Signing, type VolumeAlarm } from '../accesses/index.js';
import { openSigning, openTokenKeys } from '../authorize/index.js';
import type { Config } from '../config.js';
import { readCounty, type Hub } from '../hub.js';
import type { Accessing } from '../serve/index.js';

/** Writes down what the server's clients read, each row before its answer leaves, and says so where one reads very much. */
export function openAccessing(
  {
    apiUrl,
    config,
    database,
  }: Pick<Hub, 'apiUrl' | 'database'> & { readonly config: Pick<Config, 'auditHash' | 'alarms'> },
  onAlarm: (alarm: VolumeAlarm) => void,
): Accessing & { close(): Promise<void> } {
  const volumes = watchVolumes({
    apiUrl,
    mostPersons: config.alarms.persons,
    mostRows: config.alarms.rows,
    onAlarm,
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
