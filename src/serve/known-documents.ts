import { Kind, parse } from 'graphql';

/** A client's registered operations: SHA-256 of the text, in lower-case hexadecimals → the text. */
export type ReadDocuments = (client: string) => Promise<ReadonlyMap<string, string>>;

export interface KnownDocument {
  readonly hash: string;
  readonly text: string;
  /** Of its operation; null where it has several. */
  readonly name: string | null;
}

/** The registered operations, remembered: after a client's first request none of its own waits for the database. */
export interface KnownDocuments {
  find(client: string, hash: string): Promise<KnownDocument | null>;
}

/** Milliseconds after which a client's documents are read anew: so long a document that was removed still answers. */
const KEPT_FOR = 10_000;
/** A hash that nobody knows asks the database again, but not oftener than this. */
const ASKED_AGAIN = 1_000;
const MOST_CLIENTS = 500;

export function rememberDocuments(read: ReadDocuments, now: () => number = () => performance.now()): KnownDocuments {
  const clients = new Map<string, { documents: Promise<Map<string, KnownDocument>>; at: number }>();
  const readOf = (client: string) => {
    const kept = {
      documents: read(client).then((texts) => new Map([...texts].map(([hash, text]) => [hash, knownAs(hash, text)]))),
      at: now(),
    };
    clients.delete(client);
    clients.set(client, kept);
    if (clients.size > MOST_CLIENTS) clients.delete(clients.keys().next().value!);
    // What could not be read is not remembered; who asked is told.
    kept.documents.catch(() => clients.get(client) === kept && clients.delete(client));
    return kept;
  };
  return {
    find: async (client, hash) => {
      let kept = clients.get(client);
      if (!kept || now() - kept.at > KEPT_FOR) kept = readOf(client);
      const found = (await kept.documents).get(hash);
      if (found || now() - kept.at < ASKED_AGAIN) return found ?? null;
      return (await readOf(client).documents).get(hash) ?? null;
    },
  };
}

function knownAs(hash: string, text: string): KnownDocument {
  return { hash, text, name: nameOf(text) };
}

/** The name of a text's only operation. */
function nameOf(text: string): string | null {
  const operations = parse(text).definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? (operations[0]!.name?.value ?? null) : null;
}

/**
 * The hash by which a body names a document: `documentId` of GraphQL over HTTP (`sha256:HEX` or HEX), or the hash of Apollo's persisted
 * queries. @returns null where it names none, undefined where what it names is no hash
 */
export function hashIn(body: unknown): string | null | undefined {
  if (typeof body !== 'object' || body === null) return null;
  const { documentId, extensions } = body as { documentId?: unknown; extensions?: unknown };
  const persisted = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery;
  const stated = documentId ?? persisted?.sha256Hash ?? null;
  if (stated === null) return persisted ? undefined : null;
  return typeof stated === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/.exec(stated)?.[1] : undefined;
}
