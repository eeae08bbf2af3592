import { IMPORTERS } from '../../importers/index.js';
import { openReadings, type Reading } from '../authorize/index.js';
import type { Hub } from '../hub.js';
import { narrow, writePage } from '../serve/find-entities.js';
import { divisionsOf } from './mixed-job.js';

const ROUNDS = 20;

/** What the database alone takes for the largest village's own officer: the first rows of a list, and a count that nobody kept. */
export async function tellVillage(hub: Hub, county: string, write: (line: string) => void): Promise<void> {
  const [village] = await divisionsOf(hub, county, 'village');
  const [granted] = await hub.database.query<{ version: number }>('select version from access_version');
  const readings = openReadings({ apiUrl: hub.apiUrl, poolSize: 1 });
  const registers = IMPORTERS.map(({ register }) => register);
  try {
    for (const hidden of [null, 'police']) {
      const viewer = {
        client: 'bench',
        divisions: [village!],
        registers: registers.filter((register) => register !== hidden),
        ties: ['resident', 'registered'],
        may: [],
        accessVersion: granted!.version,
      };
      const statements = (reading: Reading) => {
        const { from, where, values } = narrow(reading, {});
        return {
          'first 20': writePage(reading, 'Person', {}, 0, 21),
          count: {
            name: 'counted',
            text: `select count(*) as n from (select distinct l.person from ${from} where ${where} and l.person is not null) as one`,
            values,
          },
        };
      };
      for (const which of ['first 20', 'count'] as const) {
        const [rows, through, inside] = await readings.read(viewer as never, async (reading) => {
          const { name, text, values } = statements(reading)[which];
          const waits: number[] = [];
          const times: number[] = [];
          let answered: unknown[] = [];
          for (let round = 0; round < ROUNDS; round += 1) {
            const began = performance.now();
            answered = await reading.query({ name, text }, values);
            waits.push(performance.now() - began);
            const [plan] = await reading.query<{ 'QUERY PLAN': [{ 'Execution Time': number }] }>(
              { text: `explain (analyze, timing off, format json) ${text}` },
              values,
            );
            times.push(plan!['QUERY PLAN'][0]['Execution Time']);
          }
          const n = which === 'count' ? (answered[0] as { n: number }).n : answered.length;
          return [n, waits, times] as const;
        });
        write(
          `  in the database, officer of village ${village}${hidden === null ? '' : `, ${hidden} hidden`}, ${which} (${rows.toLocaleString('en')}): ${median(through).toFixed(2)} ms through the pool, ${median(inside).toFixed(2)} ms by EXPLAIN ANALYZE; medians of ${ROUNDS}`,
        );
      }
    }
  } finally {
    await readings.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
