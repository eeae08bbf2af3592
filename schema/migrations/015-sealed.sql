-- Numbers and telephones stand in `stated` and `raw` as {"index": …, "masked": …, "sealed": …}: `sealed` is the value under a key that is
-- not here, another text each time it is written; `index` is the same text for the same value, `masked` is for whoever may see that
-- there is one. `id_number` and `phone` of a record are the index; `key`, `hash` and the keys of links are keyed hashes.

-- Whether two records say the same, under whatever key they were sealed. In JSON a quote inside a text has a backslash before it.
create function states_same(one jsonb, other jsonb) returns boolean language sql immutable parallel safe
return case
  when one is not distinct from other then true
  else regexp_replace(one::text, '"sealed": "[^"]*"', '', 'g') is not distinct from regexp_replace(other::text, '"sealed": "[^"]*"', '', 'g')
end;
