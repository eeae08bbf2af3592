import { valueFromASTUntyped, visit, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { defaultsOf } from './measure-operation.js';

/** Of one request, over all of its aliases. */
export const MOST_VERIFIED = 1000;

/**
 * How many numbers and names a document that has passed validation asks about, told before any of them is looked for. What stands twice under one
 * name of the answer is asked once; where another operation of the document has that name too, the longest of them counts.
 */
export function countVerified(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): number {
  let verifying = known.get(document);
  if (!verifying) known.set(document, (verifying = findVerifying(document)));
  if (verifying.length === 0) return 0;
  const variables = { ...defaultsOf(operation), ...given };
  const lengths = new Map<string, number>();
  for (const field of verifying) {
    const name = (field.alias ?? field.name).value;
    lengths.set(name, Math.max(lengths.get(name) ?? 0, lengthOf(field, variables)));
  }
  return [...lengths.values()].reduce((sum, length) => sum + length, 0);
}

/** Found once a document: the same one comes again and again. */
const known = new WeakMap<DocumentNode, readonly FieldNode[]>();

function findVerifying(document: DocumentNode): readonly FieldNode[] {
  const found: FieldNode[] = [];
  visit(document, { Field: (field) => void (field.name.value === 'verifyPersons' && found.push(field)) });
  return found;
}

/** One that is no list stands for a list of one. */
function lengthOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const input = field.arguments?.find(({ name }) => name.value === 'input')?.value;
  const asked = input && valueFromASTUntyped(input, variables);
  return Array.isArray(asked) ? asked.length : 1;
}
