import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc, { type GeneratorValue } from 'fast-check';
import {
  execute,
  getNamedType,
  isCompositeType,
  isObjectType,
  parse,
  validate,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORTERS } from '../../importers/index.js';
import { boundsOf, openReadings, type Readings } from '../../src/authorize/index.js';
import { FIELD_CLASSES, type FieldClass } from '../../src/model/field.js';
import { statingOf } from '../../src/model/stated-fields.js';
import type { Viewer } from '../../src/model/viewer.js';
import { ToldAccess } from '../../src/serve/access-note.js';
import type { Context } from '../../src/serve/context.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import { buildHubSchema } from '../../src/serve/index.js';
import { seenBy } from '../../src/serve/mask-evidence.js';
import { openLoaders } from '../../src/serve/open-loaders.js';
import { FIELD_PLANS, PLANNED_ROOTS } from '../../src/serve/plan-fields.js';
import { directingVariables, planOperation } from '../../src/serve/plan-operation.js';
import type { KnownDeliveries } from '../../src/serve/gather-evidence.js';
import { runPlan } from '../../src/serve/run-plan.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import {
  ALL_REGISTERS,
  COUNTY,
  EAST,
  EAST_1,
  EAST_2,
  fillSmallCounty,
  GRID,
  ID,
  WEST,
  WEST_1,
} from './small-county.js';

const schema = buildHubSchema();
const STATING = statingOf(IMPORTERS.flatMap((importer) => importer.datasets));
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let readings: Readings;
const deliveries: KnownDeliveries = new Map();
beforeAll(async () => {
  database = await cloneDatabase();
  await fillSmallCounty(database);
  // Some of what the small county leaves out: a retired record, a value that an earlier delta stated, one stated as nothing.
  await database.query(
    `update record set carried = jsonb_build_object('phone', jsonb_build_object('delivery', 1, 'row', 3)) where dataset = 'governance/residents'`,
  );
  await database.query(
    `update record set stated = stated || '{"education": null, "workplace": ""}' where dataset = 'police/residents'`,
  );
  // A register that says itself when it changed a row.
  await database.query(
    `update record set stated = stated || '{"updatedAt": "2026-09-02T08:00:00+08:00"}' where dataset in ('police/residents', 'governance/buildings')`,
  );
  readings = openReadings({ apiUrl: database.apiUrl });
});
afterAll(async () => {
  await readings.close();
  await database.close();
});

interface Both {
  /** Null where the operation, or this asking of it, is not planned. */
  readonly fast: string | null;
  /** What stood in the way. */
  readonly why: string;
  readonly slow: string;
  readonly erred: boolean;
  readonly told: readonly [ToldAccess, ToldAccess];
}

async function askBoth(text: string, variables: Record<string, unknown>, viewer: Viewer): Promise<Both> {
  const document = parse(text);
  const operation = document.definitions.find((each) => each.kind === 'OperationDefinition') as OperationDefinitionNode;
  const ask = async <T>(told: ToldAccess, work: (context: Context) => Promise<T>): Promise<T> =>
    await readings.read(viewer, async (reading) =>
      work({
        viewer,
        requestId: '',
        reading,
        loaders: openLoaders(reading, told, false),
        note: told,
        stating: STATING,
      } as unknown as Context),
    );
  const told = [new ToldAccess(), new ToldAccess()] as const;
  const slow = await ask(told[0], async (contextValue) =>
    execute({ schema, document, contextValue, variableValues: variables, rootValue: {} }),
  );
  const directed = Object.fromEntries(directingVariables(document).map((name) => [name, variables[name]]));
  const masked = !seenBy({ viewer, bounds: boundsOf(viewer) }).isWhole;
  const plan = planOperation(schema, document, operation, directed, masked);
  let why = '';
  const fast =
    plan &&
    (await ask(told[1], (context) => runPlan(plan, context, variables, deliveries)).catch(
      (error: Error) => void (why = error.message),
    ));
  return {
    fast: fast ? JSON.stringify({ data: fast }) : null,
    why,
    slow: JSON.stringify(slow),
    erred: slow.errors !== undefined,
    told,
  };
}

const VIEWERS = [[COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [GRID], [WEST, EAST_1]] as const;
const IDS = [
  ...[ID.zhang, ID.li, ID.child, ID.second, ID.western, ID.merged].map((id) => writeGlobalId('Person', COUNTY, id)),
  ...[ID.household, ID.westHousehold].map((id) => writeGlobalId('Household', COUNTY, id)),
  writeGlobalId('Dwelling', COUNTY, ID.dwelling),
  writeGlobalId('Building', COUNTY, ID.building),
  writeGlobalId('Person', COUNTY, 999_999),
  'nothing',
];

describe('an answer by plan', () => {
  it('is, for every operation that a developer would copy, the answer of graphql-js to the byte', async () => {
    const folder = join(import.meta.dirname, '../../schema/operations');
    const planned: string[] = [];
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8');
      if (/^\s*mutation/m.test(text)) continue;
      for (const id of IDS.slice(0, 9)) {
        const variables = { id, first: 3, village: EAST_1, filter: { division: EAST }, asOf: '2026-10-01T00:00:00Z' };
        const { fast, slow } = await askBoth(text, variables, viewerOf([COUNTY], ALL_REGISTERS));
        if (fast === null) continue;
        planned.push(file);
        expect(fast, file).toBe(slow);
      }
    }
    expect(new Set(planned)).toEqual(new Set(['find-people.graphql', 'people-of-village.graphql']));
  });

  it('hides the sheet of a record of which something is masked that was not asked for', async () => {
    const id = writeGlobalId('Person', COUNTY, ID.zhang);
    const text = `query ($id: ID!) { answer: person(id: $id) { name { agreeing { dataset sheet } } } }`;
    const ask = async (fields: readonly FieldClass[]) => {
      const { fast, slow } = await askBoth(text, { id }, viewerOf([COUNTY], ALL_REGISTERS, { fields }));
      expect(fast).toBe(slow);
      return fast;
    };
    expect(await ask(['basic', 'benefit'])).toContain('城乡低保');
    expect(await ask(['basic'])).not.toContain('城乡低保');
  });

  it('does not name the delivery of a register that the viewer does not see, whoever was told of it before', async () => {
    const id = writeGlobalId('Person', COUNTY, ID.zhang);
    const text = `query ($id: ID!) { answer: person(id: $id) { phone { source { file } agreeing { file } } } }`;
    for (const registers of [ALL_REGISTERS, ['governance']]) {
      const { fast, slow } = await askBoth(text, { id }, viewerOf([COUNTY], registers));
      expect(fast).toBe(slow);
    }
  });

  it('is the answer of graphql-js for whatever can be asked, by whoever asks, and tells the same of whom it read', async () => {
    let planned = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.gen(),
        fc.constantFrom(...VIEWERS),
        fc.subarray(ALL_REGISTERS, { minLength: 1 }),
        fc.subarray([...FIELD_CLASSES]),
        fc.boolean(),
        fc.boolean(),
        async (choose, divisions, registers, fields, forMinors, shown) => {
          const { text, variables } = writeOperation(choose, shown);
          expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
          const { fast, why, slow, erred, told } = await askBoth(
            text,
            variables,
            viewerOf(divisions, registers, { fields, forMinors }),
          );
          asked += 1;
          if (fast === null) {
            // Nothing but what is wrong, or an id of nobody here, takes the long way.
            expect(erred || why === 'id', why).toBe(true);
            return;
          }
          planned += 1;
          expect(fast).toBe(slow);
          expect([...told[1].persons].toSorted()).toEqual([...told[0].persons].toSorted());
          expect([...told[1].households].toSorted()).toEqual([...told[0].households].toSorted());
        },
      ),
      { numRuns: 300 },
    );
    expect(planned / asked).toBeGreaterThan(0.7);
  }, 60_000);
});

/** An operation out of what is planned: fields, aliases, fragments, directives and pages as it comes. */
function writeOperation(choose: GeneratorValue, shown: boolean) {
  const query = schema.getQueryType()!;
  const root = choose(fc.constantFrom, ...Object.keys(PLANNED_ROOTS));
  const definition = query.getFields()[root]!;
  const kind = PLANNED_ROOTS[root]!.kind;
  const args =
    PLANNED_ROOTS[root]!.by === 'id'
      ? '(id: $id)'
      : choose(
          fc.constantFrom,
          '',
          '(first: 2)',
          `(filter: { division: "${EAST}" })`,
          '(filter: { register: "police" }, first: 3)',
          '(first: 0)',
        );
  const own = IDS.filter((id) => Buffer.from(id, 'base64url').toString().startsWith(kind));
  const id = choose(fc.constantFrom, ...own, ...own, IDS.at(-1)!);
  const body = writeSelection(choose, getNamedType(definition.type) as GraphQLObjectType, 0);
  const header = [args.includes('$id') ? '$id: ID!' : '', body.includes('$shown') ? '$shown: Boolean!' : ''].filter(
    Boolean,
  );
  return {
    text: `query ${header.length > 0 ? `(${header.join(', ')})` : ''} { answer: ${root}${args} ${body} }`,
    variables: { id, shown },
  };
}

const DEEPEST = 5;

function writeSelection(choose: GeneratorValue, type: GraphQLObjectType, depth: number): string {
  const plans = FIELD_PLANS[type.name];
  const names = Object.values(type.getFields())
    .filter(({ name }) => !plans || name in plans)
    .filter(
      (field) =>
        depth < DEEPEST ||
        !isCompositeType(getNamedType(field.type)) ||
        getNamedType(field.type).name === 'SourcedValue',
    );
  const shownNames = names.map(({ name }) => name);
  const some = choose(fc.subarray<string>, shownNames, {
    minLength: 1,
    maxLength: Math.min(depth > 2 ? 2 : 5, shownNames.length),
  }).map((name) => type.getFields()[name]!);
  const fields = some.map((field) => {
    const inner = getNamedType(field.type);
    const below = isObjectType(inner) ? ` ${writeSelection(choose, inner, depth + 1)}` : '';
    const args = field.args.some(({ name }) => name === 'first')
      ? choose(fc.constantFrom, '', '(first: 1)', '(first: 2)')
      : field.args.some(({ name }) => name === 'language')
        ? choose(fc.constantFrom, '', '(language: EN)')
        : '';
    const directive = choose(
      fc.constantFrom,
      '',
      '',
      '',
      ' @include(if: $shown)',
      ' @skip(if: $shown)',
      ' @include(if: true)',
    );
    const alias = choose(fc.constantFrom, '', '', `a${depth}_${field.name}: `);
    return `${alias === '' && args !== '' ? `b_${args.length}_${field.name}: ` : alias}${field.name}${args}${directive}${below}`;
  });
  const typename = choose(fc.constantFrom, '', '__typename ');
  const wrapped = choose(fc.constantFrom, false, false, true)
    ? `... on ${type.name} { ${fields.join(' ')} }`
    : fields.join(' ');
  return `{ ${typename}${wrapped} __typename }`;
}
