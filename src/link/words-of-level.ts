import type { Words } from '../model/register.js';
import type { Level } from './engine/comparator.js';
import { PERSON_MODEL } from './persons/person-model.js';

const LEVELS: Readonly<Record<string, readonly Level[]>> = Object.fromEntries(
  PERSON_MODEL.comparisons.map(({ name, levels }) => [name, levels]),
);

/** A level of the county's own models in words; its code where no model has it, or has it any more. */
export function wordsOfLevel(comparison: string, level: string): Words {
  if (comparison === 'prior') return { zh: '比较之前', en: 'before any comparison' };
  return LEVELS[comparison]?.find(({ code }) => code === level) ?? { zh: level, en: level };
}
