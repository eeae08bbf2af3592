import { createConnection, type Socket } from 'node:net';

/** One request, ready for the wire. */
export type Request = Buffer;

export interface Answered {
  readonly status: number;
  /** Its status line and headers. */
  readonly head: string;
  readonly body: Buffer;
}

/** What a stretch of load came to. */
export interface Load {
  readonly seconds: number;
  readonly answered: number;
  /** Statuses other than 200, connections that broke, and bodies that tell of errors. */
  readonly failed: number;
  /** Milliseconds from when each was due, sorted. */
  readonly waits: readonly number[];
}

/** A POST of JSON as it goes over the wire. */
export function writeRequest(url: URL, headers: Readonly<Record<string, string>>, body: string): Request {
  const all = {
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Milliseconds: our server closes what has been idle for ten seconds. */
const LONGEST_IDLE = 8000;

/**
 * A connection that is kept and sends one request at a time. Beside a client library it costs a tenth, and what measures must not take the
 * processor from what is measured.
 */
export class Wire {
  private socket: Socket | null = null;
  private parts: Buffer[] = [];
  private settle: ((answered: Answered) => void) | null = null;
  private idleSince = 0;

  constructor(readonly url: URL) {}

  send(request: Request): Promise<Answered> {
    return new Promise((resolve) => {
      // As a client library does: what the server is about to close is asked nothing any more.
      if (this.socket && performance.now() - this.idleSince > LONGEST_IDLE) {
        const { socket } = this;
        this.socket = null;
        socket.destroy();
      }
      this.settle = resolve;
      this.open().write(request);
    });
  }

  /** Opens it ahead of its first request; one that cannot be opened now is tried again then. */
  async connect(): Promise<void> {
    const socket = this.open();
    this.idleSince = performance.now();
    await new Promise<void>((done) => socket.once('connect', () => done()).once('close', () => done()));
  }

  close(): void {
    this.socket?.destroy();
  }

  private open(): Socket {
    if (this.socket) return this.socket;
    const socket = createConnection({ host: this.url.hostname, port: Number(this.url.port), noDelay: true });
    socket.on('data', (part: Buffer) => this.take(part));
    const broken = () => {
      // One that was broken before is closed after the next is open.
      if (this.socket !== socket) return;
      this.socket = null;
      this.done({ status: 0, head: '', body: Buffer.alloc(0) });
    };
    socket.on('error', broken).on('close', broken);
    this.socket = socket;
    return socket;
  }

  private take(part: Buffer): void {
    this.parts.push(part);
    const all = this.parts.length === 1 ? part : Buffer.concat(this.parts);
    const end = all.indexOf('\r\n\r\n');
    if (end >= 0) {
      const head = all.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      const whole =
        length === undefined
          ? all.toString('latin1', all.length - 5) === '0\r\n\r\n'
          : all.length >= end + 4 + Number(length);
      if (whole) {
        this.done({
          status: Number(head.slice(9, 12)),
          head,
          body: length === undefined ? unchunk(all.subarray(end + 4)) : all.subarray(end + 4),
        });
        return;
      }
    }
    this.parts = [all];
  }

  private done(answered: Answered): void {
    const { settle } = this;
    this.parts = [];
    this.settle = null;
    this.idleSince = performance.now();
    settle?.(answered);
  }
}

/** So many at once, each next when the one before it is answered. */
export async function loadClosed(
  url: URL,
  next: () => Request,
  atOnce: number,
  seconds: number,
  tell?: (answered: Answered, wait: number) => void,
): Promise<Load> {
  const began = performance.now();
  const until = began + seconds * 1000;
  const waits: number[] = [];
  let failed = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const wire = new Wire(url);
      while (performance.now() < until) {
        const at = performance.now();
        const answered = await wire.send(next());
        const wait = performance.now() - at;
        if (!isGood(answered)) failed += 1;
        waits.push(wait);
        tell?.(answered, wait);
      }
      wire.close();
    }),
  );
  return {
    seconds: (performance.now() - began) / 1000,
    answered: waits.length,
    failed,
    waits: waits.toSorted((one, other) => one - other),
  };
}

export function shareOf(waits: readonly number[], share: number): number {
  return waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? Number.NaN;
}

/** An answer of GraphQL may fail with status 200. */
const isGood = ({ status, body }: Answered): boolean => status === 200 && !body.includes('"errors":[');

function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
  return Buffer.concat(parts);
}
