import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { Kind, type OperationDefinitionNode } from 'graphql';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  AccessRefused,
  ReadingFailed,
  TokenRefused,
  verifyToken,
  type Grants,
  type Readings,
  type TokenKeys,
} from '../authorize/index.js';
import type { Viewer } from '../model/viewer.js';
import type { Accessing } from './accessing.js';
import { buildHubSchema } from './build-hub-schema.js';
import type { RequestContext } from './context.js';
import { codeOf, ERRORS, maskError, Refused, type ErrorCode } from './errors.js';
import { executeWith } from './execute-operation.js';
import { EXPLORER_POLICY, renderExplorer, type Explorer } from './explorer.js';
import type { Previewing } from './previewing.js';
import type { Reviewing } from './reviewing.js';
import { exceeds, measureOperation } from './measure-operation.js';

export interface ServerSettings {
  readonly readings: Readings;
  readonly keys: TokenKeys;
  /** How readings of personal data are written down; what cannot be is not answered. */
  readonly accessing: Accessing;
  readonly grants: Grants;
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Null: no explorer and no introspection. */
  readonly explorer: Explorer | null;
  /** How decisions are written; without it every mutation answers UNAVAILABLE. */
  readonly reviewing?: Reviewing;
  /** How somebody is looked up; without it `matchPreview` answers UNAVAILABLE. */
  readonly previewing?: Previewing;
  /** One line an error that is the hub's own fault. It never holds a value or a statement. */
  readonly log?: (line: Readonly<Record<string, unknown>>) => void;
}

export interface RunningServer {
  readonly url: string;
  /** Lets the requests under way finish. */
  stop(): Promise<void>;
}

const PATH = '/graphql';
const LARGEST_BODY = 256 * 1024;
const MOST_TOKENS = 2000;

/** Starts the API: POST /graphql with `Authorization: Bearer TOKEN`. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const schema = buildHubSchema();
  const apollo = new ApolloServer<RequestContext>({
    gateway: executeWith(schema, settings.readings, settings.accessing, {
      reviewing: settings.reviewing ?? null,
      previewing: settings.previewing ?? null,
    }),
    introspection: settings.explorer !== null,
    plugins: [ApolloServerPluginCacheControlDisabled(), limitOperations, nameErrors(settings)],
    parseOptions: { maxTokens: MOST_TOKENS },
    validationOptions: { maxErrors: 9 },
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    formatError: maskError,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    status400ForVariableCoercionErrors: true,
    stopOnTerminationSignals: false,
    // A name out of the environment must not make it report to anybody.
    apollo: { key: '', graphRef: '' },
    nodeEnv: 'production',
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  await apollo.start();
  const app = openHttp(settings, apollo);
  await app.listen({ port: settings.port, host: settings.host });
  const { port } = app.server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}${PATH}`,
    stop: async () => {
      await app.close();
      await apollo.stop();
    },
  };
}

interface Asked extends FastifyRequest {
  viewer?: Viewer;
  readmit?: () => Promise<Viewer>;
}

function openHttp({ keys, grants, explorer }: ServerSettings, apollo: ApolloServer<RequestContext>): FastifyInstance {
  const app = fastify({
    bodyLimit: LARGEST_BODY,
    genReqId: () => randomUUID(),
    requestTimeout: 20_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onSend', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
  });
  app.setErrorHandler((error, request, reply) => refuse(request, reply, httpCode(error)));
  app.setNotFoundHandler((request, reply) => reply.code(404).send(answer(request, 'BAD_USER_INPUT')));

  const handle = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const { viewer, readmit } = request as Asked;
      return { viewer: viewer!, readmit: readmit!, requestId: request.id, keys };
    },
  });
  app.post(PATH, {
    // Before the body is read: who has no token sends nothing.
    onRequest: async (request: Asked) => {
      const holder = await verifyToken(keys, bearer(request));
      const [purpose, grant] = [statedOnce(request, 'purpose'), statedOnce(request, 'grant')];
      const admit = () => grants.admit(holder, purpose, grant === null ? null : Number(grant));
      request.viewer = await admit();
      request.readmit = () => {
        grants.forget();
        return admit();
      };
    },
    handler: handle,
  });
  app.get(PATH, async (request, reply) => {
    if (
      !explorer ||
      !/text\/html/.test(request.headers.accept ?? '') ||
      Object.keys(request.query as object).length > 0
    ) {
      void reply.header('allow', 'POST');
      return refuse(request, reply, 'METHOD_NOT_ALLOWED');
    }
    void reply.header('content-security-policy', EXPLORER_POLICY).header('referrer-policy', 'no-referrer');
    return reply.type('text/html; charset=utf-8').send(await renderExplorer(explorer));
  });
  return app;
}

/** @throws TokenRefused where there is not just one header, of the form that is asked for */
function bearer(request: FastifyRequest): string {
  const headers = request.raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization');
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (headers.length !== 1 || token === undefined) throw new TokenRefused();
  return token;
}

/** A header of a few plain characters; null where it is absent or stands there twice. */
function statedOnce(request: FastifyRequest, name: 'purpose' | 'grant'): string | null {
  const stated = request.headers[name];
  return typeof stated === 'string' && /^[a-z0-9-]{1,48}$/.test(stated) ? stated : null;
}

function httpCode(error: unknown): ErrorCode {
  const { statusCode = 500 } = error as { statusCode?: number };
  if (error instanceof TokenRefused || error instanceof AccessRefused || error instanceof ReadingFailed)
    return codeOf(error);
  if (statusCode === 413) return 'TOO_LARGE';
  if (statusCode === 503) return 'UNAVAILABLE';
  return statusCode >= 400 && statusCode < 500 ? 'BAD_USER_INPUT' : 'INTERNAL';
}

function refuse(request: FastifyRequest, reply: FastifyReply, code: ErrorCode) {
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer realm="grid-hub"');
  if (code === 'UNAVAILABLE') void reply.header('retry-after', '5');
  return reply.code(ERRORS[code].status).type('application/json; charset=utf-8').send(answer(request, code));
}

function answer(request: FastifyRequest, code: ErrorCode) {
  return { errors: [{ message: ERRORS[code].message, extensions: { code, requestId: request.id } }] };
}

/** Measured before anything is read, and after the variables are known: a `first` may come in one. */
const limitOperations: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, operation, request }) => {
      if (operation?.operation === 'subscription') {
        throw new Refused('BAD_USER_INPUT', 'This API answers queries and mutations. 本接口只支持查询和变更');
      }
      if (operation?.operation === 'mutation' && !isOneField(operation)) {
        throw new Refused('BAD_USER_INPUT', 'A mutation has one field. 每次变更只能有一个字段');
      }
      if (operation && exceeds(measureOperation(schema, document, operation, request.variables ?? {}))) {
        throw new Refused('QUERY_TOO_COMPLEX');
      }
    },
  }),
};

/** What a second change would answer was read before it: one at a time. A fragment could hide several. */
const isOneField = ({ selectionSet: { selections } }: OperationDefinitionNode): boolean =>
  selections.length === 1 && selections[0]!.kind === Kind.FIELD;

/** Says every error of an answer in the house's own codes, and tells the operator of those that are the hub's fault. */
function nameErrors({ log }: ServerSettings): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors, contextValue }) => {
        for (const error of errors) {
          const code = codeOf(error);
          if (code !== 'INTERNAL' && code !== 'UNAVAILABLE' && code !== 'TIMEOUT') continue;
          const failure = error.originalError instanceof ReadingFailed ? error.originalError : null;
          const cause = failure?.cause as { code?: string; name?: string } | undefined;
          log?.({
            at: new Date().toISOString(),
            requestId: contextValue.requestId,
            code,
            path: error.path?.join('.'),
            kind: cause?.name ?? error.originalError?.name ?? error.name,
            sqlstate: cause?.code,
          });
        }
      },
      willSendResponse: async ({ response, contextValue: { requestId } }) => {
        if (response.body.kind !== 'single' || !response.body.singleResult.errors) return;
        const { singleResult } = response.body;
        const errors = singleResult.errors ?? [];
        for (const each of errors) Object.assign(each.extensions!, { requestId });
        if (singleResult.data === undefined || singleResult.data === null) {
          const [first] = errors;
          const code = first!.extensions!['code'] as ErrorCode;
          response.http.status = ERRORS[code].status;
          if (code === 'UNAVAILABLE') response.http.headers.set('retry-after', '5');
        }
      },
    }),
  };
}
