import type { FindingCode } from '../model/finding.js';

export interface Contradiction {
  readonly code: FindingCode;
  /** Fills `contradiction` for the persons of `asked_person`, or for everybody. $1 is the county. Counts on link_person. */
  select(everybody: boolean): string;
}

/** Only the persons looked at; a first load looks at everybody and needs no list. */
const asked = (everybody: boolean): string => (everybody ? '' : 'join asked_person a on a.person = l.person');

/** What one register says of a person that another register's words make impossible. Two current records, one person. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    code: 'DECEASED_AND_LIVING',
    // One pair a person and living record, against the earliest death: a person buried by two registers is not two contradictions.
    // `materialized`: the dead are few, and everything else is then read by their persons.
    select: (everybody) => `
      insert into contradiction
      with death as materialized (
        select distinct on (l.person) l.person, r.id,
          coalesce(r.stated->>'deathDate', case when r.dataset = 'police/residents' then r.stated->>'statusDate' end) as died
        from link l ${asked(everybody)} join record r on r.county = l.county and r.id = l.record
        where l.county = $1 and l.person is not null and l.status = 'current'
          and (l.dataset = 'civil-affairs/funerals' or (l.dataset = 'police/residents' and r.stated->>'householdStatus' = '死亡'))
        order by l.person, died nulls last, r.id)
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
      with drawn as materialized (
        select l.person, l.village, r.id, r.stated->>'programme' as programme
        from link l ${asked(everybody)} join record r on r.county = l.county and r.id = l.record
        where l.county = $1 and l.person is not null and l.status = 'current' and l.dataset = 'civil-affairs/benefits' and l.village is not null),
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
      with registered as materialized (
        select l.person, l.household, r.id
        from link l ${asked(everybody)} join record r on r.county = l.county and r.id = l.record
        where l.county = $1 and l.person is not null and l.household is not null and l.status = 'current' and l.dataset = 'police/residents'
          and r.id_number is not null and coalesce(r.stated->>'householdStatus', '正常') = '正常'
          and exists (select from link o where o.county = l.county and o.person = l.person and o.record <> l.record
            and o.dataset = 'police/residents' and o.status = 'current')),
      first as (select distinct on (person) person, household, id from registered order by person, id)
      select 'REGISTERED_TWICE', registered.id, first.id, registered.person
      from registered join first using (person)
      where registered.household <> first.household`,
  },
];
