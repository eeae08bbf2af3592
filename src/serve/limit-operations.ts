import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, Kind, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { RequestContext } from './context.js';
import { countVerified, MOST_VERIFIED } from './count-verified.js';
import { Refused } from './errors.js';
import { beginPart } from './follow-request.js';
import type { Purses } from './limit-rate.js';
import { exceeds, measureOperation } from './measure-operation.js';

/** Measured before anything is read, and after the variables are known: a `first` may come in one. */
export function limitOperations(
  purses: Purses | null,
  mayIntrospect: (context: RequestContext) => boolean,
): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async ({ contextValue }) => {
      const { inquiry } = contextValue;
      const parts = inquiry.span && {
        parsingDidStart: async () => endOf(beginPart(inquiry, 'parse')),
        validationDidStart: async () => endOf(beginPart(inquiry, 'validate')),
      };
      return {
        ...parts,
        didResolveSource: async ({ queryHash }) => {
          inquiry.hash ??= queryHash;
        },
        didResolveOperation: async ({ schema, document, operation, request }) => {
          // Several, and none named; or a name that none has.
          if (!operation) throw new Refused('BAD_USER_INPUT', WHICH_OPERATION);
          if (operation.operation === 'subscription') {
            throw new Refused('BAD_USER_INPUT', 'This API answers queries and mutations. 本接口只支持查询和变更');
          }
          if (operation.operation === 'mutation' && !isOneField(operation)) {
            throw new Refused('BAD_USER_INPUT', 'A mutation has one field. 每次变更只能有一个字段');
          }
          if (asksForTheSchema(document) && !mayIntrospect(contextValue)) {
            throw new Refused('BAD_USER_INPUT', 'This hub does not tell its schema. 本接口不提供结构查询');
          }
          if (countVerified(document, operation, request.variables ?? {}) > MOST_VERIFIED) {
            throw new Refused(
              'BAD_USER_INPUT',
              `A request verifies up to ${MOST_VERIFIED}, all aliases together. 每次请求合计最多核验 ${MOST_VERIFIED} 人`,
            );
          }
          const measure = measureOperation(schema, document, operation, request.variables ?? {});
          if (exceeds(measure)) throw new Refused('QUERY_TOO_COMPLEX');
          inquiry.retryAfter = purses?.spend(contextValue.viewer.client, measure.cost) || null;
          if (inquiry.retryAfter !== null) throw new Refused('RATE_LIMITED');
        },
      };
    },
  };
}

const WHICH_OPERATION =
  'operationName names one of the operations in the query, and may be left out where there is only one. operationName 须为查询中某一操作的名称，仅有一个操作时可省略';

const endOf = (span: { end(): void } | null) => async () => span?.end();

/** What a second change would answer was read before it: one at a time. A fragment could hide several. */
const isOneField = ({ selectionSet: { selections } }: OperationDefinitionNode): boolean =>
  selections.length === 1 && selections[0]!.kind === Kind.FIELD;

/** Found once a document: the same one comes again and again. */
const asking = new WeakMap<DocumentNode, boolean>();

/** Whether anything in the text asks what types there are; `__typename` does not. */
export function asksForTheSchema(document: DocumentNode): boolean {
  const known = asking.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    Field: ({ name }) => {
      found ||= name.value === '__schema' || name.value === '__type';
      return found ? BREAK : undefined;
    },
  });
  asking.set(document, found);
  return found;
}
