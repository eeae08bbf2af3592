import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import type { FastifyReply } from 'fastify';
import type { Following, Readings } from '../authorize/index.js';
import type { ErrorCode } from './errors.js';
import { lineOf, type Inquiry } from './inquiry.js';

/** Begins to follow a request; whoever waits for it may go away before it is answered. */
export function followRequest(
  id: string,
  reply: FastifyReply,
  tracer: Tracer | null,
  over: (inquiry: Inquiry, line: Readonly<Record<string, unknown>>) => void,
): Inquiry {
  const leaving = new AbortController();
  const inquiry: Inquiry = {
    id,
    since: performance.now(),
    client: null,
    hash: null,
    operation: null,
    code: 'OK',
    rows: 0,
    statements: 0,
    executed: false,
    retryAfter: null,
    tracer,
    span: tracer?.startSpan('request', { kind: SpanKind.SERVER, attributes: { 'hub.request': id } }) ?? null,
    signal: leaving.signal,
  };
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) {
      inquiry.code = 'GONE';
      leaving.abort();
    }
    const { span, operation, hash, code, client, rows } = inquiry;
    span?.setAttributes({
      'http.response.status_code': reply.raw.statusCode,
      'hub.code': code,
      'hub.rows': rows,
      ...(client !== null && { 'hub.client': client }),
      ...(operation !== null && { 'graphql.operation.name': operation }),
      ...(hash !== null && { 'graphql.document.hash': hash }),
    });
    if (code !== 'OK') span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    over(inquiry, lineOf(inquiry, reply.raw.statusCode));
  });
  return inquiry;
}

/** Who is sent away before anything was done for them: told like every other request, at a hundredth of its cost. */
export function sentAway(id: string, tracer: Tracer | null, code: ErrorCode, retryAfter: number): Inquiry {
  const span = tracer?.startSpan('request', { kind: SpanKind.SERVER, attributes: { 'hub.request': id } }) ?? null;
  span?.setAttribute('hub.code', code).setStatus({ code: SpanStatusCode.ERROR }).end();
  return {
    id,
    since: performance.now(),
    client: null,
    hash: null,
    operation: null,
    code,
    rows: 0,
    statements: 0,
    retryAfter,
    tracer,
    span,
    executed: false,
    signal: NEVER,
  };
}

const NEVER = new AbortController().signal;

/** A part of a request as a span of its own. Its name is one of ours, and nothing else is told. */
export function beginPart(inquiry: Inquiry, name: string, of: Span | null = inquiry.span): Span | null {
  if (!of || !inquiry.tracer) return null;
  return inquiry.tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, of));
}

/**
 * Readings that this request follows: stopped when nobody waits, counted, each statement by its name. A change that has begun is not stopped:
 * it takes effect, and what its answer shows is read and written down as if somebody waited.
 */
export function followed(readings: Readings, inquiry: Inquiry, changes: boolean): Pick<Readings, 'read'> {
  return { read: (viewer, work) => readings.read(viewer, work, followingOf(inquiry, changes)) };
}

function followingOf(inquiry: Inquiry, changes: boolean): Following {
  let reading: Span | null = null;
  return {
    ...((!changes || inquiry.signal.aborted) && { signal: inquiry.signal }),
    onReading: () => {
      reading = beginPart(inquiry, 'reading');
      return () => reading?.end();
    },
    onQuery: (statement) => {
      inquiry.statements += 1;
      const span = beginPart(inquiry, `statement ${statement}`, reading ?? inquiry.span);
      return (rows) => {
        inquiry.rows += rows ?? 0;
        if (rows === null) span?.setStatus({ code: SpanStatusCode.ERROR });
        else span?.setAttribute('hub.rows', rows);
        span?.end();
      };
    },
  };
}
