import { readFileSync } from 'node:fs';
import { readDivisions } from '../../src/validate/divisions.js';

/** The real county that the tests are set in. */
export const longyang = readCounty('530502', 'longyang');
export const dianbai = readCounty('440904', 'dianbai');
export const chengkou = readCounty('500229', 'chengkou');

function readCounty(code: string, pinyin: string) {
  const read = (kind: string) =>
    readFileSync(new URL(`../../fixtures/divisions/${code}_${pinyin}_${kind}.csv`, import.meta.url), 'utf8');
  return readDivisions(read('townships'), read('villages'), code);
}
