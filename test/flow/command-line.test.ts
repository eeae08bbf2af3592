import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerClient } from '../../src/authorize/index.js';
import { cloneDatabase } from '../database/clone.js';

const PROJECT = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'hub-cli-'));
let database: Awaited<ReturnType<typeof cloneDatabase>>;

beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    LANG: 'en_US.UTF-8',
    LC_ALL: '',
    ...more,
  };
}

function hub(words: readonly string[], more: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(PROJECT, 'src/launch.mjs'), ...words], {
    env: environment(more),
    encoding: 'utf8',
  });
}

describe('every command', () => {
  it.each([
    'start',
    'receive',
    'county',
    'migrate',
    'status',
    'findings',
    'quality',
    'links',
    'totals',
    'explain',
    'review',
    'changes',
    'undo',
    'train',
    'model',
    'purpose',
    'grant',
    'token',
    'bench',
  ])('%s has help in both languages', (name) => {
    const english = hub([name, '--help']);
    const chinese = hub([name, '--help'], { LANG: 'zh_CN.UTF-8' });
    expect([english.status, chinese.status]).toEqual([0, 0]);
    expect(english.stdout).not.toMatch(/[\u4e00-\u9fff]/);
    expect(chinese.stdout).toMatch(/[\u4e00-\u9fff]/);
  });

  it('answers a wrong call with code 2 and a sentence, without a stack', () => {
    for (const words of [
      ['nonsense'],
      ['token'],
      ['train', '--use'],
      ['model', '--id', 'x'],
      ['model', '--use', 'nowhere.json', '--by', 'x', '--reason', 'x'],
      ['token', 'Clinic App'],
      ['token', 'clinic-app', '--hours', '13'],
      ['token', 'clinic-app', '--officer', '张三'],
      ['receive', '/nowhere/at/all'],
      ['links', '--kind', 'x'],
      ['findings', '--code', 'X'],
      ['quality', '--run', 'last'],
      ['bench', 'nothing'],
      ['bench', 'truth', '--noise', 'loud'],
    ]) {
      const call = hub(words);
      expect([words, call.status]).toEqual([words, 2]);
      expect(call.stderr).not.toMatch(/ at .*\.(js|ts):\d+/);
      expect(call.stdout).toBe('');
    }
  });
});

describe('token', () => {
  it('prints a token and nothing else', async () => {
    await registerClient(database.pool, '530502', { name: 'clinic-app', organ: '卫健', kind: 'program', by: 'one' });
    const { stdout, stderr, status } = hub(['token', 'clinic-app', '--officer', 'N-204']);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'clinic-app', act: 'N-204' });
    expect(Object.keys(claims).toSorted()).toEqual(['act', 'aud', 'exp', 'iat', 'iss', 'jti', 'sub']);
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(12 * 3600);
  });
});

describe('a made-up county, received, linked and asked', () => {
  it('goes from files to an answer over HTTP, each viewer seeing his own', async () => {
    const county = join(home, 'county');
    expect(hub(['county', '--people', '600', '--seed', '7', '--out', county]).status).toBe(0);
    const received = hub(['receive', join(county, 'day-1')]);
    expect(received.status).toBe(0);
    expect(received.stdout).toContain('taken');
    expect(hub(['receive', join(county, 'day-1')]).stdout).toContain('Nothing changed');
    expect(hub(['status']).stdout).toContain('links by reason');
    const quality = hub(['quality']);
    expect([quality.status, quality.stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^run 1 · 530502/)]);
    expect(hub(['quality', '--run', '9']).status).toBe(1);
    expect(JSON.parse(hub(['quality', '--json']).stdout)).toMatchObject({ id: 1, whole: true, violations: 0 });
    expect(hub(['status'], { LANG: 'zh_CN.UTF-8' }).stdout).toContain('关联依据');

    const links = hub(['links']).stdout.trim().split('\n');
    expect(links[0]).toBe('ref,kind,entity');
    const persons = links
      .filter((line) => line.includes(',person,'))
      .map((line) => line.split(',') as [string, string, string]);
    const [first] = persons;
    const partner = persons.find((line) => line[2] === first![2] && line[0] !== first![0]);
    const stranger = persons.find((line) => line[2] !== first![2]);
    if (partner) expect(hub(['explain', first![0], partner[0]]).stdout).toMatch(/^person: the same/m);
    expect(hub(['explain', first![0], stranger![0]]).status).toBe(0);

    await answersOverHttp();
  }, 120_000);
});

async function answersOverHttp(): Promise<void> {
  const server = spawn(process.execPath, [join(PROJECT, 'src/launch.mjs'), 'start'], {
    env: environment({ PORT: '0', HUB_DEMO: 'off' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const url = await new Promise<string>((found, failed) => {
      let text = '';
      server.stdout.on('data', (more: Buffer) => {
        text += more.toString();
        const address = /GraphQL: (http\S+)/.exec(text)?.[1];
        if (address) found(address);
      });
      server.on('exit', () => failed(new Error(`it ended: ${text}`)));
    });
    const question =
      'query Everybody { people(first: 200) { totalCount nodes { divisionChain { code } records { division { code } } } } }';
    const file = join(home, 'everybody.graphql');
    writeFileSync(file, question);
    const documentId = createHash('sha256').update(question).digest('hex');
    const ask = async (token: string | null) =>
      await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}`, purpose: 'home-visit' }),
        },
        body: JSON.stringify({ documentId }),
      });
    expect((await ask(null)).status).toBe(401);
    expect((await ask('nonsense')).status).toBe(401);

    const [{ village }] = (await database.query<{ village: string }>(
      'select village from link where person is not null and village is not null group by 1 order by count(*) desc limit 1',
    )) as [{ village: string }];
    const visit = ['--zh', '走访', '--en', 'home visits', '--basis', '条例', '--scenario', '走访', '--by', '李四'];
    expect(hub(['purpose', 'home-visit', ...visit]).status).toBe(0);
    const seen: number[] = [];
    for (const code of ['530502', village.slice(0, 9), village]) {
      const client = `post-${code}`;
      const terms = ['--organ', '街道', '--purpose', 'home-visit', '--division', code, '--by', '李四'];
      const granted = hub(['grant', client, ...terms]);
      expect(granted.status).toBe(0);
      expect(hub(['documents', 'add', client, file]).stdout).toContain(`${documentId}  Everybody`);
      const token = hub(['token', client]).stdout.trim();
      if (code.length < 12) {
        expect(granted.stdout).toContain('waits for a second person');
        expect((await ask(token)).status).toBe(403);
        expect(hub(['grant', '--confirm', granted.stdout.split(' ')[0]!, '--by', '李四']).status).toBe(2);
        expect(hub(['grant', '--confirm', granted.stdout.split(' ')[0]!, '--by', '王五']).status).toBe(0);
      }
      const { data, errors } = (await (await ask(token)).json()) as {
        data: { people: { totalCount: number; nodes: { records: { division: { code: string } | null }[] }[] } };
        errors?: unknown;
      };
      expect(errors).toBeUndefined();
      seen.push(data.people.totalCount);
      for (const person of data.people.nodes) {
        expect(person.records.length).toBeGreaterThan(0);
        for (const record of person.records) expect(record.division?.code ?? code).toMatch(new RegExp(`^${code}`));
      }
    }
    expect(seen[0]).toBeGreaterThan(seen[2]!);
    expect(seen[1]).toBeGreaterThanOrEqual(seen[2]!);
    expect(seen[2]).toBeGreaterThan(0);
  } finally {
    const ended = new Promise((done) => server.on('exit', done));
    server.kill('SIGTERM');
    await ended;
  }
}
