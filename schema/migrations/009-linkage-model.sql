-- What the linkage of persons keeps from night to night, for itself alone: what it has learned, and what it knows of every record.

-- A model as it was trained. The newest is the one in use; nothing retrains it but a command (or the first load, which has none).
create table linkage_model (
  county text not null,
  name text not null,
  id integer not null,
  -- the declaration's version, and the trained shares: the file that people read and review
  version integer not null,
  trained jsonb not null,
  -- how common each name was then: keys (Float64, ascending), then persons (Float64), little-endian
  name_counts bytea not null,
  trained_at timestamptz not null default clock_timestamp(),
  primary key (county, name, id)
);

-- What the rows of persons say, as columns of numbers, by the hundred thousand: read whole in a second, where the records themselves
-- would take half a minute. A later part speaks for a record that an earlier one holds too; a full run writes them anew.
create table linkage_part (
  county text not null,
  part integer not null,
  records integer not null,
  body bytea not null,
  primary key (county, part)
);
-- Compressed before it comes here.
alter table linkage_part alter column body set storage external;

do $$
declare
  table_name text;
begin
  foreach table_name in array array['linkage_model', 'linkage_part'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
  end loop;
end $$;
