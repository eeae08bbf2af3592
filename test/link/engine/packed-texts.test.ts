import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashedParts, hashKey } from '../../../src/link/engine/hash-key.js';
import { PackedTexts } from '../../../src/link/engine/packed-texts.js';
import { TextTable } from '../../../src/link/engine/text-table.js';
import { ThreadTexts } from '../../../src/link/engine/thread-texts.js';

/** Names, what is longer than a name, and halves of characters that stand alone. */
const texts = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...'张王李赵伟明芳秀英𠮷·a'), maxLength: 4 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom('\ud800', '\udc00\ud800', '李'.repeat(10_000)),
  ),
  { minLength: 600, maxLength: 900 },
);

it('gives texts the codes, and codes the texts, that a table of strings gives', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const [packed, plain] = [new PackedTexts(), new TextTable()];
      const parts = all.flatMap((text, i) => {
        expect(packed.codeOf(text)).toBe(plain.codeOf(text));
        return i % 200 === 0 ? [{ texts: new ThreadTexts(packed.share()), size: packed.size }] : [];
      });
      expect(packed.size).toBe(plain.size);
      const hash = new HashedParts();
      for (let code = 0; code <= plain.size; code += 1) {
        expect(packed.textOf(code)).toBe(plain.textOf(code));
        // What another thread was given stays as it was, whatever the table has gained since.
        for (const { texts: shared, size } of parts)
          expect(shared.textOf(code)).toBe(code < size ? plain.textOf(code) : '');
        if (code === 0 || code === plain.size) continue;
        packed.hashInto(hash.begin().add('name|'), code);
        expect(hash.key()).toBe(hashKey(`name|${plain.textOf(code)}`));
      }
    }),
    { numRuns: 20 },
  );
});
