import { loadDivisions } from '../county.js';
import { readCounty, type Hub } from '../hub.js';
import type { ReadAddress } from '../model/address-tail.js';
import { soughtAddress } from '../validate/sought-address.js';

/** Reads the addresses that clients look for, by the divisions of the hub's county; before its first delivery there is none to be found. */
export function openAddresses({ database }: Pick<Hub, 'database'>): ReadAddress {
  let divisions: ReturnType<typeof loadDivisions> | null = null;
  return async (text) => {
    if (divisions === null) {
      const county = await readCounty(database);
      if (county === null) return [{ area: null, tail: text }];
      divisions = loadDivisions(county);
      divisions.catch(() => (divisions = null));
    }
    return soughtAddress(text, await divisions);
  };
}
