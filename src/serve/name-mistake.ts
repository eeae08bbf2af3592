import { getLocation, TokenKind, type GraphQLError } from 'graphql';

/**
 * What is wrong with a document, in names of the schema and of the document itself. Never in a value: what graphql-js tells holds the
 * value that came, and that may be somebody's number.
 * @returns null where no sentence is sure to hold nothing else
 */
export function nameMistake(error: GraphQLError, message: string): string | null {
  if (NAMES_ONLY.test(message)) return message.replace(/ Did you mean.*$/s, '');
  for (const [pattern, tell] of MISTAKES) {
    const found = pattern.exec(message);
    if (found) return tell(found.slice(1), error);
  }
  return null;
}

/** How a value is written, where the name of its type does not say it. */
export const writtenAs = (type: string): string =>
  type.startsWith('DateTimeISO') ? `${type} (2026-11-23T08:00:00+08:00)` : type;

/** Said by graphql-js in names alone, to the end. */
const NAMES_ONLY =
  /^(Cannot query field "\w+" on type "\w+"|Unknown (argument|type|fragment|directive) "@?\w+"|Field "\w+" (must|argument "\w+")|Fragment ("\w+"|cannot )|Variable "\$\w+" (is never|is not defined|of type|cannot be non-input type)|There can be only one|Directive "@\w+" (argument "\w+"|may not)|The directive "@\w+" can only|The "?\w+"? definition is not executable|Cannot spread fragment "\w+"|This anonymous operation|Must provide operation name|GraphQL introspection is not allowed)/;

type Tell = (names: readonly string[], error: GraphQLError) => string;

const takes: Tell = ([type], { nodes }) => {
  const name = nameBefore(nodes?.[0]?.loc?.startToken);
  const written = writtenAs(type!);
  return name === null
    ? `A value of ${written} belongs here. 此处须为 ${written}`
    : `"${name}" takes ${written}. ${name} 须为 ${written}`;
};

/** Each is anchored, and takes names that stand before any value. */
const MISTAKES: readonly (readonly [RegExp, Tell])[] = [
  [
    /^Field "(\w+)" of type "([\w![\]]+)" must have a selection of subfields/,
    ([field, type]) =>
      `Field "${field}" of type "${type}" must have a selection of subfields. 字段 ${field}（${type}）须选择子字段`,
  ],
  [
    /^Field "(\w+)" is not defined by type "(\w+)"/,
    ([field, type]) => `Field "${field}" is not defined by type "${type}". ${type} 没有字段 ${field}`,
  ],
  [
    /^Field "(\w+)\.(\w+)" of required type "([\w![\]]+)" was not provided/,
    ([type, field, of]) => `"${type}" needs "${field}": ${of}. ${type} 缺少 ${field}（${of}）`,
  ],
  [
    /^Fields "(\w+)" conflict because/,
    ([field]) =>
      `"${field}" stands for two different things; give one of them another name. ${field} 有两种含义，请用别名区分`,
  ],
  [/^Expected value of type "([\w![\]]+)"/, takes],
  [/^Value "\w+" does not exist in "(\w+)" enum/, takes],
  [/^Enum "(\w+)" cannot represent/, takes],
  // It calls itself so, whatever the schema calls it.
  [/^DateTime cannot represent/, (_, error) => takes(['DateTimeISO'], error)],
  [/^(\w+) cannot represent/, takes],
  [
    /^Syntax Error: Expected (Name|"[^"\s]{1,12}"), found/,
    ([expected], error) => syntaxError(error, `: ${expected} is expected`, `：应为 ${expected}`),
  ],
  [
    /^Syntax Error: Unexpected <EOF>/,
    (_, error) => syntaxError(error, ': it ends before it is complete', '：内容不完整'),
  ],
  [
    /^Syntax Error: Unterminated string/,
    (_, error) => syntaxError(error, ': a text in quotes has no end', '：引号未闭合'),
  ],
  [/^Syntax Error: /, (_, error) => syntaxError(error, '', '')],
];

function syntaxError({ source, positions }: GraphQLError, en: string, zh: string): string {
  const { line, column } = getLocation(source!, positions![0]!);
  return `The query is no GraphQL at line ${line}, column ${column}${en}. 查询语法错误：第 ${line} 行第 ${column} 列${zh}`;
}

/** The argument or field that a literal was written for; null in a list and after a variable. */
function nameBefore(token: { readonly prev: Token | null } | undefined): string | null {
  const colon = token?.prev;
  return colon?.kind === TokenKind.COLON && colon.prev?.kind === TokenKind.NAME ? colon.prev.value : null;
}

type Token = { readonly kind: TokenKind; readonly value: string; readonly prev: Token | null };
