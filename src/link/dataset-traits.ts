import type { Dataset } from '../model/importer.js';
import { rankOfSource } from '../model/priority.js';
import type { Subject } from '../model/register.js';
import type { DatasetTraits } from './record-columns.js';

/** What the linkage does with a dataset's rows, read from what the department declares. */
export function traitsOf(datasets: readonly Dataset[]): DatasetTraits[] {
  const registers = [...new Set(datasets.map((dataset) => dataset.register))];
  return datasets.map((dataset) => {
    const speaks = (subject: Subject): boolean => dataset.speaksOf.includes(subject);
    return {
      name: dataset.name,
      register: dataset.register,
      registerCode: registers.indexOf(dataset.register),
      defines: (speaks('building') || speaks('dwelling')) && !speaks('person'),
      person: speaks('person'),
      household: speaks('household'),
      dwelling: speaks('dwelling'),
      building: speaks('building'),
      organisation: speaks('organisation'),
      place: speaks('place'),
      event: speaks('event'),
      // A row that speaks of other things besides keeps the grid's code; the grid itself is the row that speaks of nothing else.
      grid: speaks('grid') && dataset.speaksOf.length === 1,
      duplicates: dataset.duplicates,
      nameRank: rankOfSource('name', dataset.name),
      addressRank: rankOfSource('address', dataset.name),
    };
  });
}
