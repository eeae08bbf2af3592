import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Connected } from './connection.js';
import { FIELD_PLANS, PLANNED_ROOTS, type Planning, type Step } from './plan-fields.js';
import { NotPlanned, PlanNode } from './plan-node.js';
import type { PlannedRun } from './planned-run.js';

/** An operation whose answer one statement and one walk over its records make. */
export interface Plan {
  readonly key: string;
  readonly root: PlanNode;
  readonly by: 'id' | 'page';
  readonly nodes: readonly PlanNode[];
  /** Whether a page is to be counted as well. */
  readonly counted: boolean;
  args(run: Pick<PlannedRun, 'variables'>): Readonly<Record<string, unknown>>;
  /** The answer's value of the one field, out of the entity or the page. */
  readonly answer: Step<never>;
  /** @returns null where they are not what the operation takes */
  variablesOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null;
}

type Fields = Map<string, FieldNode[]>;

/**
 * Plans an operation for the values that its directives have.
 * @param masked whether anything of what is read is masked
 * @returns null for one that asks for anything that is not planned
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  directed: Readonly<Record<string, unknown>>,
  masked: boolean,
): Plan | null {
  try {
    return new Planner(schema, document, operation, directed, masked).plan();
  } catch (error) {
    if (error instanceof NotPlanned) return null;
    throw error;
  }
}

/** The variables that decide what an operation asks for. */
export function directingVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node !== null && typeof node === 'object') {
      const {
        kind,
        name,
        arguments: given,
      } = node as { kind?: string; name?: { value: string }; arguments?: unknown[] };
      if (kind === Kind.DIRECTIVE && (name?.value === 'skip' || name?.value === 'include'))
        for (const each of given as { value: { kind: string; name?: { value: string } } }[])
          if (each.value.kind === Kind.VARIABLE) names.add(each.value.name!.value);
      for (const [key, value] of Object.entries(node)) if (key !== 'loc') walk(value);
    }
  };
  walk(document.definitions);
  return [...names];
}

class Planner {
  private readonly nodes: PlanNode[] = [];
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private counted = false;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly directed: Readonly<Record<string, unknown>>,
    private readonly masked: boolean,
  ) {
    for (const each of document.definitions)
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(each.name.value, each);
  }

  plan(): Plan {
    const { schema, operation } = this;
    const query = schema.getQueryType()!;
    const fields = this.collect(query, [operation.selectionSet]);
    const [[key, nodes], ...others] = [...fields] as [[string, FieldNode[]], ...unknown[]];
    const name = nodes?.[0]!.name.value;
    const planned = name === undefined ? undefined : PLANNED_ROOTS[name];
    if (!planned || others.length > 0) throw new NotPlanned(name);
    const definition = query.getFields()[name!]!;
    const root = this.open(planned.kind, null);
    const planning = this.planning(definition, nodes!, root, {});
    const args = planning.args() as Plan['args'];
    const answer = (
      planned.by === 'id' ? planning.object(root) : this.page(definition, nodes!, root, {}, true)
    ) as Step<never>;
    const { variableDefinitions = [] } = operation;
    const empty = {};
    return {
      key,
      root,
      by: planned.by,
      nodes: this.nodes,
      counted: this.counted,
      args,
      answer,
      variablesOf: (given) =>
        variableDefinitions.length === 0
          ? empty
          : (getVariableValues(schema, variableDefinitions, given).coerced ?? null),
    };
  }

  private open(kind: PlanNode['kind'], via: PlanNode['via']): PlanNode {
    const node = new PlanNode(this.nodes.length, kind, via);
    if (this.masked) node.needAge();
    via?.parent.children.push(node);
    this.nodes.push(node);
    return node;
  }

  /** The fields that are asked for, in their order; those of one key are one. */
  private collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[], into: Fields = new Map()): Fields {
    for (const set of sets)
      for (const each of set.selections) {
        if (!this.isIncluded(each)) continue;
        if (each.kind === Kind.FIELD) {
          const key = (each.alias ?? each.name).value;
          const same = into.get(key);
          if (same) same.push(each);
          else into.set(key, [each]);
          continue;
        }
        const fragment = each.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(each.name.value)! : each;
        const condition = fragment.typeCondition?.name.value;
        const applies =
          condition === undefined ||
          condition === type.name ||
          type.getInterfaces().some(({ name }) => name === condition);
        if (applies) this.collect(type, [fragment.selectionSet], into);
      }
    return into;
  }

  private isIncluded(node: Parameters<typeof getDirectiveValues>[1]): boolean {
    if (!node.directives || node.directives.length === 0) return true;
    if (getDirectiveValues(GraphQLSkipDirective, node, this.directed)?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, this.directed)?.['if'] !== false;
  }

  private planning(
    definition: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    node: PlanNode,
    led: Readonly<Record<string, PlanNode>>,
  ): Planning {
    const type = getNamedType(definition.type);
    const object = (of: PlanNode, inside: Readonly<Record<string, PlanNode>> = {}) => {
      if (!isObjectType(type)) throw new NotPlanned(type.name);
      return this.object(type, nodes, of, inside);
    };
    return {
      node,
      led,
      lead: (kind, lead) => {
        node.need([lead]);
        return this.open(kind, { parent: node, lead });
      },
      args: () => this.args(definition, nodes[0]!),
      own: (property) => this.own(definition, property),
      object,
      list: (of, inside) => listed(object(of, inside)),
      page: (of, inside = {}) => this.page(definition, nodes, of, inside, false),
    };
  }

  private args(
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
  ): (run: Pick<PlannedRun, 'variables'>) => Readonly<Record<string, unknown>> {
    const hasVariable = (value: unknown): boolean =>
      value !== null &&
      typeof value === 'object' &&
      ((value as { kind?: string }).kind === Kind.VARIABLE ||
        Object.entries(value).some(([key, inner]) => key !== 'loc' && hasVariable(inner)));
    if (!hasVariable(node.arguments)) {
      const fixed = getArgumentValues(definition, node);
      return () => fixed;
    }
    return ({ variables }) => getArgumentValues(definition, node, variables as Record<string, unknown>);
  }

  /** What a getter or a property of the class says: without a resolver's ceremony, and at once. */
  private own({ name }: GraphQLField<unknown, unknown>, property = name): Step {
    return (source) => {
      const value = (source as Record<string, unknown>)[property];
      if (typeof value === 'function') throw new NotPlanned(name);
      return value;
    };
  }

  private object(
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    node: PlanNode,
    led: Readonly<Record<string, PlanNode>>,
  ): Step {
    const steps = [...this.fieldsBelow(type, nodes)].map(([key, asked]) => {
      const name = asked[0]!.name.value;
      return [key, name === '__typename' ? () => type.name : this.field(type, name, asked, node, led)] as const;
    });
    const keys = steps.map(([key]) => key);
    const makes = steps.map(([, make]) => make);
    return (source, run) => {
      const made: Record<string, unknown> = {};
      for (let at = 0; at < keys.length; at += 1) made[keys[at]!] = makes[at]!(source, run);
      return made;
    };
  }

  private fieldsBelow(type: GraphQLObjectType, nodes: readonly FieldNode[]): Fields {
    return this.collect(
      type,
      nodes.flatMap((node) => node.selectionSet ?? []),
    );
  }

  private field(
    type: GraphQLObjectType,
    name: string,
    asked: readonly FieldNode[],
    node: PlanNode,
    led: Readonly<Record<string, PlanNode>>,
  ): Step {
    const definition = type.getFields()[name]!;
    const plan = FIELD_PLANS[type.name]?.[name];
    if (!plan) throw new NotPlanned(`${type.name}.${name}`);
    return completed(definition, plan(this.planning(definition, asked, node, led)) as Step);
  }

  private page(
    definition: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    node: PlanNode,
    led: Readonly<Record<string, PlanNode>>,
    isRoot: boolean,
  ): Step<Connected<unknown>> {
    const type = getNamedType(definition.type) as GraphQLObjectType;
    const steps = [...this.fieldsBelow(type, nodes)].map(([key, asked]) => {
      const name = asked[0]!.name.value;
      return [key, this.pageField(type, name, asked, node, led, isRoot)] as const;
    });
    return (source, run) => {
      const made: Record<string, unknown> = {};
      for (const [key, make] of steps) made[key] = make(source, run);
      return made;
    };
  }

  private pageField(
    type: GraphQLObjectType,
    name: string,
    asked: readonly FieldNode[],
    node: PlanNode,
    led: Readonly<Record<string, PlanNode>>,
    isRoot: boolean,
  ): Step<Connected<unknown>> {
    const inner = name === '__typename' ? null : (getNamedType(type.getFields()[name]!.type) as GraphQLObjectType);
    switch (name) {
      case '__typename':
        return () => type.name;
      case 'nodes': {
        const item = this.object(inner!, asked, node, led);
        return ({ edges }, run) => edges.map((edge) => item(edge.node, run));
      }
      case 'edges': {
        const fields = [...this.fieldsBelow(inner!, asked)].map(([key, below]) => {
          const field = below[0]!.name.value;
          if (field !== 'node') return { key, field, make: null };
          const itemType = getNamedType(inner!.getFields()['node']!.type) as GraphQLObjectType;
          return { key, field, make: this.object(itemType, below, node, led) };
        });
        return ({ edges }, run) =>
          edges.map((edge) =>
            Object.fromEntries(
              fields.map(({ key, field, make }) => [
                key,
                make ? make(edge.node, run) : field === 'cursor' ? edge.cursor : inner!.name,
              ]),
            ),
          );
      }
      case 'pageInfo': {
        const fields = [...this.fieldsBelow(inner!, asked)].map(([key, [below]]) => [key, below!.name.value] as const);
        return ({ pageInfo }) =>
          Object.fromEntries(
            fields.map(([key, field]) => [
              key,
              field === '__typename' ? inner!.name : pageInfo[field as keyof typeof pageInfo],
            ]),
          );
      }
      case 'totalCount':
        if (isRoot) this.counted = true;
        return ({ count }) => count();
      default:
        throw new NotPlanned(`${type.name}.${name}`);
    }
  }
}

function listed(item: Step): Step<readonly unknown[]> {
  return (sources, run) => sources.map((source) => item(source, run));
}

/** As the field's type has it. Null where none may be is for graphql-js to tell. */
function completed(definition: GraphQLField<unknown, unknown>, step: Step): Step {
  const type = getNullableType(definition.type);
  const named = getNamedType(definition.type);
  const must = isNonNullType(definition.type);
  const serialize = isLeafType(named) ? (value: unknown) => named.serialize(value) : null;
  return (source, run) => {
    const value = step(source, run);
    if (value === null || value === undefined) {
      if (must) throw new NotPlanned(definition.name);
      return null;
    }
    if (!serialize || (typeof value === 'string' && PLAIN.has(named.name))) return value;
    return isListType(type) ? (value as unknown[]).map(serialize) : serialize(value);
  };
}

const PLAIN: ReadonlySet<string> = new Set(['String', 'ID']);
