-- Tokens that end before their time: one by its id, or all of a client that were signed until a moment. It names programs and no person.
-- Appended, never changed: who was let in again would have been let in unseen.
create table token_revocation (
  id bigint generated always as identity primary key,
  -- `jti`; of a provider's token without one, the SHA-256 of its text
  token text check (token ~ '^[A-Za-z0-9_.:/+=-]{1,200}$'),
  client text check (client ~ '^[a-z][a-z0-9-]{0,47}$'),
  signed_until timestamptz,
  revoked_at timestamptz not null default clock_timestamp(),
  check ((token is null) <> (client is null)),
  check ((client is null) = (signed_until is null)),
  check (signed_until <= revoked_at)
);
-- The last half day of them is asked for: no token lives longer.
create index token_revocation_revoked_at on token_revocation (revoked_at);

create function keep_token_revocation() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  raise exception 'A revoked token stays revoked; another is signed.' using errcode = '23001';
end $$;
create trigger keep_token_revocation before update or delete or truncate on token_revocation
  for each statement execute function keep_token_revocation();
-- A running server knows by the next request.
create trigger bump_access_version after insert on token_revocation for each statement execute function bump_access_version();

do $$
begin
  execute 'alter table token_revocation enable row level security';
  execute 'alter table token_revocation force row level security';
  execute 'create policy import_read on token_revocation for select to hub_import using (true)';
  execute 'create policy import_add on token_revocation for insert to hub_import with check (true)';
  execute 'create policy gate on token_revocation for select to hub_gatekeeper using (true)';
  execute 'grant select on token_revocation to hub_gatekeeper';
end $$;
