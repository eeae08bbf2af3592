import { open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database/connect.js';
import { PROJECT_FOLDER } from './database/project-folder.js';
import type { DivisionTable } from './model/division.js';
import { WrongSetting } from './model/wrong-setting.js';
import { readDivisions } from './validate/divisions.js';

const FOLDER = join(PROJECT_FOLDER, 'fixtures/divisions');

/**
 * The county this hub serves, for good once it is settled: HUB_COUNTY, else what the first deliveries speak of (their 12-digit
 * village codes), else the first county of the table. Its real divisions come with the program.
 * @throws WrongSetting when HUB_COUNTY names a county that the hub has no divisions of, or another than it was settled on
 */
export async function settleCounty(
  database: Database,
  wanted: string | null,
  files: readonly string[],
): Promise<string> {
  const [settled] = await database.query<{ value: string }>(`select value from setting where name = 'county'`);
  const known = await knownCounties();
  if (wanted !== null && !known.includes(wanted)) {
    throw new WrongSetting(
      'HUB_COUNTY',
      {
        zh: `须为随程序提供区划的县：${known.join('、')}`,
        en: `must be a county whose divisions came along: ${known.join(', ')}`,
      },
      wanted,
    );
  }
  if (settled) {
    keepCounty(settled.value, wanted);
    return settled.value;
  }
  const county = wanted ?? (await mostNamed(known, files)) ?? '530502';
  await storeDivisions(database);
  await database.query(`insert into setting values ('county', $1) on conflict do nothing`, [county]);
  return county;
}

/** @throws WrongSetting where HUB_COUNTY names another county than the hub was settled on */
export function keepCounty(settled: string, wanted: string | null): void {
  if (wanted === null || wanted === settled) return;
  throw new WrongSetting(
    'HUB_COUNTY',
    {
      zh: `须为 ${settled}，本枢纽已用于该县；另一县请换 HUB_HOME 或数据库`,
      en: `must be ${settled}, which this hub holds; another county needs another HUB_HOME or database`,
    },
    wanted,
  );
}

/** The division table of a settled county. */
export async function loadDivisions(county: string): Promise<DivisionTable> {
  const [townships, villages] = await Promise.all(
    ['townships', 'villages'].map(async (level) => readFile(join(FOLDER, (await fileOf(county, level))!), 'utf8')),
  );
  return readDivisions(townships!, villages!, county);
}

/** Every county's divisions go into the reference table, so that a code of a neighbour has a name too. */
export async function storeDivisions(database: Database): Promise<void> {
  const rows = (await Promise.all((await knownCounties()).map(loadDivisions))).flatMap((table) =>
    table.all.map((division) => [division.code, division.name, division.kind, division.parent, table.county.code]),
  );
  await database.query(
    `insert into division (code, name, kind, parent, county, township, level)
     select code, name, kind, parent, county, case when length(code) > 6 then left(code, 9) end,
            case length(code) when 6 then 1 when 9 then 2 else 3 end
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as d (code, name, kind, parent, county)
     on conflict (code) do update set name = excluded.name, kind = excluded.kind, parent = excluded.parent`,
    [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column])),
  );
}

async function knownCounties(): Promise<string[]> {
  return (await readdir(FOLDER)).flatMap((name) => /^(\d{6})_.*_villages\.csv$/.exec(name)?.[1] ?? []).toSorted();
}

async function fileOf(county: string, level: string): Promise<string | undefined> {
  return (await readdir(FOLDER)).find((name) => name.startsWith(`${county}_`) && name.endsWith(`_${level}.csv`));
}

/** Village codes are ASCII digits in every encoding that the departments use. */
async function mostNamed(counties: readonly string[], files: readonly string[]): Promise<string | null> {
  const named = new Map<string, number>();
  for (const file of files.filter((name) => /\.(csv|ndjson|jsonl|txt)$/i.test(name)).slice(0, 50)) {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
      for (const [code] of buffer.toString('latin1', 0, bytesRead).matchAll(/\b\d{6}(?=\d{6}(\d{3})?\b)/g)) {
        if (counties.includes(code)) named.set(code, (named.get(code) ?? 0) + 1);
      }
    } finally {
      await handle.close();
    }
  }
  return [...named].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
