import {
  coerceInputValue,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { Refused } from './errors.js';
import { writtenAs } from './name-mistake.js';

/**
 * What is wrong with the variables of an operation that could not be run for them: by the names of the variables and of the schema's
 * fields. Neither a value nor the name of a field that no type has: a client may have put a number in either.
 */
export function judgeVariables(
  schema: GraphQLSchema,
  { variableDefinitions }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly Refused[] {
  const mistakes = new Set<string>();
  for (const { variable, type: stated, defaultValue } of variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, stated);
    if (!isInputType(type)) continue;
    const value = variables[name];
    if (value !== undefined) {
      coerceInputValue(value, type, (path, wrong, { message }) =>
        mistakes.add(tell([`$${name}`, ...path].join('.'), typeAt(type, path), wrong, message)),
      );
    } else if (isNonNullType(type) && !defaultValue) {
      mistakes.add(
        `Variable "$${name}" of type ${writtenAs(String(type))} is needed. 缺少变量 $${name}（${writtenAs(String(type))}）`,
      );
    }
  }
  // What only the compiled document minds has no sentence yet.
  if (mistakes.size === 0) return [new Refused('BAD_USER_INPUT')];
  return [...mistakes].map((sentence) => new Refused('BAD_USER_INPUT', sentence));
}

function tell(at: string, type: GraphQLInputType, wrong: unknown, message: string): string {
  const missing = /^Field "(\w+)" of required type "([\w![\]]+)" was not provided/.exec(message);
  if (missing) {
    const [, field, of] = missing;
    return `Variable "${at}" needs "${field}": ${of}. 变量 ${at} 缺少 ${field}（${of}）`;
  }
  const named = isNonNullType(type) ? type.ofType : type;
  const isObject = typeof wrong === 'object' && wrong !== null && !Array.isArray(wrong);
  if (isInputObjectType(named) && isObject) {
    return `Variable "${at}" holds a field that ${named.name} does not have. 变量 ${at} 含有 ${named.name} 没有的字段`;
  }
  return `Variable "${at}" takes ${writtenAs(String(type))}. 变量 ${at} 须为 ${writtenAs(String(type))}`;
}

/** A list takes one value for a list of one, and then no number stands in the path. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  if (path.length === 0) return type;
  if (isNonNullType(type)) return typeAt(type.ofType, path);
  if (isListType(type)) return typeAt(type.ofType, typeof path[0] === 'number' ? path.slice(1) : path);
  return isInputObjectType(type) ? typeAt(type.getFields()[path[0]!]!.type, path.slice(1)) : type;
}
