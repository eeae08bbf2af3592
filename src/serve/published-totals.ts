import { levelOf, type Reading } from '../authorize/index.js';
import { Refused } from './errors.js';
import type { EntityFilter } from './find-entities.js';
import type { PeopleGroup } from './types/people-aggregate.js';

export interface PublishedTotals {
  /** Null where withheld. */
  readonly total: number | null;
  readonly groups: readonly { readonly keys: readonly (string | null)[]; readonly people: number | null }[];
  /** YYYY-MM-DD */
  readonly publishedOn: string;
  readonly roundedTo: number;
}

export const NOTHING_PUBLISHED = 'Nothing has been published for these registers and ties. 尚未发布此范围的统计';
const COLUMNS = { sex: 'sex', age: 'age', tie: 'tie', programme: 'programme' } as const;

/**
 * What is published for the viewer's set of registers: fixed tables, of which a question picks one. Anything else that could be asked would be a
 * second table beside the first, and their difference a person.
 * @throws Refused for a question that no published table answers
 */
export async function readPublished(
  reading: Reading,
  groupBy: readonly `${PeopleGroup}`[],
  filter: EntityFilter,
  ageOn: string | null,
): Promise<PublishedTotals> {
  const { division, ...rest } = filter;
  const by = new Set(groupBy);
  const areas = groupBy.filter((group) => group === 'township' || group === 'village');
  const wrong =
    ageOn !== null ||
    Object.values(rest).some((value) => value !== null && value !== undefined) ||
    by.has('grid') ||
    by.has('age_five_years') ||
    areas.length > 1 ||
    groupBy.length - areas.length > 2 ||
    (by.has('programme') && (groupBy.length - areas.length > 1 || by.has('village')));
  const { bounds } = reading;
  const own = [...bounds.counties, ...bounds.townships, ...bounds.villages];
  const asked = division ?? bounds.county;
  const code = own.length === 1 && own[0]!.startsWith(asked) ? own[0]! : asked;
  const level = levelOf(code);
  if (wrong || level === 'grid' || bounds.level === 'grid' || (by.has('programme') && level === 'village')) {
    throw new Refused(
      'BAD_USER_INPUT',
      'Totals are published by division, and by up to two of sex, age and tie, or by programme down to the township; only a division narrows them. 仅提供按区划及性别、年龄、人户关系（至多两项）或至乡镇的保障项目的已发布统计；只能按区划筛选',
    );
  }
  // Published figures count whoever lives or is registered there.
  if (reading.viewer.ties.length < 2) throw new Refused('UNAVAILABLE', NOTHING_PUBLISHED);
  const [published] = await reading.query<{ on: string; to: number }>(
    {
      name: 'publication',
      text: `select published_on as on, rounded_to as to from publication where county = $1 and registers = $2`,
    },
    [bounds.county, bounds.registers.join(',')],
  );
  if (!published) throw new Refused('UNAVAILABLE', NOTHING_PUBLISHED);
  const [area] = areas;
  const rows = await reading.query<Row>(
    {
      name: `published ${level} ${area ?? ''} ${Object.keys(COLUMNS)
        .filter((group) => by.has(group as 'sex'))
        .join(' ')}`,
      text: `select area = $3 as whole, area, sex, age, tie, programme, people from published_total
        where county = $1 and registers = $2
          and (area = $3 ${area ? `or level = '${area}' ${level === 'county' ? '' : `and ${level} = $3`}` : ''})
          and (${Object.entries(COLUMNS)
            .map(([group, column]) => `${column} ${by.has(group as 'sex') ? '<>' : '='} ''`)
            .join(' and ')} or area = $3 and sex = '' and age = '' and tie = '' and programme = '')`,
    },
    [bounds.county, bounds.registers.join(','), code],
  );
  const total = rows.find((row) => row.whole && Object.values(COLUMNS).every((column) => row[column] === ''));
  const groups = rows
    .filter((row) => groupBy.every((group) => group in COLUMNS === false || row[group as 'sex'] !== ''))
    .filter((row) => (area === undefined ? row.whole : row.area.length === (area === 'township' ? 9 : 12)))
    .map((row) => ({
      keys: groupBy.map((group) => {
        const value = group in COLUMNS ? row[group as 'sex'] : row.area;
        return value === 'none' ? null : value;
      }),
      people: row.people,
    }));
  return {
    // No row is nobody where the viewer sees all of the area, and no answer where not.
    total: total ? total.people : own.some((each) => code.startsWith(each)) ? 0 : null,
    groups: groupBy.length === 0 ? [] : groups,
    publishedOn: published.on,
    roundedTo: published.to,
  };
}

interface Row {
  readonly whole: boolean;
  readonly area: string;
  readonly sex: string;
  readonly age: string;
  readonly tie: string;
  readonly programme: string;
  readonly people: number | null;
}
