import type { Column } from './importer.js';

/** The fields that a column may state: its own, and those that validation makes of it. */
export function statedFields({ field, word }: Pick<Column, 'field' | 'word'>): readonly string[] {
  switch (word.kind) {
    case 'idNumber':
      return [field, `${field}Invalid`];
    case 'anyIdNumber':
      return [field, `${field}Invalid`, 'otherIdNumber'];
    case 'disabilityNumber':
      return [field, 'certifiedIdNumber'];
    case 'address':
      return [field, `${field}Elements`];
    default:
      return [field];
  }
}
