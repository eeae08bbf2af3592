-- By which tie the records of a change know whom it is of. A change that rows of both ties support has a row for each: who is granted one of the two is told
-- by its own rows alone, and nobody is told twice.

-- null: by none, seen by both · resident, registered · both: only who is granted both may know of it, as where a record went from one tie to the other.
-- What was appended before this does not say: it counts as both, and who is granted one tie is told nothing of it.
alter table entity_change add column tie text default 'both';
alter table entity_change_beside add column tie text default 'both';
alter table entity_change alter column tie drop default;
alter table entity_change_beside alter column tie drop default;

-- As of records and links: a viewer of one of the two reads as hub_mixed, which alone has this condition.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['entity_change', 'entity_change_beside'] loop
    execute format($policy$create policy tie on %I as restrictive for select to hub_mixed using (tie is null or tie = any ((
      select case when ties @> array['resident', 'registered'] then array_append(ties, 'both') else ties end
      from (select coalesce(string_to_array(nullif(current_setting('hub.ties', true), ''), ','), array['resident', 'registered']) as ties) as granted)::text[]))$policy$, table_name);
  end loop;
end $$;
