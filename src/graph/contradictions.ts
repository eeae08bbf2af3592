import type { FindingCode } from '../model/finding.js';

export interface Contradiction {
  readonly codes: readonly FindingCode[];
  /** Fills `contradiction` for the persons of `asked_person`, or for everybody. $1 is the county. Counts on link_person. */
  select(everybody: boolean): string;
  /**
   * Where only a look at everything that is stated tells whom it concerns: fills `suspect` first, so that the few are then looked at
   * one by one. $2, here and in what is selected, is the datasets in which nobody has two standing rows.
   */
  readonly suspects?: (everybody: boolean) => string;
}

/** Links of the persons looked at; a first load looks at everybody and needs no list. */
const links = (everybody: boolean): string =>
  everybody ? 'link l' : 'asked_person a join link l on l.county = $1 and l.person = a.person';

/** What one register says of a person that another register's words make impossible. Two current records, one person. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    codes: ['DECEASED_AND_LIVING'],
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
    codes: ['BENEFIT_TWICE'],
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
    codes: ['REGISTERED_TWICE'],
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
  {
    codes: ['TWO_ID_NUMBERS', 'BIRTH_DATES_APART', 'SEXES_DIFFER', 'REGISTER_REPEATS'],
    suspects: (everybody) => `
      insert into suspect
      select * from (
        select person, min(number) <> max(number) as numbers, max(year) - min(year) >= 15 as births, min(sex) <> max(sex) as sexes,
          sum(once) > 1 as repeats
        from (${identities(everybody)}) as stated group by 1) as each
      where numbers or births or sexes or repeats`,
    // Two rows under one number are the register's own doing; whoever moved away has a row that no longer stands.
    select: () => `
      insert into contradiction
      with said as materialized (
        select s.*, l.dataset, r.id, case when ${HELD} then r.id_number end as id_number, r.birth_date, r.stated->>'sex' as sex,
          l.status = 'current' and l.dataset = any ($2::text[]) and coalesce(r.stated->>'householdStatus', '正常') = '正常' as standing
        from suspect s join link l on l.county = $1 and l.person = s.person join record r on r.county = l.county and r.id = l.record),
      -- What a person has decided is nobody's fault.
      decided as (
        select s.person from suspect s join link l on l.county = $1 and l.person = s.person
        join decision d on d.county = $1 and d.kind = 'person' and d.one_record = l.record and d.state = 'effective' and d.verdict = 'same'
        join link o on o.county = $1 and o.record = d.other_record and o.person = s.person),
      value as (
        select 'TWO_ID_NUMBERS' as code, person, id_number as stated, min(id) as id from said
        where numbers and id_number is not null and person not in (select person from decided) group by 2, 3
        union all
        select 'SEXES_DIFFER', person, sex, min(id) from said where sexes and sex in ('1', '2') group by 2, 3),
      first as (select distinct on (code, person) code, person, id from value order by code, person, id),
      early as (select distinct on (person) person, id, birth_date from said where births and birth_date is not null order by person, birth_date, id),
      late as (select distinct on (person) person, id, birth_date from said where births and birth_date is not null order by person, birth_date desc, id),
      original as (select distinct on (person, dataset) person, dataset, id, id_number from said where repeats and standing order by person, dataset, id)
      select code, value.id, first.id, person from value join first using (code, person) where value.id <> first.id
      union all
      select 'BIRTH_DATES_APART', late.id, early.id, person from early join late using (person)
      where left(late.birth_date, 4)::integer - left(early.birth_date, 4)::integer
        - (substr(late.birth_date, 5) < substr(early.birth_date, 5))::integer >= 15
      union all
      select 'REGISTER_REPEATS', said.id, original.id, person from said join original using (person, dataset)
      where repeats and standing and said.id <> original.id and person not in (select person from decided) and (said.id_number is null or said.id_number is distinct from original.id_number)`,
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

/** A number that the linkage holds to be somebody else's is not the person's; how many are set aside is a reason's share. */
const HELD = `l.person_reason is distinct from 'NUMBER_SET_ASIDE'`;

/**
 * What each record says of who the person is, as numbers: of the number its hash, of the date its year, of the sex its code. Texts of a
 * whole county, carried through a join and a sort, took twice as long.
 */
function identities(everybody: boolean): string {
  const number = 'hashtextextended(r.id_number, 0)';
  const said = `left(r.birth_date, 4)::integer as year,
    case r.stated->>'sex' when '1' then 1 when '2' then 2 end as sex`;
  const once = `case when l.status = 'current' and l.dataset = any ($2::text[]) then 1 end as once`;
  return everybody
    ? `select l.person, case when ${HELD} then said.number end as number, said.year, said.sex, ${once}
       from (select r.id, ${number} as number, ${said} from record r where r.county = $1 offset 0) as said
       join link l on l.county = $1 and l.record = said.id where l.person is not null`
    : `select l.person, case when ${HELD} then ${number} end as number, ${said}, ${once}
       from asked_person a join link l on l.county = $1 and l.person = a.person join record r on r.county = l.county and r.id = l.record`;
}
