/** What the bytes are, whatever the file is called. `text` is CSV or NDJSON; `other` names what is not taken. */
export type FoundFormat = { readonly is: 'xlsx' | 'xls' | 'text' } | { readonly is: 'other'; readonly found: string };

const bytes = (...values: number[]) => Buffer.from(values);

/** Read from the top. */
const MAGIC: readonly (readonly [Buffer, 'xlsx' | 'xls' | string])[] = [
  [bytes(0x50, 0x4b, 0x03, 0x04), 'xlsx'],
  [bytes(0x50, 0x4b, 0x05, 0x06), 'empty ZIP archive'],
  [bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), 'xls'],
  [Buffer.from('%PDF'), 'PDF'],
  [Buffer.from('{\\rtf'), 'RTF'],
  [bytes(0x89, 0x50, 0x4e, 0x47), 'PNG image'],
  [bytes(0xff, 0xd8, 0xff), 'JPEG image'],
  [Buffer.from('GIF8'), 'GIF image'],
  [bytes(0x49, 0x49, 0x2a, 0x00), 'TIFF image'],
  [bytes(0x4d, 0x4d, 0x00, 0x2a), 'TIFF image'],
  [bytes(0x1f, 0x8b), 'gzip archive'],
  [Buffer.from('Rar!'), 'RAR archive'],
  [bytes(0x37, 0x7a, 0xbc, 0xaf), '7z archive'],
  [Buffer.from('SQLite format 3'), 'SQLite database'],
  [bytes(0x7f, 0x45, 0x4c, 0x46), 'program'],
];

/** @param head the first bytes of the file, 64 or more where it has them */
export function recogniseFormat(head: Buffer): FoundFormat {
  for (const [magic, name] of MAGIC) {
    if (head.subarray(0, magic.length).equals(magic))
      return name === 'xlsx' || name === 'xls' ? { is: name } : { is: 'other', found: name };
  }
  if (isBareBiff(head)) return { is: 'xls' };
  if (isDbase(head)) return { is: 'other', found: 'dBASE table' };
  const start = head
    .subarray(0, 512)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replaceAll('\0', '')
    .trimStart()
    .toLowerCase();
  if (/^<\?xml|^<(html|!doctype|table|head|body|meta|style|div|workbook)\b|^<!--/.test(start)) {
    return { is: 'other', found: start.includes('html') || !start.startsWith('<?xml') ? 'HTML' : 'XML' };
  }
  return { is: 'text' };
}

/** Excel 2 to 5 without a container: a BOF record of four to sixteen bytes at the very start. */
function isBareBiff(head: Buffer): boolean {
  return (
    head[0] === 0x09 &&
    [0x00, 0x02, 0x04, 0x08].includes(head[1] ?? -1) &&
    [4, 6, 8, 16].includes(head[2] ?? -1) &&
    head[3] === 0
  );
}

/** dBASE has no magic word: a version, a date, and a header length that counts 32-byte field descriptions. */
function isDbase(head: Buffer): boolean {
  if (head.length < 32 || ![0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8b, 0xf5].includes(head[0] ?? 0)) return false;
  const [month, day] = [head[2] ?? 0, head[3] ?? 0];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && head.readUInt16LE(8) >= 33;
}
