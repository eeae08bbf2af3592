import { readFile } from 'node:fs/promises';
import type { Database } from '../database/connect.js';
import type { JudgedDocument } from '../serve/index.js';
import { checkClient } from './check-client.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { inHub } from './in-county.js';
import { table } from './terminal.js';

/** The operations that each client has registered: in production the API answers nothing else. */
export const documents: Command = {
  name: 'documents',
  zh: '客户端登记的查询：add 登记、list 列出、remove 撤销；生产模式下接口只接受已登记的查询',
  en: 'the operations that a client has registered: add, list, remove; in production the API answers nothing else',
  arguments: [
    { name: '<action>', zh: 'add、list 或 remove', en: 'add, list or remove' },
    { name: '[client]', zh: '客户端名称', en: 'the client' },
    {
      name: '[what...]',
      zh: '登记：.graphql 文件，或 {哈希: 文本} 的 .json 清单；撤销：哈希（或其开头）',
      en: 'to add: .graphql files, or .json manifests of hash → text; to remove: hashes, or how they begin',
    },
  ],
  async run(context, [action, client, ...what], _options) {
    const { terminal, say } = context;
    if (action === 'list') {
      await inHub(context, ({ database }) => list(database, client ?? null, context));
      return EXIT.done;
    }
    if ((action !== 'add' && action !== 'remove') || client === undefined || what.length === 0) {
      throw new UsageError({
        zh: '用法：documents add 客户端 文件…、documents list [客户端]、documents remove 客户端 哈希…',
        en: 'documents add CLIENT FILE…, documents list [CLIENT], or documents remove CLIENT HASH….',
      });
    }
    if (action === 'add') return await add(client, what, context);
    await inHub(context, async ({ database }) => {
      for (const hash of what) {
        const gone = await remove(database, client, hash);
        terminal.line(`${gone}  ${say({ zh: '已撤销', en: 'removed; it is answered for 10 seconds more at most' })}`);
      }
    });
    return EXIT.done;
  },
};

/** Of one client; more is no list of operations but a place to keep something. */
const MOST = 2000;

/** All of them or none: half a release is no release. */
async function add(client: string, files: readonly string[], context: CommandContext): Promise<number> {
  const { buildHubSchema, judgeDocument, DocumentUnfit } = await import('../serve/index.js');
  const schema = buildHubSchema();
  const judged: (JudgedDocument & { readonly text: string })[] = [];
  for (const file of files) {
    for (const { text, hash, where } of await textsOf(file)) {
      try {
        const found = judgeDocument(schema, text);
        if (hash !== null && hash !== found.hash) throw new DocumentUnfit(`The hash of its text is ${found.hash}.`);
        judged.push({ ...found, text });
      } catch (error) {
        if (!(error instanceof DocumentUnfit)) throw error;
        throw new UsageError({ zh: `${where}：${error.message}`, en: `${where}: ${error.message}` });
      }
    }
  }
  await inHub(context, async ({ database }) => {
    await checkClient(database, client);
    await database.transaction(async (connection) => {
      for (const { hash, names, text } of judged) {
        await connection.query(
          'insert into document (client, hash, names, text) values ($1, $2, $3, $4) on conflict do nothing',
          [client, hash, names, text],
        );
      }
      const { rows } = await connection.query<{ n: number }>('select count(*) as n from document where client = $1', [
        client,
      ]);
      if (rows[0]!.n > MOST) {
        throw new UsageError({ zh: `每个客户端最多登记 ${MOST} 个查询`, en: `A client registers ${MOST} at most.` });
      }
    });
  });
  for (const line of table(judged.map(({ hash, names, cost }) => [hash, names.join(' '), String(Math.ceil(cost))]))) {
    context.terminal.line(line);
  }
  return EXIT.done;
}

interface Stated {
  readonly text: string;
  /** As the manifest has it; null where nothing is claimed. */
  readonly hash: string | null;
  readonly where: string;
}

/** A .graphql file is one document, byte by byte; a manifest is hash → text, or Apollo's list of operations. */
async function textsOf(file: string): Promise<Stated[]> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError({ zh: `读不到文件 ${file}（${error.code}）`, en: `${file} cannot be read (${error.code}).` });
  });
  if (!file.endsWith('.json')) return [{ text: content, hash: null, where: file }];
  const stated = parseManifest(content);
  if (stated === null) {
    throw new UsageError({ zh: `${file} 不是查询清单`, en: `${file} is no manifest: {"HASH": "TEXT"}.` });
  }
  return stated.map(([hash, text]) => ({ hash: hash.replace(/^sha256:/, ''), text, where: `${file}: ${hash}` }));
}

function parseManifest(content: string): [hash: string, text: string][] | null {
  let manifest: unknown;
  try {
    manifest = JSON.parse(content);
  } catch {
    return null;
  }
  if (typeof manifest !== 'object' || manifest === null) return null;
  const { operations } = manifest as { operations?: readonly { id?: unknown; body?: unknown }[] };
  const pairs = Array.isArray(operations)
    ? operations.map((each) => [each?.id, each?.body] as const)
    : Object.entries(manifest);
  return pairs.every((pair): pair is [string, string] => pair.every((part) => typeof part === 'string')) ? pairs : null;
}

async function list(database: Database, client: string | null, { terminal }: CommandContext): Promise<void> {
  const rows = await database.query<{ client: string; hash: string; names: string[]; added: string }>(
    `select client, hash, names, to_char(added_at, 'YYYY-MM-DD') as added from document
     where $1::text is null or client = $1 order by client, names, added_at, hash`,
    [client],
  );
  for (const line of table(rows.map((row) => [row.client, row.hash, row.names.join(' '), row.added]))) {
    terminal.line(line);
  }
}

/** @returns the whole hash */
async function remove(database: Database, client: string, hash: string): Promise<string> {
  const beginning = hash.replace(/^sha256:/, '');
  const found = /^[0-9a-f]{8,64}$/.test(beginning)
    ? await database.query<{ hash: string }>(
        'select hash from document where client = $1 and hash ^@ $2 order by hash limit 2',
        [client, beginning],
      )
    : [];
  if (found.length !== 1) {
    throw new UsageError({
      zh: `${client} 没有登记唯一以 ${hash} 开头的查询（至少 8 位）`,
      en: `There is not just one document of ${client} that begins with ${hash} (8 digits at least).`,
    });
  }
  await database.query('delete from document where client = $1 and hash = $2', [client, found[0]!.hash]);
  return found[0]!.hash;
}
