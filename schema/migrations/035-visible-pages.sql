-- A night changes a hundredth of these or less, and whoever counts looks into the table for every row of a page that was changed: the default,
-- a fifth, would let that grow for weeks.
alter table link set (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
alter table person_trait set (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
