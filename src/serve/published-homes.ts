import { levelOf, type Reading } from '../authorize/index.js';
import { orderGroups } from './aggregate-people.js';
import type { HomeKind } from './aggregate-homes.js';
import { Refused } from './errors.js';
import type { EntityFilter } from './find-entities.js';
import { NOTHING_PUBLISHED } from './published-totals.js';
import type { HomeGroup } from './types/homes-aggregate.js';

export interface PublishedHomes {
  /** Null where withheld. */
  readonly total: number | null;
  readonly groups: readonly { readonly keys: readonly (string | null)[]; readonly homes: number | null }[];
  /** YYYY-MM-DD */
  readonly publishedOn: string;
  readonly roundedTo: number;
}

/**
 * What is published of households or dwellings for the viewer's set of registers; as `readPublished` of people.
 * @throws Refused for a question that no published table answers
 */
export async function readPublishedHomes(
  reading: Reading,
  kind: HomeKind,
  groupBy: readonly `${HomeGroup}`[],
  filter: EntityFilter,
): Promise<PublishedHomes> {
  const { division, ...rest } = filter;
  const areas = groupBy.filter((group) => group === 'township' || group === 'village');
  const { bounds } = reading;
  const own = [...bounds.counties, ...bounds.townships, ...bounds.villages];
  const asked = division ?? bounds.county;
  const code = own.length === 1 && own[0]!.startsWith(asked) ? own[0]! : asked;
  const level = levelOf(code);
  const narrowed = Object.values(rest).some((value) => value !== null && value !== undefined);
  if (narrowed || groupBy.includes('grid') || areas.length > 1 || level === 'grid' || bounds.level === 'grid') {
    throw new Refused(
      'BAD_USER_INPUT',
      'Totals are published by division, kind and how many people; only a division narrows them. 仅提供按区划、种类及人数的已发布统计；只能按区划筛选',
    );
  }
  if (reading.viewer.ties.length < 2) throw new Refused('UNAVAILABLE', NOTHING_PUBLISHED);
  const [published] = await reading.query<{ on: string; to: number }>(
    {
      name: 'publication of homes',
      text: 'select published_on as on, rounded_to as to from publication where county = $1 and registers = $2 and of_homes',
    },
    [bounds.county, bounds.registers.join(',')],
  );
  if (!published) throw new Refused('UNAVAILABLE', NOTHING_PUBLISHED);
  const [area] = areas;
  const is = (group: 'kind' | 'people') => `${group} ${groupBy.includes(group) ? '<>' : '='} ''`;
  const rows = await reading.query<Row>(
    {
      text: `select area = $4 as whole, area, kind, people, homes from published_home
        where county = $1 and registers = $2 and what = $3
          and (area = $4 ${area ? `or level = '${area}' ${level === 'county' ? '' : `and ${level} = $4`}` : ''})
          and (${is('kind')} and ${is('people')} or area = $4 and kind = '' and people = '')`,
    },
    [bounds.county, bounds.registers.join(','), kind, code],
  );
  const total = rows.find((row) => row.whole && row.kind === '' && row.people === '');
  const groups = rows
    .filter(
      (row) => (row.kind !== '') === groupBy.includes('kind') && (row.people !== '') === groupBy.includes('people'),
    )
    .filter((row) => (area === undefined ? row.whole : row.area.length === (area === 'township' ? 9 : 12)))
    .map((row) => ({
      keys: groupBy.map((group) => {
        const value = group === 'kind' ? row.kind : group === 'people' ? row.people : row.area;
        return value === 'none' ? null : value;
      }),
      homes: row.homes,
    }));
  return {
    // No row is none where the viewer sees all of the area, and no answer where not.
    total: total ? total.homes : own.some((each) => code.startsWith(each)) ? 0 : null,
    groups: groupBy.length === 0 ? [] : orderGroups(groups),
    publishedOn: published.on,
    roundedTo: published.to,
  };
}

interface Row {
  readonly whole: boolean;
  readonly area: string;
  readonly kind: string;
  readonly people: string;
  readonly homes: number | null;
  readonly [column: string]: unknown;
}
