-- A name within a village, and within a township by way of its villages: the records that bear it there, whatever else lives there and whoever
-- else bears it. Dropped before the records are filled and built after it, like those of 002.
create index if not exists record_name_place on record (county, township, village, name collate "C") where name is not null;
