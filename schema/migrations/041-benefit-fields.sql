-- What a benefit is for and since when it is drawn are fields of their own, of the class `benefit`: under the names of an event's category
-- and of a post's beginning, which are of the class `basic`, they were shown to whom no benefit is. Stored records follow, those that a
-- delivery will not repeat as well.
create function pg_temp.of_benefit(named jsonb) returns jsonb language sql as $$
  select jsonb_object_agg(case key when 'category' then 'benefitCategory' when 'since' then 'benefitSince' else key end, value)
  from jsonb_each(named)
$$;
update record set stated = pg_temp.of_benefit(stated), raw = pg_temp.of_benefit(raw), carried = pg_temp.of_benefit(carried)
  where dataset = 'civil-affairs/benefits' and (stated ?| array['category', 'since'] or raw ?| array['category', 'since']);
update record_version set stated = pg_temp.of_benefit(stated), raw = pg_temp.of_benefit(raw), carried = pg_temp.of_benefit(carried)
  where dataset = 'civil-affairs/benefits' and (stated ?| array['category', 'since'] or raw ?| array['category', 'since']);
update delivery set columns = pg_temp.of_benefit(columns)
  where dataset = 'civil-affairs/benefits' and columns ?| array['category', 'since'];

drop function pg_temp.of_benefit;
