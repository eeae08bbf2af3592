-- The operations that each client has registered: in production the API answers nothing else. They are texts of programs and hold
-- nothing of a person: what is asked about comes in variables. Only the owner reads the table; the API's role has no grant on it.
create table document (
  client text not null check (btrim(client) <> ''),
  -- SHA-256 of the text as it was delivered, in lower-case hexadecimals
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  -- of its operations, as the developer wrote them; for lists and measurements only
  names text[] not null check (cardinality(names) > 0),
  text text not null check (octet_length(text) <= 65536),
  added_at timestamptz not null default clock_timestamp(),
  primary key (client, hash)
);
alter table document enable row level security;
alter table document force row level security;
create policy import on document to hub_import using (true) with check (true);
