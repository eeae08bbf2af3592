import { LONGEST_LIFE } from './token-holder.js';
import { changeKeyFile, makeKey, openKeyFile, type StoredKey, type TokenKeyFile } from './token-key-file.js';

export interface TokenKeyState {
  readonly kid: string;
  /** ISO 8601; null where it is not known. */
  readonly made: string | null;
  /** Null: it signs. */
  readonly until: string | null;
}

/** A key cannot be changed in this way; says why. */
export class KeyRefused extends Error {
  constructor(readonly refusal: 'SIGNS' | 'UNKNOWN') {
    super(`The key is not retired: ${refusal}.`);
  }
}

/** The first signs; those whose time has ended are gone at the next change. */
export async function listTokenKeys(home: string): Promise<readonly TokenKeyState[]> {
  return (await openKeyFile(home)).keys.map(({ kid, made, until }) => ({ kid, made, until }));
}

/**
 * Makes a key that signs from now on. The one before verifies for `overlap` seconds more, so that the tokens which it signed live on,
 * and loses its secret half at once.
 * @param overlap 0…12 hours; with 0 every token that is out ends now
 * @returns the new key's `kid`
 * @throws RangeError for another overlap
 */
export async function rotateTokenKey(home: string, overlap: number): Promise<string> {
  if (!(overlap >= 0 && overlap <= LONGEST_LIFE)) throw new RangeError(`An overlap is 0…${LONGEST_LIFE} seconds.`);
  const made = await makeKey();
  await changeKeyFile(home, (file) => {
    const until = new Date(Date.now() + overlap * 1000).toISOString();
    return { ...file, keys: [made, ...(overlap === 0 ? [] : still(file).map((key) => ended(key, until)))] };
  });
  return made.kid;
}

/** Takes a key out: what it signed is refused from now on. @throws KeyRefused for the key that signs, and for none */
export async function retireTokenKey(home: string, kid: string): Promise<void> {
  await changeKeyFile(home, (file) => {
    if (file.keys[0]!.kid === kid) throw new KeyRefused('SIGNS');
    if (!file.keys.some((key) => key.kid === kid)) throw new KeyRefused('UNKNOWN');
    return { ...file, keys: still(file).filter((key) => key.kid !== kid) };
  });
}

const still = ({ keys }: TokenKeyFile) => keys.filter(({ until }) => until === null || Date.parse(until) > Date.now());

/** An earlier rotation's end stands: no rotation lengthens the life of a key. */
const ended = ({ d: _secret, ...open }: StoredKey, until: string): StoredKey => ({
  ...open,
  until: open.until !== null && open.until < until ? open.until : until,
});
