import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AccessRefused, ReadingFailed, TokenRefused } from '../authorize/index.js';
import type { Permission } from '../model/viewer.js';
import { nameMistake } from './name-mistake.js';

/** What a client can meet, for ever. The sentences say what to do, and nothing of what is inside. */
export const ERRORS = {
  UNAUTHENTICATED: { status: 401, message: 'A valid token is needed: Authorization: Bearer … 需要有效的令牌' },
  FORBIDDEN: {
    status: 403,
    message: 'The grant does not allow this; one with the permission for it has to be given. 授权不含此操作所需的许可',
  },
  PURPOSE_REQUIRED: {
    status: 403,
    message: 'The request names what it asks for in the header purpose. 请求须在 purpose 头中注明用途',
  },
  PURPOSE_NOT_GRANTED: {
    status: 403,
    message: 'The client holds no grant for this purpose at this moment. 该用途当前未获授权',
  },
  TOTALS_ONLY: {
    status: 403,
    message: 'The grant shows totals and no single record. 该授权只可看统计，不见个人',
  },
  FIELD_NOT_GRANTED: {
    status: 403,
    message:
      'The grant does not show this class of fields, so nothing is looked up by it. 未获授权的字段类别不能用于查找',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    message: 'The values that may be revealed today have been revealed. 今日可揭示的次数已用完',
  },
  GRANT_AMBIGUOUS: {
    status: 403,
    message:
      'The client holds several grants for this purpose that allow different things: the header grant names one. 该用途有多项不同授权，须在 grant 头中指明',
  },
  BAD_USER_INPUT: { status: 400, message: 'The request is not one that this API understands. 请求无法识别' },
  CURSOR_EXPIRED: {
    status: 410,
    message:
      'The log no longer goes back to this cursor: take latestCursor, read the lists anew, follow from there. 游标已过期，须重新全量读取',
  },
  QUERY_TOO_COMPLEX: { status: 400, message: 'The query asks for too much at once. 查询过于复杂' },
  DOCUMENT_UNKNOWN: {
    status: 400,
    message: 'No operation of this client is registered under this hash. 未登记的查询',
  },
  DOCUMENT_REQUIRED: {
    status: 400,
    message: 'This hub answers registered operations, named by documentId. 本接口只接受已登记的查询（documentId）',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'The client asks for too much in too short a time; Retry-After says when to go on. 请求过于频繁',
  },
  OVERLOADED: {
    status: 503,
    message: 'The hub has more to do than it can; Retry-After says when to come back. 服务繁忙，请稍后再试',
  },
  CONFLICT: { status: 409, message: 'It contradicts what is on record. 与已有记录矛盾' },
  TOO_LARGE: { status: 413, message: 'The request is too large. 请求过大' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Queries are sent by POST. 请使用 POST' },
  TIMEOUT: { status: 504, message: 'The query took too long and was stopped. 查询超时' },
  UNAVAILABLE: { status: 503, message: 'The hub cannot answer at the moment; try again shortly. 服务暂不可用' },
  INTERNAL: { status: 500, message: 'The hub failed to answer. 内部错误' },
} as const;
export type ErrorCode = keyof typeof ERRORS;

/** A refusal that the client may read in full: its sentence is ours and holds nothing of anybody. */
export class Refused extends GraphQLError {
  constructor(
    code: ErrorCode,
    message: string = ERRORS[code].message,
    /** Where HTTP has a finer word for it. */
    readonly status: number = ERRORS[code].status,
  ) {
    super(message, { extensions: { code, http: { status } } });
  }
}

/** The grant does without a permission: the sentence says which has to be granted. */
export class NotPermitted extends Refused {
  constructor(may: Permission) {
    super(
      'FORBIDDEN',
      `The grant does not allow this; it needs the permission ${may} (--may ${may}). 授权不含 ${may} 许可，须另行授予`,
    );
  }
}

/** Who answers for it is a person: a client that names none in its token does nothing here. */
export class NobodyAnswers extends Refused {
  constructor() {
    super('FORBIDDEN', 'The token has to name the officer who answers for this. 令牌须载明经办人员');
  }
}

/** The code of whatever went wrong. */
export function codeOf(error: unknown): ErrorCode {
  const cause = rootOf(error);
  if (cause instanceof TokenRefused) return 'UNAUTHENTICATED';
  if (cause instanceof AccessRefused) return cause.refusal;
  if (cause instanceof ReadingFailed) {
    return ({ timeout: 'TIMEOUT', unavailable: 'UNAVAILABLE', stale: 'UNAVAILABLE', internal: 'INTERNAL' } as const)[
      cause.failure
    ];
  }
  const code = String((error as { extensions?: { code?: unknown } } | null)?.extensions?.code ?? '');
  return CODES[code] ?? 'INTERNAL';
}

/** Apollo's codes, and ours, in ours. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  GRAPHQL_PARSE_FAILED: 'BAD_USER_INPUT',
  GRAPHQL_VALIDATION_FAILED: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  ...(Object.fromEntries(Object.keys(ERRORS).map((code) => [code, code])) as Record<ErrorCode, ErrorCode>),
};

/**
 * What leaves the house. A sentence of ours passes; what the schema's own checks say is told in names of the schema and of the query;
 * everything else, and whatever echoes a value, is said in general words.
 */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = codeOf(error);
  const own = rootOf(error) instanceof Refused || error instanceof Refused;
  const named =
    !own && code === 'BAD_USER_INPUT' && error instanceof GraphQLError ? nameMistake(error, formatted.message) : null;
  // graphql-js says `more that`.
  const tooLong = /contains more tha[nt] \d+ tokens/i.test(formatted.message);
  return {
    message: tooLong ? ERRORS.QUERY_TOO_COMPLEX.message : own ? formatted.message : (named ?? ERRORS[code].message),
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: tooLong ? 'QUERY_TOO_COMPLEX' : code },
  };
}

/** Executors wrap what a resolver threw, some of them twice. */
function rootOf(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 5; depth += 1) {
    const inner = (at as { originalError?: unknown } | null)?.originalError;
    if (!inner) return at;
    at = inner;
  }
  return at;
}
