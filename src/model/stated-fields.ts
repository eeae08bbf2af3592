import type { Column, Dataset } from './importer.js';

/** Fields, each with the names of the datasets that may state it. */
export type Stating = ReadonlyMap<string, readonly string[]>;

/** By what the importers declare, which is what the link goes by as well. */
export function statingOf(datasets: readonly Pick<Dataset, 'name' | 'columns'>[]): Stating {
  const stating = new Map<string, string[]>();
  for (const { name, columns } of datasets)
    for (const field of new Set(columns.flatMap(statedFields)))
      stating.set(field, [...(stating.get(field) ?? []), name]);
  return stating;
}

/** All datasets that are declared: each states something. */
export function datasetsIn(stating: Stating): ReadonlySet<string> {
  return new Set([...stating.values()].flat());
}

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
