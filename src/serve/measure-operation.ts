import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LONGEST_PAGE } from './connection.js';

/** What an operation would ask of the hub, told before any of it is read. */
export interface Measure {
  /** Levels of fields; the frame of a connection is no level. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Things that would be read at most, roughly: entities count one, parts of them a tenth. */
  readonly cost: number;
}

/** What nobody exceeds. Person → household → member → residence → dwelling → building → grid → division → its name is 11 deep. */
export const LIMITS: Measure = { depth: 13, aliases: 30, directives: 30, cost: 20_000 };

export function exceeds(measure: Measure): boolean {
  return (Object.keys(LIMITS) as (keyof Measure)[]).some((each) => measure[each] > LIMITS[each]);
}

const FRAME = new Set(['edges', 'node', 'nodes', 'pageInfo']);
/** How long a list without `first` is taken to be. */
const FAN_OUT: Readonly<Record<string, number>> = {
  members: 6,
  children: 20,
  dwellings: 20,
  fields: 20,
  divisions: 20,
};
const USUAL_FAN_OUT = 3;
const USUAL_PAGE = 20;
const NOTHING: Measure = { depth: 0, aliases: 0, directives: 0, cost: 0 };

/** Measures a document that has passed validation; one that comes again, once for each length of its pages. */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Measure {
  let known = MEASURED.get(operation);
  if (!known)
    MEASURED.set(operation, (known = { defaults: defaultsOf(operation), paging: pagingOf(document), by: new Map() }));
  const variables = { ...known.defaults, ...given };
  const lengths = known.paging.map((name) => lengthOf(variables[name])).join();
  let measure = known.by.get(lengths);
  if (!measure) {
    if (known.by.size >= MOST_LENGTHS) known.by.clear();
    known.by.set(lengths, (measure = measureAnew(schema, document, operation, variables)));
  }
  return measure;
}

interface Measured {
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The variables that say how long a page is. */
  readonly paging: readonly string[];
  readonly by: Map<string, Measure>;
}
const MEASURED = new WeakMap<OperationDefinitionNode, Measured>();
const MOST_LENGTHS = 300;

function pagingOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Argument: ({ name, value }) =>
      void (name.value === 'first' && value.kind === Kind.VARIABLE && names.add(value.name.value)),
  });
  return [...names];
}

/** Fragments do not go in circles; each is measured once. */
function measureAnew(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const measured = new Map<string, Measure>();

  const measureSelections = (set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): Measure => {
    let sum = NOTHING;
    for (const each of set?.selections ?? []) {
      if (each.kind === Kind.FIELD) sum = add(sum, measureField(each, type));
      else if (each.kind === Kind.INLINE_FRAGMENT) {
        const inner = each.typeCondition ? schema.getType(each.typeCondition.name.value) : type;
        sum = add(add(sum, measureSelections(each.selectionSet, inner)), directivesOf(each));
      } else sum = add(add(sum, measureFragment(each.name.value)), directivesOf(each));
    }
    return sum;
  };

  const measureFragment = (name: string): Measure => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    const measure = fragment
      ? measureSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
      : NOTHING;
    measured.set(name, measure);
    return measure;
  };

  const measureField = (field: FieldNode, parent: GraphQLNamedType | undefined): Measure => {
    const name = field.name.value;
    const own = { ...directivesOf(field), aliases: field.alias ? 1 : 0 };
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = definition && getNamedType(definition.type);
    if (!type || !isCompositeType(type)) return { ...own, depth: 1, cost: 0 };
    const inner = measureSelections(field.selectionSet, type);
    const frame = FRAME.has(name);
    const weight = frame
      ? 0
      : isInterfaceType(type) || (isObjectType(type) && type.getInterfaces().length > 0)
        ? 1
        : 0.1;
    const paged = definition.args.some((argument) => argument.name === 'first');
    const times = paged
      ? pageOf(field, variables, name)
      : !frame && isList(definition.type)
        ? (FAN_OUT[name] ?? USUAL_FAN_OUT)
        : 1;
    return add(own, {
      depth: inner.depth + (frame ? 0 : 1),
      aliases: inner.aliases,
      directives: inner.directives,
      // The items of a page are counted here: what stands in its frame weighs nothing by itself.
      cost: weight + times * (inner.cost + (paged ? 1 : 0)),
    });
  };

  return measureSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** What a variable is where the request leaves it out: a page may be written there just as well. */
export function defaultsOf({ variableDefinitions }: OperationDefinitionNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

const isList = (type: Parameters<typeof getNullableType>[0]) => isListType(getNullableType(type));

function add(a: Measure, b: Measure): Measure {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    cost: a.cost + b.cost,
  };
}

function directivesOf(node: { readonly directives?: readonly unknown[] }): Measure {
  return { ...NOTHING, directives: node.directives?.length ?? 0 };
}

/** `first` as it stands in the text or in the variables; one that is refused later anyway counts as the longest page. */
function pageOf(field: FieldNode, variables: Readonly<Record<string, unknown>>, name: string): number {
  const argument = field.arguments?.find((each) => each.name.value === 'first')?.value;
  const stated =
    argument?.kind === Kind.INT
      ? Number(argument.value)
      : argument?.kind === Kind.VARIABLE
        ? variables[argument.name.value]
        : undefined;
  return lengthOf(stated) ?? FAN_OUT[name] ?? USUAL_PAGE;
}

/** Null where none is stated. */
function lengthOf(stated: unknown): number | null {
  if (stated === undefined || stated === null) return null;
  return typeof stated === 'number' && stated >= 1 && stated <= LONGEST_PAGE ? stated : LONGEST_PAGE;
}
