-- A township's page of households is a stretch of this index, as its page of people is of link_person_township: without it all households of the
-- county were gone through for those of one township. Dropped before the links are filled and built after it, like those of 002.
create index if not exists link_household_township on link (county, township, household) include (register, status) where household is not null;
