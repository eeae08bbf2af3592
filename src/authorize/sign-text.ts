import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompactSign, compactVerify, exportJWK, importJWK, type JWK } from 'jose';
import { ALGORITHM } from './token-key-file.js';
import type { TokenKeys } from './token-keys.js';

/** A token is no anchor and an anchor no token, whoever holds the key. */
const TYPE = 'anchor+jws';

/**
 * Signs texts that must be trusted for years, with the key that signs tokens. A token's key is thrown away after a while: its open half is
 * therefore kept in `anchor-signers.json` in the hub's home, for ever.
 */
export function openSigning(home: string, keys: TokenKeys) {
  const file = join(home, 'anchor-signers.json');
  const readSigners = async (): Promise<{ keys: JWK[] }> =>
    JSON.parse(
      await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '{"keys":[]}';
        throw error;
      }),
    ) as { keys: JWK[] };
  const remember = async (kid: string): Promise<void> => {
    const signers = await readSigners();
    if (signers.keys.some((each) => each.kid === kid)) return;
    const { d: _secret, ...open } = await exportJWK(keys.verifying.get(kid)!.key);
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    const more = { keys: [...signers.keys, { ...open, kid }] };
    await writeFile(draft, `${JSON.stringify(more, null, 2)}\n`, { mode: 0o644 });
    await rename(draft, file);
  };
  return {
    sign: async (text: string): Promise<string> => {
      const { kid, key } = keys.signing;
      await remember(kid);
      return await new CompactSign(Buffer.from(text)).setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE }).sign(key);
    },
    /** @throws where it was not signed so by this hub */
    open: async (signed: string): Promise<string> => {
      const signers = await readSigners();
      const { payload, protectedHeader } = await compactVerify(
        signed,
        async (header) => {
          const jwk = signers.keys.find((each) => each.kid === header.kid);
          if (!jwk) throw new Error('Signed by no key of this hub.');
          return await importJWK(jwk, ALGORITHM);
        },
        { algorithms: [ALGORITHM] },
      );
      if (protectedHeader.typ !== TYPE) throw new Error('This was signed to be something else.');
      return Buffer.from(payload).toString('utf8');
    },
  };
}
