import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkModel, WrongModel } from '../../../src/link/engine/check-model.js';
import { CHINESE } from '../../../src/link/compare/chinese-vocabulary.js';
import { LATIN } from '../../../src/link/engine/vocabulary.js';
import { TINY } from './tiny-register.js';

const MODELS = new URL('../../../fixtures/models/', import.meta.url);

describe('a model', () => {
  it.each(readdirSync(MODELS))('%s is fit to run', (file) => {
    const declared: unknown = JSON.parse(readFileSync(new URL(file, MODELS), 'utf8'));
    expect(checkModel(declared, CHINESE)).toMatchObject({ name: file.replace('.json', '') });
  });

  it.each([
    ['no object', [], 'model', 'an object'],
    ['a word that models do not know', { ...TINY, threshold: 3 }, 'model', 'thresholds'],
    ['no version', { ...TINY, version: 0 }, 'version', 'whole number from 1'],
    ['an unknown reader', { ...TINY, fields: { name: { from: ['x'], read: 'upper' } } }, 'fields.name.read', 'words'],
    ['an unknown comparator', swap('comparator', 'levenshtein'), 'comparisons[0].comparator', 'names'],
    ['an unknown field', swap('fields', ['nickname']), 'comparisons[0].fields[0]', 'paper'],
    ['no blocking', { ...TINY, blocking: [] }, 'blocking', 'something in it'],
    [
      'an unknown key',
      { ...TINY, blocking: [{ name: 'x', parts: [{ field: 'name', take: 'metaphone' }] }] },
      'blocking[0].parts[0].take',
      'word-pairs',
    ],
    ['a comparison that no session hears', { ...TINY, sessions: [TINY.sessions[0]] }, 'sessions', 'birth'],
    [
      'an unknown level',
      { ...TINY, cannotLink: [{ comparison: 'paper', levels: ['OTHER'] }] },
      'cannotLink[0].levels[0]',
      'DIFFERENT',
    ],
    ['a queue above the links', { ...TINY, thresholds: { link: 0, review: 1 } }, 'thresholds', 'not above'],
  ])('with %s is refused with the place and what would do', (_, declared, place, accepted) => {
    let fault: unknown;
    try {
      checkModel(declared, LATIN);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(WrongModel);
    expect((fault as WrongModel).place).toBe(place);
    expect((fault as WrongModel).words.en).toContain(accepted);
  });
});

function swap(key: string, value: unknown): unknown {
  const [first, ...rest] = TINY.comparisons;
  return { ...TINY, comparisons: [{ ...first, [key]: value }, ...rest] };
}
