import type { Span, Tracer } from '@opentelemetry/api';
import type { ErrorCode } from './errors.js';

/** One request, from its first byte to its last: what is counted and told of it. It never holds a variable or a value. */
export interface Inquiry {
  readonly id: string;
  /** Milliseconds, of a clock that only goes forward. */
  readonly since: number;
  client: string | null;
  /** SHA-256 of the document's text. */
  hash: string | null;
  /** Only of a registered document: the name of a free one is whatever a client wrote there. */
  operation: string | null;
  code: ErrorCode | 'OK' | 'GONE';
  rows: number;
  statements: number;
  /** Whether it came as far as being executed, which leaves a row of its own in the access log. */
  executed: boolean;
  /** Seconds after which it is worth asking again, where the answer says so. */
  retryAfter: number | null;
  /** Null unless spans are exported. */
  readonly tracer: Tracer | null;
  readonly span: Span | null;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** The line that the log has of a request. */
export function lineOf(inquiry: Inquiry, status: number): Readonly<Record<string, unknown>> {
  return {
    at: new Date().toISOString(),
    requestId: inquiry.id,
    client: inquiry.client,
    operation: inquiry.operation ?? inquiry.hash?.slice(0, 16) ?? null,
    code: inquiry.code,
    status,
    ms: Math.round((performance.now() - inquiry.since) * 10) / 10,
    rows: inquiry.rows,
    statements: inquiry.statements,
  };
}
