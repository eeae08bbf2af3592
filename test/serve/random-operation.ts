import fc, { type GeneratorValue } from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
} from 'graphql';

/** What arguments are made of: values by the name of the argument or of a filter's field, ids and cursors by the kind of what is asked for. */
export interface Pools {
  readonly cursors: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

const DEEPEST = 4;

/**
 * An operation out of all that the schema has, one field of `Query` at its top: any fields, any arguments, relations to a depth of four.
 * @param leftOut `Type.field` or `Query.field` that are not asked for
 */
export function writeAnyOperation(
  choose: GeneratorValue,
  schema: GraphQLSchema,
  pools: Pools,
  leftOut: ReadonlySet<string>,
): string {
  const query = schema.getQueryType()!.getFields();
  // By their names: what is drawn is compared and kept.
  const root = choose(fc.constantFrom, ...Object.keys(query).filter((name) => !leftOut.has(`Query.${name}`)));
  return `{ ${writeField(query[root]!, 0)} }`;

  function writeField(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const args = field.args
      .map((arg) => writeArgument(arg, type))
      .filter((text) => text !== null)
      .join(', ');
    // The same field with other arguments is another.
    const alias =
      args === '' ? '' : `_${[...args].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7) >>> 0}: `;
    return `${alias && `${field.name}${alias}`}${field.name}${args && `(${args})`}${isCompositeType(type) ? ` ${writeSelection(type, depth + 1)}` : ''}`;
  }

  function writeSelection(type: GraphQLNamedOutputType, depth: number): string {
    if (isAbstractType(type)) {
      const kinds = schema.getPossibleTypes(type);
      const names = kinds.map(({ name }) => name);
      return `{ __typename ${choose(fc.subarray<string>, names, { maxLength: 1 })
        .map((name) => `... on ${name} ${writeSelection(kinds[names.indexOf(name)]!, depth)}`)
        .join(' ')} }`;
    }
    if (!isObjectType(type)) throw new TypeError(`${type.name} has no fields.`);
    const fields = Object.values(type.getFields())
      .filter(({ name }) => !leftOut.has(`${type.name}.${name}`))
      .filter((field) => depth < DEEPEST || isShallow(getNamedType(field.type)));
    const names = fields.map(({ name }) => name);
    const some = choose(fc.subarray<string>, names, {
      minLength: Math.min(depth > 2 ? 1 : 4, names.length),
      maxLength: Math.min(depth > 2 ? 3 : 12, names.length),
    });
    return `{ __typename ${some.map((name) => writeField(type.getFields()[name]!, depth)).join(' ')} }`;
  }

  function isShallow(type: GraphQLNamedOutputType): boolean {
    if (!isCompositeType(type)) return true;
    return isObjectType(type) && ['SourcedValue', 'PageInfo'].includes(type.name);
  }

  function writeArgument(arg: GraphQLArgument | GraphQLInputField, of: GraphQLNamedOutputType): string | null {
    if (!isNonNullType(arg.type) && choose(fc.boolean)) return null;
    const value = writeValue(arg.type, arg.name, of);
    return value === null ? null : `${arg.name}: ${value}`;
  }

  function writeValue(type: GraphQLInputType, name: string, of: GraphQLNamedOutputType): string | null {
    const named = getNamedType(type);
    if (isListType(getNullableType(type))) {
      const inner = writeValue(named, name, of);
      return inner && `[${inner}]`;
    }
    if (isEnumType(named)) return choose(fc.constantFrom, ...named.getValues().map(({ name: each }) => each));
    if (isInputObjectType(named)) {
      const fields = Object.values(named.getFields())
        .map((field) => writeArgument(field, of))
        .filter((text) => text !== null);
      return `{ ${fields.slice(0, 2).join(', ')} }`;
    }
    if (named.name === 'Boolean') return String(choose(fc.boolean));
    if (named.name === 'ID') {
      const own = pools.ids[of.name] ?? Object.values(pools.ids).flat();
      return JSON.stringify(choose(fc.constantFrom, ...own));
    }
    if (name === 'after') {
      // Now and then one of another list: that is told before anything is read, and leaves little of the answer.
      const strange = choose(fc.integer, { min: 0, max: 31 }) === 0;
      const own = pools.cursors[of.name.replace(/Connection$/, '')];
      if (!own && !strange) return null;
      return JSON.stringify(strange ? choose(fc.constantFrom, ...Object.values(pools.cursors)) : own);
    }
    const values = pools.values[name];
    if (!values) throw new Error(`Nothing to give ${name} of ${of.name}.`);
    const value = choose(fc.constantFrom, ...values);
    return value === null ? null : JSON.stringify(value);
  }
}
