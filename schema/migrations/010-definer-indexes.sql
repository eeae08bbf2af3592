-- Who defines a building is asked for without everybody who lives in it: a row of a register of buildings or dwellings is tied to none.
-- One statement a line; `src/database/indexes.ts` reads this file.
create index if not exists link_building_key_of_definer on link (county, building_key) where building_key is not null and tie is null;
create index if not exists link_building_alias_key_of_definer on link (county, building_alias_key) where building_alias_key is not null and tie is null;
create index if not exists link_building_place_key_of_definer on link (county, building_place_key) where building_place_key is not null and tie is null;
