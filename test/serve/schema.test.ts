import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { buildHubSchema, printHubSchema } from '../../src/serve/index.js';

const PROJECT = join(import.meta.dirname, '../..');

const both = (text: string | null | undefined) => /\p{Script=Han}/u.test(text ?? '') && /[A-Za-z]{2}/.test(text ?? '');

it('is printed in schema/schema.graphql as it is; `npm run codegen` prints it again', () => {
  expect(readFileSync(join(PROJECT, 'schema/schema.graphql'), 'utf8')).toBe(printHubSchema());
});

it('describes every type, field and argument in Chinese and in English', () => {
  const bare: string[] = [];
  for (const type of Object.values(buildHubSchema().getTypeMap())) {
    if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID', 'DateTimeISO'].includes(type.name))
      continue;
    if (!['Query', 'Mutation'].includes(type.name) && !both(type.description)) bare.push(type.name);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!both(field.description)) bare.push(`${type.name}.${field.name}`);
      for (const argument of field.args) {
        if (argument.name !== 'language' && !both(argument.description))
          bare.push(`${type.name}.${field.name}(${argument.name})`);
      }
    }
  }
  expect(bare).toEqual([]);
});
