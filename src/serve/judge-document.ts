import { createHash } from 'node:crypto';
import { GraphQLError, Kind, parse, validate, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { asksForTheSchema } from './limit-operations.js';
import { exceeds, measureOperation } from './measure-operation.js';

/** A text that may be registered. */
export interface JudgedDocument {
  readonly hash: string;
  readonly names: readonly string[];
  /** Of the most expensive of its operations, in points; a page whose length comes in a variable is taken to be a usual one. */
  readonly cost: number;
}

/** Why a text is not registered, in a sentence for its developer. */
export class DocumentUnfit extends Error {}

/**
 * Judges a text as the API would: against the schema and the limits that nobody exceeds.
 * @throws DocumentUnfit
 */
export function judgeDocument(schema: GraphQLSchema, text: string): JudgedDocument {
  const document = parsed(text);
  const [first] = validate(schema, document);
  if (first) throw new DocumentUnfit(first.message);
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  if (operations.length === 0) throw new DocumentUnfit('It holds no operation.');
  if (operations.some(({ name }) => name === undefined)) throw new DocumentUnfit('Every operation needs a name.');
  if (asksForTheSchema(document)) throw new DocumentUnfit('It asks for the schema, which is schema/schema.graphql.');
  const measures = operations.map((operation) => measureOperation(schema, document, operation, {}));
  if (measures.some((measure) => exceeds(measure))) throw new DocumentUnfit('It asks for too much.');
  return {
    hash: createHash('sha256').update(text, 'utf8').digest('hex'),
    names: operations.map(({ name }) => name!.value),
    cost: Math.max(...measures.map(({ cost }) => cost)),
  };
}

function parsed(text: string) {
  try {
    return parse(text, { maxTokens: 2000 });
  } catch (error) {
    throw new DocumentUnfit(error instanceof GraphQLError ? error.message : String(error));
  }
}
