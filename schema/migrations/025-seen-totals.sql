-- How many people, for analysts: `seen.people_total` says what `peopleAggregate` says to a client of the same grants. `grouped_by` names the
-- grouping, and a question names it too (`where grouped_by = 'village,sex'`): somebody counts once in each group of a grouping, so that only the
-- groups of one may be looked at together, and only the grouping that is asked for is counted.

-- Who was granted totals and nobody's records, for the purpose of the session; nothing where records were granted as well.
create function analyst_total_grants() returns setof access_grant
language sql stable security definer set search_path = pg_catalog, public as $$
  with held as (
    select g.* from access_grant g
    join client c on c.county = g.county and c.name = g.client and c.kind = 'analyst' and c.ended_at is null
    join purpose p on p.county = g.county and p.code = g.purpose and p.ended_at is null and p.valid_until > clock_timestamp()
    where session_user = 'analyst_' || replace(g.client, '-', '_') and g.purpose = coalesce(nullif(current_setting('hub.purpose', true), ''), g.purpose)
      and is_grant_effective(g)
  )
  select held.* from held
  where not (select bool_or(records) from held) and (select count(distinct (array(select unnest(registers) order by 1),
    array(select unnest(fields) order by 1), array(select unnest(ties) order by 1), county, purpose)) from held) = 1
    -- Published figures count whoever lives or is registered there.
    and held.ties @> array['resident', 'registered']
$$;
create function analyst_total_county() returns text language sql stable security definer set search_path = pg_catalog, public as $$
  select county from analyst_total_grants() limit 1
$$;
create function analyst_total_registers() returns text language sql stable security definer set search_path = pg_catalog, public as $$
  select (select string_agg(distinct register, ',' order by register) from unnest(registers) as r (register)) from analyst_total_grants() limit 1
$$;
create function analyst_total_fields() returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  select coalesce((select fields from analyst_total_grants() limit 1), '{}')
$$;
-- The divisions that lie in no other of them; nothing is published of a grid.
create function analyst_total_divisions() returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  with own as (select distinct code from analyst_total_grants() g, unnest(g.divisions) as d (code))
  select array_agg(code) from own where length(code) < 15
    and not exists (select from own as wider where length(wider.code) < length(own.code) and starts_with(own.code, wider.code))
$$;

do $$
declare
  name text;
  area text;
  dimensions text;
  branches text[] := '{}';
  grouped text;
  needs text;
begin
  foreach name in array array['analyst_total_grants()', 'analyst_total_county()', 'analyst_total_registers()', 'analyst_total_fields()', 'analyst_total_divisions()'] loop
    execute format('revoke execute on function %s from public', name);
  end loop;
  grant execute on function analyst_total_county, analyst_total_registers, analyst_total_fields, analyst_total_divisions to hub_analyst, hub_analyst_gate;

  create policy analyst on published_total for select to hub_analyst_gate using (county = (select analyst_total_county())
    and registers = (select analyst_total_registers()) and (county = any ((select analyst_total_divisions())::text[])
      or township = any ((select analyst_total_divisions())::text[]) or village = any ((select analyst_total_divisions())::text[])));
  create policy analyst on publication for select to hub_analyst_gate using (county = (select analyst_total_county())
    and registers = (select analyst_total_registers()));
  grant select on person_trait, published_total, publication to hub_analyst_gate;

  -- One branch a grouping, its name a constant: whatever is not asked for is not counted.
  foreach area in array array['', 'township', 'village', 'grid'] loop
    foreach dimensions in array array['', 'sex', 'age', 'age_five_years', 'tie', 'sex,age', 'sex,age_five_years', 'sex,tie', 'age,tie', 'age_five_years,tie', 'programme'] loop
      grouped := array_to_string(array_remove(string_to_array(area, ',') || string_to_array(dimensions, ','), ''), ',');
      needs := case when dimensions = 'programme' then '''benefit'' = any ((select public.analyst_fields())::text[])'
        when dimensions ~ 'sex|age' then '''basic'' = any ((select public.analyst_fields())::text[])' else 'true' end;
      branches := array_append(branches, format('select seen.county, %L::text as grouped_by, %s as area, %s as sex, %s as age, %s as tie, %s as programme, count(distinct seen.person)::integer as people, null::date as published_on, null::integer as rounded_to from (select distinct county, person%s%s from public.person_trait where status = ''current'') as seen %s where %s group by 1, 3, 4, 5, 6, 7',
        grouped,
        case when area = '' then 'null::text' else 'seen.' || area end,
        case when dimensions ~ 'sex' then 'who.sex' else 'null::text' end,
        case when dimensions ~ 'age_five' then 'case when who.age >= 100 then ''100+'' when who.age >= 0 then who.age / 5 * 5 || ''-'' || who.age / 5 * 5 + 4 end'
          when dimensions ~ 'age' then 'case when who.age between 0 and 6 then ''0-6'' when who.age between 7 and 14 then ''7-14'' when who.age between 15 and 17 then ''15-17'' when who.age between 18 and 59 then ''18-59'' when who.age between 60 and 79 then ''60-79'' when who.age >= 80 then ''80+'' end'
          else 'null::text' end,
        case when dimensions ~ 'tie' then 'seen.tie' else 'null::text' end,
        case when dimensions = 'programme' then 'drawn.programme' else 'null::text' end,
        case when area = '' then '' else ', ' || area end,
        case when dimensions ~ 'tie' then ', tie' else '' end,
        case when dimensions = 'programme' then 'left join (select distinct county, person, programme from public.person_trait where status = ''current'' and programme is not null) as drawn using (county, person)'
          when dimensions ~ 'sex|age' then 'join (select chosen.*, case when birth ~ ''^[0-9]{4}'' then left(today, 4)::int - left(birth, 4)::int - case when substr(birth, 5) collate "C" > substr(today, 5) collate "C" then 1 else 0 end end as age from (select county, person, substr(min(sex_choice), 31) as sex, substr(min(birth_choice), 31) as birth, to_char(clock_timestamp() at time zone ''Asia/Shanghai'', ''YYYY-MM-DD'') as today from public.person_trait group by county, person) as chosen) as who using (county, person)'
          else '' end,
        needs));
    end loop;
  end loop;
  -- What is published, of who sees totals alone: each figure of an area in the grouping by such areas, and those of the one division of one's own
  -- without.
  branches := array_append(branches, $branch$
    select t.county, concat_ws(',', case when one.area is null then t.level end, case when t.sex <> '' then 'sex' end,
        case when t.age <> '' then 'age' end, case when t.tie <> '' then 'tie' end, case when t.programme <> '' then 'programme' end),
      case when one.area is null then t.area end, nullif(nullif(t.sex, ''), 'none'), nullif(nullif(t.age, ''), 'none'), nullif(nullif(t.tie, ''), 'none'),
      nullif(t.programme, ''), t.people, p.published_on, p.rounded_to
    from public.published_total t join public.publication p using (county, registers)
    join (select (select public.analyst_total_divisions()) as divisions) as own on true
    join lateral (select null::text as area where t.level <> 'county' union all select own.divisions[1] where cardinality(own.divisions) = 1) as one
      on one.area is null or t.area = one.area
    where cardinality(own.divisions) > 0 and ((t.sex = '' and t.age = '') or 'basic' = any ((select public.analyst_total_fields())::text[]))
      and (t.programme = '' or 'benefit' = any ((select public.analyst_total_fields())::text[]))
  $branch$);
  grant create on schema seen to hub_analyst_gate;
  execute format('create view seen.people_total with (security_barrier) as select * from (%s) as total where (select public.note_analyst())',
    array_to_string(branches, ' union all '));
  grant select on seen.people_total to hub_analyst;
  alter view seen.people_total owner to hub_analyst_gate;
  revoke create on schema seen from hub_analyst_gate;
end $$;
