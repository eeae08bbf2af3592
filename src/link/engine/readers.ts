/** Folds a cell before anything else; the empty text is "not stated". */
export type Reader = (text: string) => string;

/** What the field declarations of a model may name under `read`. */
export const READERS: Readonly<Record<string, Reader>> = {
  /** Lower case, without accents; everything but letters and digits parts words. */
  words: (text) =>
    plain(text)
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  /** As `words`, an apostrophe or a dot joining rather than parting: o'neil, st. */
  name: (text) =>
    plain(text)
      .replaceAll(/['’`.]/g, '')
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  /** Letters and digits only: postcodes, numbers of papers. */
  code: (text) => plain(text).replaceAll(/[^\p{L}\p{N}]+/gu, ''),
  /** Eight digits YYYYMMDD, a mistyped one as it stands: a wrong month still tells the year. */
  date: (text) => {
    const digits = text.replaceAll(/\D/g, '');
    return digits.length === 8 ? digits : '';
  },
};

function plain(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
