-- The tables of one night, in the order of the flow. Every table that holds a record or an entity has the county in its
-- primary key (so that it can be distributed by county unchanged) and is under row-level security (below).

-- reference ----------------------------------------------------------------------------------------------------------

create table division (
  code text primary key,
  name text not null,
  kind text not null,
  parent text,
  county text not null,
  township text,
  level smallint not null
);
create index division_parent on division (parent);

create table setting (
  name text primary key,
  value text not null
);

-- receive ------------------------------------------------------------------------------------------------------------

create sequence delivery_id;
create table delivery (
  county text not null,
  id bigint not null default nextval('delivery_id'),
  register text not null,
  dataset text not null,
  file text not null,
  sha256 text not null,
  bytes bigint not null,
  format text not null,
  encoding text not null,
  coverage text not null,
  stated_on date,
  state text not null,
  reason text,
  reason_detail jsonb,
  -- field → header as this delivery wrote it: with the record it cites the cell
  columns jsonb not null default '{}',
  received_at timestamptz not null default clock_timestamp(),
  primary key (county, id)
);
create index delivery_sha256 on delivery (county, sha256);
create index delivery_dataset on delivery (county, dataset, id);

create table delivery_count (
  county text not null,
  delivery bigint not null,
  rows bigint not null,
  added bigint not null,
  changed bigint not null,
  unchanged bigint not null,
  retired bigint not null,
  refused_rows bigint not null,
  findings bigint not null,
  primary key (county, delivery)
);

create table feed_cursor (
  county text not null,
  register text not null,
  resource text not null,
  cursor text not null,
  taken_at timestamptz not null default now(),
  primary key (county, register, resource)
);

-- stage --------------------------------------------------------------------------------------------------------------

create sequence record_id;
create table record (
  county text not null,
  id bigint not null,
  register text not null,
  dataset text not null,
  township text,
  village text,
  grid text,
  status text not null,
  -- where the current version was stated
  delivery bigint not null,
  sheet text,
  row_no integer,
  item text,
  valid_from timestamptz not null,
  tie text,
  key uuid not null,
  occurrence integer not null,
  hash bigint not null,
  name text,
  id_number text,
  birth_date text,
  phone text,
  stated jsonb not null,
  raw jsonb,
  -- field → delivery, sheet, row, item for values that an earlier delta stated and this version did not repeat
  carried jsonb,
  primary key (county, id)
)
-- Room on each page for the night's new versions, which then leave the indexes alone.
with (fillfactor = 90);

create table record_version (
  county text not null,
  record bigint not null,
  register text not null,
  dataset text not null,
  township text,
  village text,
  grid text,
  status text not null,
  delivery bigint not null,
  sheet text,
  row_no integer,
  item text,
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  tie text,
  stated jsonb not null,
  raw jsonb,
  carried jsonb,
  primary key (county, record, valid_from)
);

-- Which row of which delivery was which record, by the ten thousand: an unchanged row is cited without touching its record.
create table sighting (
  county text not null,
  delivery bigint not null,
  part integer not null,
  sheet text,
  rows integer[],
  items text[],
  records bigint[] not null,
  primary key (county, delivery, part)
);

create sequence finding_id;
create table finding (
  county text not null,
  id bigint not null default nextval('finding_id'),
  register text not null,
  township text,
  village text,
  grid text,
  delivery bigint,
  dataset text,
  record bigint,
  -- the second record of a finding between two records; the viewer must be able to see both
  other_record bigint,
  person bigint,
  code text not null,
  severity text not null,
  sheet text,
  row_no integer,
  item text,
  column_name text,
  found text,
  accepted text,
  opened_at timestamptz not null default now(),
  -- set when the record changed, was retired, or no longer contradicts
  closed_at timestamptz,
  primary key (county, id)
);

-- Records that a delivery changed or retired and the linkage has not read again; a new record has no link yet and needs no row here.
create table touched_record (
  county text not null,
  record bigint not null,
  primary key (county, record)
);

-- link ---------------------------------------------------------------------------------------------------------------

create sequence entity_id;
create table entity (
  county text not null,
  id bigint not null,
  kind text not null,
  status text not null,
  merged_into bigint,
  since timestamptz not null default now(),
  primary key (county, id)
);

-- One row a record: what it speaks of, why, and the keys by which the next night finds its neighbours. Room is left on each page,
-- so that a row of which no indexed column changes is rewritten in place, without touching the indexes.
create table link (
  county text not null,
  record bigint not null,
  register text not null,
  dataset text not null,
  township text,
  village text,
  grid text,
  status text not null,
  tie text,
  person bigint,
  household bigint,
  dwelling bigint,
  building bigint,
  organisation bigint,
  place bigint,
  event bigint,
  grid_entity bigint,
  person_reason text,
  household_reason text,
  dwelling_reason text,
  building_reason text,
  person_key bigint,
  household_key bigint,
  dwelling_key bigint,
  dwelling_place_key bigint,
  building_key bigint,
  building_alias_key bigint,
  building_place_key bigint,
  head_key bigint,
  subject_key bigint,
  -- of all that the linkage reads of the record: equal, and the record moves nothing
  evidence bigint,
  primary key (county, record)
) with (fillfactor = 90);

create table mention (
  county text not null,
  record bigint not null,
  pointer text not null,
  register text not null,
  township text,
  village text,
  grid text,
  status text not null,
  name text,
  id_key bigint,
  person bigint,
  person_reason text,
  primary key (county, record, pointer)
);

-- Entities whose records changed and whose contradictions have not been looked for again; entity 0 stands for all of the kind.
create table touched_entity (
  county text not null,
  kind text not null,
  entity bigint not null,
  primary key (county, kind, entity)
);
