/** Headers that differ only in width, blanks or case are one header: `身份证号 码（ＩＤ）` is `身份证号码(id)`. */
export function foldHeader(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/(?:\s|\p{Default_Ignorable_Code_Point})+/gu, '')
    .toLowerCase();
}
