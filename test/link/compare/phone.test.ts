import { describe, expect, it } from 'vitest';
import { phone } from '../../../src/link/compare/phone.js';
import { sex } from '../../../src/link/compare/sex.js';
import { compareCodes } from './compare-codes.js';

describe('two phone numbers', () => {
  const compare = compareCodes(phone);
  it.each([
    ['13812345678', '+86 138-1234-5678', 'EQUAL'],
    ['0731-82345678', '82345678', 'AREA_CODE'],
    ['0731-82345678', '0732-82345678', 'ONE_DIGIT'],
    ['13812345678', '82345678', 'DIFFERS'],
    ['13812345678', '13812345679', 'ONE_DIGIT'],
    ['13812345678', '13812354678', 'ONE_DIGIT'],
    ['13812345678', '13812345000', 'DIFFERS'],
    ['无', '13812345678', null],
    ['', '13812345678', null],
  ])('%s and %s: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });
});

describe('two sexes', () => {
  const compare = compareCodes(sex);
  it.each([
    ['1', '1', 'EQUAL'],
    ['1', '2', 'DIFFERS'],
    ['', '1', null],
  ])('%j and %j: %s', (one, other, level) => {
    expect(compare(one, other)).toBe(level);
  });
});
