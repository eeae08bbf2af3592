-- Breaking glass: who was permitted beforehand, by two persons, opens a grant of three hours at once, says why, and is reviewed afterwards.

-- For emergencies and for nothing else. A grant of such a purpose shows nothing by itself: it says what breaking glass would open.
alter table purpose add column emergency boolean not null default false;
alter table purpose add constraint purpose_emergency check (not (emergency and for_minors));

create function keep_purpose() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  -- What stands ready for an emergency would be open for everyday.
  raise exception 'A purpose is for emergencies from the first, or never.' using errcode = '23001';
end $$;
create trigger keep_purpose before update on purpose for each row when (new.emergency is distinct from old.emergency) execute function keep_purpose();

-- Anything above a village takes a second person, and so does the permission to break glass; breaking it does not.
create or replace function is_grant_effective(of access_grant) returns boolean language sql stable as $$
  select of.revoked_at is null and of.sharing <> 'refused' and clock_timestamp() >= of.valid_from and clock_timestamp() < of.valid_until
    and (of.confirmed_at is not null or of.emergency
      or ((select min(length(code)) from unnest(of.divisions) as d (code)) >= 12 and 'break-glass' <> all (of.may)))
$$;

create sequence break_glass_id;
create table break_glass (
  county text not null,
  id bigint not null default nextval('break_glass_id'),
  client text not null,
  -- the grant that permits it, and the one that it opened
  standing bigint not null,
  opened bigint not null,
  -- of an officer's own words; no number of anybody's is taken
  reason text not null check (char_length(btrim(reason)) >= 10),
  -- staff number
  broken_by text not null check (btrim(broken_by) <> ''),
  token text not null,
  request text not null,
  broken_at timestamptz not null default clock_timestamp(),
  review_until timestamptz not null default clock_timestamp() + interval '7 days',
  reviewed_by text check (btrim(reviewed_by) <> ''),
  reviewed_at timestamptz,
  finding text check (finding in ('justified', 'abused')),
  note text check (btrim(note) <> ''),
  primary key (county, id),
  unique (county, opened),
  foreign key (county, client) references client (county, name),
  foreign key (county, standing) references access_grant (county, id),
  foreign key (county, opened) references access_grant (county, id),
  check ((reviewed_by is null) = (reviewed_at is null) and (reviewed_by is null) = (finding is null) and (reviewed_by is null) = (note is null)),
  constraint break_glass_second_person
    check (lower(regexp_replace(reviewed_by, '\s', '', 'g')) <> lower(regexp_replace(broken_by, '\s', '', 'g')))
);
create index break_glass_unreviewed on break_glass (county, client, review_until) where reviewed_at is null;

create function keep_break_glass() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op <> 'UPDATE' or old.reviewed_at is not null
    or (to_jsonb(new) - array['reviewed_by', 'reviewed_at', 'finding', 'note'])
      is distinct from (to_jsonb(old) - array['reviewed_by', 'reviewed_at', 'finding', 'note'])
  then
    raise exception 'What was broken is reviewed, once; nothing else of it changes.' using errcode = '23001';
  end if;
  return new;
end $$;
create trigger keep_break_glass before update or delete on break_glass for each row execute function keep_break_glass();
create function keep_break_glasses() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  raise exception 'What was broken stays on record.' using errcode = '23001';
end $$;
create trigger keep_break_glasses before truncate on break_glass for each statement execute function keep_break_glasses();

-- Whoever writes a grant, the owner too, keeps to this. The names of the constraints are read by src/authorize/administer-grants.ts.
create function check_emergency_grant() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  for_emergencies constant boolean := (select emergency from purpose where county = new.county and code = new.purpose);
  kind constant text := (select c.kind from client c where c.county = new.county and c.name = new.client);
begin
  if for_emergencies is distinct from ('break-glass' = any (new.may)) and for_emergencies is not null then
    raise exception 'A purpose for emergencies and the permission to break glass go together.'
      using errcode = '23514', constraint = 'emergency_purpose';
  end if;
  -- What is never opened: what the party's organs alone see, values outside of the classes, analysts' views, other permissions.
  if for_emergencies and (kind is distinct from 'program' or 'party' = any (new.fields) or new.reveals > 0 or not new.records
      or not new.may <@ array['break-glass', 'verify']) then
    raise exception 'Breaking glass opens no more than classes of fields.' using errcode = '23514', constraint = 'emergency_terms';
  end if;
  if new.emergency and (new.valid_until > new.valid_from + interval '3 hours' or not exists (
      select from access_grant s where s.county = new.county and s.client = new.client and s.purpose = new.purpose and not s.emergency
        and s.confirmed_at is not null and is_grant_effective(s) and new.valid_until <= s.valid_until
        and new.registers <@ s.registers and new.fields <@ s.fields and new.ties <@ s.ties and new.may <@ s.may
        and not exists (select from unnest(new.divisions) as d (code)
          where not exists (select from unnest(s.divisions) as own (code) where starts_with(d.code, own.code)))))
  then
    raise exception 'Nothing stands ready for this.' using errcode = '23514', constraint = 'emergency_standing';
  end if;
  return new;
end $$;
create trigger check_emergency_grant before insert on access_grant for each row execute function check_emergency_grant();

-- Broken glass is an alarm at once.
alter table access_alarm drop constraint access_alarm_kind_check;
alter table access_alarm add constraint access_alarm_kind_check check (kind in ('persons', 'rows', 'break-glass'));

do $$
begin
  execute 'alter table break_glass enable row level security';
  execute 'alter table break_glass force row level security';
  execute 'create policy import on break_glass to hub_import using (true) with check (true)';
end $$;

-- Tokens that are revoked by who comes with one: only those of a client of his own, and on record by whom and why.
alter table token_revocation add column holder text check (holder ~ '^[a-z][a-z0-9-]{0,47}$');
alter table token_revocation add column revoked_by text check (btrim(revoked_by) <> '');
alter table token_revocation add column reason text check (btrim(reason) <> '');
alter table token_revocation add check (holder is null or token is not null);
