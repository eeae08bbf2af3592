-- A building's own name is found without everybody who lives in it, and without its dwellings.
create index if not exists link_building_own on link (county, building, dataset) where building is not null and person is null;
