import { randomUUID } from 'node:crypto';
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { Tracer } from '@opentelemetry/api';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  AccessRefused,
  FailedAttempts,
  ReadingFailed,
  TokenRefused,
  verifyToken,
  wasVerified,
  type Grants,
  type Readings,
  type TokenKeys,
} from '../authorize/index.js';
import type { ReadAddress } from '../model/address-tail.js';
import type { TokenHolder, Viewer } from '../model/viewer.js';
import type { Accessing } from './accessing.js';
import { buildHubSchema } from './build-hub-schema.js';
import type { RequestContext } from './context.js';
import { codeOf, ERRORS, maskError, Refused, type ErrorCode } from './errors.js';
import { executeWith } from './execute-operation.js';
import { EXPLORER_POLICY, renderExplorer, type Explorer } from './explorer.js';
import { followRequest, sentAway } from './follow-request.js';
import { lineOf, type Inquiry } from './inquiry.js';
import { hashIn, rememberDocuments, type KnownDocuments, type ReadDocuments } from './known-documents.js';
import type { Stating } from '../model/stated-fields.js';
import { limitOperations } from './limit-operations.js';
import { COST_OF_ASKING, openPurses, type Purses, type Rate } from './limit-rate.js';
import type { Measurements } from './measurements.js';
import type { Granting } from './granting.js';
import type { Previewing } from './previewing.js';
import type { Reviewing } from './reviewing.js';
import { surveyOperation } from './survey-operation.js';
import { writeRefusal } from './write-access.js';
import { openDoor, type Door, type Place } from './shed-load.js';
import { takeConnections } from './take-connections.js';

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
  /** Which datasets may state a field; without it every record is read for each. */
  readonly stating?: Stating;
  /** How grants are given; without it that answers UNAVAILABLE. */
  readonly granting?: Granting;
  /** How somebody is looked up; without it `matchPreview` answers UNAVAILABLE. */
  readonly previewing?: Previewing;
  /** Reads an address that is looked for; without it, an address is looked for as it is written. */
  readonly readAddress?: ReadAddress;
  /** True: only registered operations are answered, but for who may `develop`; the schema is told to nobody else. */
  readonly production?: boolean;
  /** The operations that each client has registered; without it there are none. */
  readonly documents?: ReadDocuments;
  /** What one client may ask for; without it, as much as it likes. */
  readonly rate?: Rate;
  /** Verifications of one client on one day that may find no match. */
  readonly mostMisses?: number;
  /** Requests that may be under way at once. */
  readonly places?: number;
  /** Milliseconds for which there may be more, up to three times as many, before anybody is sent away. */
  readonly grace?: number;
  /** Addresses whose `X-Forwarded-For` is believed; nobody's unless told. */
  readonly proxies?: readonly string[];
  /** Who shows one wrong token after another waits; without it nobody does. */
  readonly attempts?: FailedAttempts;
  readonly measurements?: Measurements;
  /** Makes a span of each request and its parts; without it there are none. */
  readonly tracer?: Tracer;
  /** One line a request that is over. It never holds a variable or a value. */
  readonly logRequest?: (line: Readonly<Record<string, unknown>>) => void;
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
/** Ten times what the pool of one level can work on; where they wait too long for it, the door lets fewer in. */
const MOST_UNDER_WAY = 80;
/** Milliseconds: half of what a client waits. */
const GRACE = 500;
/** A department's list with its slips; who guesses what a mask leaves open needs more. */
const MOST_MISSES = 3000;
const MOST_SOCKETS = 2000;
/** Seconds, for whoever meets a full house. */
const COME_BACK = 1;

/** Starts the API: POST /graphql with `Authorization: Bearer TOKEN`. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const schema = buildHubSchema();
  const purses = settings.rate ? openPurses(settings.rate) : null;
  const door = openDoor(settings.places ?? MOST_UNDER_WAY, { grace: settings.grace ?? GRACE });
  const accessing: Accessing = { write: (access) => settings.accessing.write(access, door.inside) };
  const mayIntrospect = ({ viewer }: RequestContext) =>
    mayDevelop(viewer) || (settings.explorer !== null && !settings.production);
  const apollo = new ApolloServer<RequestContext>({
    gateway: executeWith(schema, settings.readings, accessing, {
      countReveal: (viewer) => settings.grants.countReveal(viewer),
      countMisses: (viewer, more) => settings.grants.countMisses(viewer, more),
      mostMisses: settings.mostMisses ?? MOST_MISSES,
      granting: settings.granting ?? null,
      stating: settings.stating ?? null,
      reviewing: settings.reviewing ?? null,
      previewing: settings.previewing ?? null,
      readAddress: settings.readAddress ?? asWritten,
    }),
    // Who may ask for the schema is told apart by `limitOperations`.
    introspection: true,
    plugins: [ApolloServerPluginCacheControlDisabled(), limitOperations(purses, mayIntrospect), nameErrors(settings)],
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
  const app = openHttp(settings, apollo, door, purses);
  const taking = await takeConnections(app, { host: settings.host, port: settings.port, most: MOST_SOCKETS });
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${taking.port}${PATH}`,
    stop: async () => {
      await taking.close();
      await apollo.stop();
      door.close();
    },
  };
}

const asWritten: ReadAddress = async (text) => [{ area: null, tail: text }];

/** Whether documents that nobody registered, and the schema, are for this client in production too. */
const mayDevelop = ({ may }: Viewer): boolean => may.includes('develop');

interface Asked extends FastifyRequest {
  inquiry?: Inquiry;
  viewer?: Viewer;
  readmit?: () => Promise<Viewer>;
}

function openHttp(
  settings: ServerSettings,
  apollo: ApolloServer<RequestContext>,
  door: Door,
  purses: Purses | null,
): FastifyInstance {
  const { keys, grants, accessing, explorer } = settings;
  const documents = settings.documents ? rememberDocuments(settings.documents) : null;
  const underWay = new Map<string, number>();
  const visits = new WeakMap<IncomingMessage, Visit>();
  const app = fastify({
    bodyLimit: LARGEST_BODY,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    serverFactory: (handle) => guard(settings, door, visits, handle),
    clientErrorHandler: refuseSocket,
    ...(settings.proxies && settings.proxies.length > 0 && { trustProxy: [...settings.proxies] }),
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request: Asked, reply, done) => {
    request.inquiry = followRequest(request.id, reply, settings.tracer ?? null, (inquiry, line) => {
      settings.measurements?.count(inquiry);
      settings.logRequest?.(line);
    });
    visits.get(request.raw)!.inquiry = request.inquiry;
    done();
  });
  app.addHook('onSend', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
  });
  app.setErrorHandler(async (error, request: Asked, reply) => {
    const refused = error instanceof Refused ? error : (MISTAKES[(error as { code?: string }).code ?? ''] ?? null);
    const code = refused ? codeOf(refused) : httpCode(error);
    const { viewer } = request;
    if (viewer) await writeRefusal(accessing, viewer, request.id, viewer.purpose, code);
    return refuse(request, reply, code, refused ?? undefined);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(answer(request, 'BAD_USER_INPUT', `The API is at POST ${PATH}. 接口地址为 POST ${PATH}`)),
  );

  const handle = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const { viewer, readmit, inquiry } = request as Asked;
      return { viewer: viewer!, readmit: readmit!, inquiry: inquiry!, requestId: request.id, keys };
    },
  });
  app.post(PATH, {
    // Before the body is read: who has no token sends nothing.
    onRequest: async (request: Asked, reply) => {
      const inquiry = request.inquiry!;
      const holder = await verify(settings, request, bearer(request));
      inquiry.client = holder.client;
      inquiry.retryAfter = purses?.spend(holder.client, COST_OF_ASKING) || null;
      if (inquiry.retryAfter !== null) throw new Refused('RATE_LIMITED');
      takePlace(door, underWay, holder.client, inquiry, reply);
      const purpose = statedOnce(request, 'purpose');
      // What stands there twice, or is no number, names a grant that nobody holds: whoever names one means no other.
      const grant = request.headers['grant'] === undefined ? null : Number(statedOnce(request, 'grant') ?? NaN);
      const admit = () => grants.admit(holder, purpose, grant);
      request.viewer = await admit().catch(async (error: unknown) => {
        if (error instanceof AccessRefused) await writeRefusal(accessing, holder, request.id, purpose, codeOf(error));
        throw error;
      });
      request.readmit = () => {
        grants.forget();
        return admit();
      };
    },
    preHandler: async (request: Asked) => {
      // Apollo asks only when the answer is there, and a change made.
      if (!TAKES_JSON.test(request.headers.accept ?? '*/*')) throw new Refused('BAD_USER_INPUT', ANSWERS_JSON, 406);
      await putDocument(request, documents, settings.production === true);
    },
    handler: async (request: Asked, reply) => {
      const visit = visits.get(request.raw)!;
      visit.isAtWork = true;
      try {
        return await handle.call(app, request, reply);
      } finally {
        visit.isAtWork = false;
        leaveWhenOver(visit);
      }
    },
  });
  const refuseMethod = async (_: FastifyRequest, reply: FastifyReply) => {
    void reply.header('allow', 'POST');
    throw new Refused('METHOD_NOT_ALLOWED');
  };
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'],
    url: PATH,
    // Before the body is read.
    onRequest: refuseMethod,
    handler: refuseMethod,
  });
  app.get(PATH, async (request, reply) => {
    if (
      !explorer ||
      !/text\/html/.test(request.headers.accept ?? '') ||
      Object.keys(request.query as object).length > 0
    ) {
      return refuseMethod(request, reply);
    }
    void reply.header('content-security-policy', EXPLORER_POLICY).header('referrer-policy', 'no-referrer');
    return reply.type('text/html; charset=utf-8').send(await renderExplorer(explorer));
  });
  return app;
}

interface Visit {
  readonly place: Place;
  inquiry?: Inquiry;
  /** One whose client has gone keeps its place until nothing is done for it any more. */
  isAtWork: boolean;
  isClosed: boolean;
}

function leaveWhenOver({ place, inquiry, isAtWork, isClosed }: Visit): void {
  if (isClosed && !isAtWork) place.leave(inquiry !== undefined && inquiry.statements > 0);
}

/** The first of all: a full house is told at the door, before a token is looked at, a byte of the body is read, or anything is made for it. */
function guard(
  { measurements, logRequest, tracer }: ServerSettings,
  door: Door,
  visits: WeakMap<IncomingMessage, Visit>,
  handle: RequestListener,
): Server {
  const server = createServer({ headersTimeout: 10_000, connectionsCheckingInterval: 2_000 }, (request, response) => {
    const place = door.enter();
    if (place) {
      const visit: Visit = { place, isAtWork: false, isClosed: false };
      visits.set(request, visit);
      response.once('close', () => {
        visit.isClosed = true;
        leaveWhenOver(visit);
      });
      handle(request, response);
      return;
    }
    const inquiry = sentAway(randomUUID(), tracer ?? null, 'OVERLOADED', COME_BACK);
    sendAway(response, inquiry.id);
    measurements?.count(inquiry);
    logRequest?.(lineOf(inquiry, ERRORS.OVERLOADED.status));
  });
  server.requestTimeout = 20_000;
  server.keepAliveTimeout = 10_000;
  server.setTimeout(30_000);
  return server;
}

/** As `refuse` would, and the connection stays: a new one costs both sides more than the refusal. */
function sendAway(response: ServerResponse, requestId: string): void {
  const { status, message } = ERRORS.OVERLOADED;
  const text = JSON.stringify({ errors: [{ message, extensions: { code: 'OVERLOADED', requestId } }] });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'retry-after': String(COME_BACK),
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

/** @throws TokenRefused, and Refused for an address that has to wait: what it shows is not even looked at, but for what was good before */
async function verify({ keys, attempts }: ServerSettings, request: Asked, token: string): Promise<TokenHolder> {
  const wait = attempts?.waitOf(request.ip) ?? 0;
  if (wait > 0 && !wasVerified(keys, token)) {
    request.inquiry!.retryAfter = Math.ceil(wait / 1000);
    throw new Refused('RATE_LIMITED');
  }
  try {
    return await verifyToken(keys, token);
  } catch (error) {
    if (error instanceof TokenRefused) attempts?.count(request.ip);
    throw error;
  }
}

/** A client takes no more than its share of the places, so that there is one for the next. @throws Refused */
function takePlace(door: Door, underWay: Map<string, number>, client: string, inquiry: Inquiry, reply: FastifyReply) {
  const taken = underWay.get(client) ?? 0;
  if (door.hasItsShare(taken)) {
    inquiry.retryAfter = COME_BACK;
    throw new Refused('RATE_LIMITED');
  }
  underWay.set(client, taken + 1);
  reply.raw.once('close', () => {
    const left = underWay.get(client)! - 1;
    if (left > 0) underWay.set(client, left);
    else underWay.delete(client);
  });
}

/** Puts the text in the place of its hash. @throws Refused for a hash that is not the client's, and for a text where only hashes are taken */
async function putDocument(request: Asked, documents: KnownDocuments | null, production: boolean): Promise<void> {
  const { viewer, inquiry, body } = request;
  const hash = hashIn(body);
  if (!isBody(body)) throw new Refused('BAD_USER_INPUT', BODY);
  const { query, operationName, variables } = body;
  if (hash === null || typeof query === 'string') {
    if (production && !mayDevelop(viewer!)) throw new Refused('DOCUMENT_REQUIRED');
    if (!query) throw new Refused('BAD_USER_INPUT', BODY);
    return;
  }
  const found = hash === undefined ? null : await documents?.find(viewer!.client, hash);
  if (!found) throw new Refused('DOCUMENT_UNKNOWN');
  inquiry!.hash = found.hash;
  inquiry!.operation = found.name;
  request.body = { query: found.text, operationName: operationName ?? null, variables: variables ?? null };
}

const BODY =
  'The body is one JSON object, no list: query (a text that is not empty) or documentId, and with it operationName (a text) and variables (an object). 请求体须为单个 JSON 对象：非空的 query 或 documentId，另可有 operationName（文本）与 variables（对象）';

/** One operation, as GraphQL over HTTP has it; a list of them is none. What is asked here is asked again by Apollo, without our codes. */
function isBody(body: unknown): body is Readonly<Record<string, unknown>> {
  const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord(body)) return false;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  return (
    [query, operationName].every((text) => text === undefined || text === null || typeof text === 'string') &&
    [variables, extensions].every((record) => record === undefined || record === null || isRecord(record))
  );
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

const NO_JSON = new Refused('BAD_USER_INPUT', 'The body is no JSON that can be read. 请求体不是可读取的 JSON');

/** What is wrong with a body before it is GraphQL, by Fastify's codes. */
const MISTAKES: Readonly<Record<string, Refused>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Refused(
    'BAD_USER_INPUT',
    'The body comes with the header content-type: application/json. 请求头须有 content-type: application/json',
    415,
  ),
  FST_ERR_CTP_EMPTY_JSON_BODY: NO_JSON,
  FST_ERR_CTP_INVALID_JSON_BODY: NO_JSON,
};

/** One of the two types that answers have, and not by `q=0`. */
const TAKES_JSON =
  /(?:^|,)\s*(?:\*\/\*|application\/(?:\*|json|graphql-response\+json))\s*(?:;\s*charset=utf-8\s*)?(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;
const ANSWERS_JSON =
  'Answers are application/json or application/graphql-response+json: the header accept has to take one. accept 头须接受 application/json';

function httpCode(error: unknown): ErrorCode {
  const { statusCode = 500 } = error as { statusCode?: number };
  if (error instanceof TokenRefused || error instanceof AccessRefused || error instanceof ReadingFailed)
    return codeOf(error);
  if (error instanceof Refused) return codeOf(error);
  if (statusCode === 413) return 'TOO_LARGE';
  if (statusCode === 503) return 'UNAVAILABLE';
  return statusCode >= 400 && statusCode < 500 ? 'BAD_USER_INPUT' : 'INTERNAL';
}

function refuse(
  request: Asked,
  reply: FastifyReply,
  code: ErrorCode,
  { status, message }: { readonly status: number; readonly message: string } = ERRORS[code],
) {
  const { inquiry } = request;
  if (inquiry) inquiry.code = code;
  if (inquiry?.retryAfter) void reply.header('retry-after', String(inquiry.retryAfter));
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer realm="grid-hub"');
  if (code === 'UNAVAILABLE') void reply.header('retry-after', '5');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(answer(request, code, message));
}

/** What is no HTTP, or does not come to an end. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const { message } = ERRORS.BAD_USER_INPUT;
  const text = JSON.stringify({
    errors: [{ message, extensions: { code: 'BAD_USER_INPUT', requestId: randomUUID() } }],
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}

function answer(request: FastifyRequest, code: ErrorCode, message: string) {
  return { errors: [{ message, extensions: { code, requestId: request.id } }] };
}

/** Says every error of an answer in the house's own codes, and tells the operator of those that are the hub's fault. */
function nameErrors({ log, accessing }: ServerSettings): ApolloServerPlugin<RequestContext> {
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
      willSendResponse: async ({ response, contextValue, schema, document, operation, queryHash }) => {
        const { requestId, inquiry, viewer } = contextValue;
        if (response.body.kind !== 'single' || !response.body.singleResult.errors) return;
        const { singleResult } = response.body;
        const errors = singleResult.errors ?? [];
        for (const each of errors) Object.assign(each.extensions!, { requestId });
        inquiry.code = errors[0]!.extensions!['code'] as ErrorCode;
        if (!inquiry.executed) {
          // Of what is no valid document nothing is told, not even a hash: it could be made of a number.
          const survey = document && operation ? surveyOperation(schema, document, operation, queryHash!) : null;
          await writeRefusal(accessing, viewer, requestId, viewer.purpose, inquiry.code, survey);
        }
        if (singleResult.data === undefined || singleResult.data === null) {
          const [first] = errors;
          const code = first!.extensions!['code'] as ErrorCode;
          response.http.status = ERRORS[code].status;
          if (code === 'UNAVAILABLE') response.http.headers.set('retry-after', '5');
          if (inquiry.retryAfter !== null) response.http.headers.set('retry-after', String(inquiry.retryAfter));
        }
      },
    }),
  };
}
