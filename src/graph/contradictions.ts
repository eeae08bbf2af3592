import type { FindingCode } from '../model/finding.js';

export interface Contradiction {
  readonly code: FindingCode;
  /** Fills `contradiction` for the persons of `asked_person`, or for everybody. $1 is the county. Counts on link_person. */
  select(everybody: boolean): string;
}

/** Links of the persons looked at; a first load looks at everybody and needs no list. */
const links = (everybody: boolean): string =>
  everybody ? 'link l' : 'asked_person a join link l on l.county = $1 and l.person = a.person';

/** What one register says of a person that another register's words make impossible. Two current records, one person. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    code: 'DECEASED_AND_LIVING',
    // One pair a living record, against the earliest death: a person buried by two registers is not two contradictions.
    select: (everybody) => `
      insert into contradiction
      with death as materialized (
        select distinct on (person) person, id, died from (${deaths(everybody)}) as stated
        order by person, died nulls last, id)
      select 'DECEASED_AND_LIVING', living.id, death.id, death.person
      from death
      join link l on l.county = $1 and l.person = death.person and l.status = 'current'
      join record living on living.county = $1 and living.id = l.record
      where l.dataset in ('governance/residents', 'civil-affairs/benefits', 'police/floating', 'police/residents', 'governance/staff')
        and case l.dataset
          when 'governance/residents' then left(living.stated->>'collectedAt', 10) > death.died
          when 'civil-affairs/benefits' then (select d.stated_on from delivery d where d.county = $1 and d.id = living.delivery) > nullif(left(death.died, 10), '')::date + 31
          when 'police/floating' then coalesce(living.stated->>'expiresOn', '9999') > death.died
          when 'police/residents' then living.stated->>'householdStatus' = '正常'
          else coalesce(living.stated->>'until', '9999') > death.died
        end`,
  },
  {
    code: 'BENEFIT_TWICE',
    select: (everybody) => `
      insert into contradiction
      with several as materialized (
        select l.person from ${links(everybody)}
        where l.county = $1 and l.person is not null and l.status = 'current' and l.dataset = 'civil-affairs/benefits' and l.village is not null
        group by 1 having min(l.village) <> max(l.village)),
      drawn as materialized (
        select l.person, l.village, r.id, r.stated->>'programme' as programme
        from several join link l on l.county = $1 and l.person = several.person
        join record r on r.county = l.county and r.id = l.record
        where l.status = 'current' and l.dataset = 'civil-affairs/benefits' and l.village is not null),
      first as (
        select distinct on (person, programme) person, programme, village, id from drawn order by person, programme, id)
      select 'BENEFIT_TWICE', drawn.id, first.id, drawn.person
      from drawn join first using (person, programme)
      where drawn.village <> first.village`,
  },
  {
    code: 'REGISTERED_TWICE',
    select: (everybody) => `
      insert into contradiction
      with several as materialized (
        select l.person from ${links(everybody)}
        where l.county = $1 and l.person is not null and l.household is not null and l.status = 'current' and l.dataset = 'police/residents'
        group by 1 having min(l.household) <> max(l.household)),
      registered as materialized (
        select l.person, l.household, r.id
        from several join link l on l.county = $1 and l.person = several.person
        join record r on r.county = l.county and r.id = l.record
        where l.household is not null and l.status = 'current' and l.dataset = 'police/residents'
          and r.id_number is not null and coalesce(r.stated->>'householdStatus', '正常') = '正常'),
      first as (select distinct on (person) person, household, id from registered order by person, id)
      select 'REGISTERED_TWICE', registered.id, first.id, registered.person
      from registered join first using (person)
      where registered.household <> first.household`,
  },
];

/**
 * Records that say someone died. Everybody's are looked for in the records, where few pass; a night's through the persons. Only the few
 * are joined: to join a county's records to its links and ask afterwards took five times as long.
 */
function deaths(everybody: boolean): string {
  const said = `r.id, coalesce(r.stated->>'deathDate', case when r.dataset = 'police/residents' then r.stated->>'statusDate' end) as died`;
  const dead = `(r.dataset = 'civil-affairs/funerals' or (r.dataset = 'police/residents' and r.stated->>'householdStatus' = '死亡'))`;
  return everybody
    ? `select l.person, dead.id, dead.died
       from (select ${said} from record r where r.county = $1 and r.status = 'current' and r.dataset in ('civil-affairs/funerals', 'police/residents') and ${dead} offset 0) as dead
       join link l on l.county = $1 and l.record = dead.id where l.person is not null`
    : `select l.person, ${said}
       from asked_person a join link l on l.county = $1 and l.person = a.person
       join record r on r.county = l.county and r.id = l.record
       where l.status = 'current' and l.dataset in ('civil-affairs/funerals', 'police/residents') and ${dead}`;
}
