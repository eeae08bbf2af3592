-- Dropped before the records are filled and built after it, like those of 002.
create index if not exists record_address_tail on record (county, address_tail) where address_tail is not null;
create index if not exists record_address_estate on record (county, address_estate) where address_estate is not null;
create index if not exists record_address_village on record (county, village, address_tail) where address_tail is not null;
create index if not exists record_address_area on record (county, address_area, address_tail) where address_area is not null;
