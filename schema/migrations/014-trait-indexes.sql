-- Dropped before everybody's traits are filled and built after it, like those of 002.
create index if not exists person_trait_person on person_trait (county, person);
create index if not exists person_trait_township on person_trait (county, township, village);
create index if not exists person_trait_village on person_trait (county, village);
create index if not exists person_trait_grid on person_trait (county, grid) where grid is not null;
