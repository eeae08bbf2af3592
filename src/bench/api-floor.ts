import { createServer } from 'node:http';
import { Pool } from 'pg';
import { beginningOf } from '../authorize/beginning.js';
import { boundsOf } from '../authorize/bounds.js';
import { POOL_SIZE } from '../authorize/open-pool.js';
import type { Viewer } from '../model/viewer.js';
import { FLOOR_STATEMENTS } from './api-views.js';

/**
 * What no server over this database can be much faster than: a bare HTTP server that sends one prepared statement, whose one value is the
 * answer as JSON. Run as a process of its own: VIEWERS, API_URL and PORT in the environment.
 */
const viewers = JSON.parse(process.env['VIEWERS']!) as Readonly<Record<string, Viewer>>;
const beginnings = new Map(
  Object.entries(viewers).map(([name, viewer]) => {
    const bounds = boundsOf(viewer);
    return [name, beginningOf(viewer, bounds, `hub_${bounds.level}`, 'read only', 5000)];
  }),
);
const pool = new Pool({ connectionString: process.env['API_URL']!, max: POOL_SIZE, pipeline: true } as never);

createServer((request, response) => {
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { question, values } = JSON.parse(Buffer.concat(parts).toString()) as { question: string; values: unknown[] };
    void answer(String(request.headers['x-viewer']), question, values).then((text) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    });
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

async function answer(viewer: string, question: string, values: unknown[]): Promise<string> {
  const client = await pool.connect();
  try {
    void client.query(beginnings.get(viewer)!);
    const asked = client.query<{ answer: string }>({ name: question, text: FLOOR_STATEMENTS[question]!, values });
    const committed = client.query('commit');
    const { rows } = await asked;
    await committed;
    return rows[0]!.answer;
  } finally {
    client.release();
  }
}
