import {
  Kind,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';
import { defaultsOf } from './measure-operation.js';

/** Of one request, over all of its aliases. */
export const MOST_VERIFIED = 1000;

/** How many numbers and names a document that has passed validation asks about, told before any of them is looked for. */
export function countVerified(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): number {
  let fields = verifying.get(document);
  if (!fields) verifying.set(document, (fields = findVerifying(document)));
  if (fields.size === 0) return 0;
  const variables = { ...defaultsOf(operation), ...given };
  return [...fields.values()].reduce((sum, field) => {
    const input = field.arguments?.find(({ name }) => name.value === 'input')?.value;
    const asked = input && valueFromASTUntyped(input, variables);
    return sum + (Array.isArray(asked) ? asked.length : 1);
  }, 0);
}

/** Found once a document: the same one comes again and again. */
const verifying = new WeakMap<DocumentNode, ReadonlyMap<string, FieldNode>>();

/** By the name in the answer: what stands twice under one name is asked once. */
function findVerifying(document: DocumentNode): ReadonlyMap<string, FieldNode> {
  const found = new Map<string, FieldNode>();
  visit(document, {
    [Kind.FIELD]: (field: FieldNode) =>
      void (field.name.value === 'verifyPersons' && found.set((field.alias ?? field.name).value, field)),
  });
  return found;
}
