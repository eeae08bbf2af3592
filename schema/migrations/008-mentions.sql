-- What a mention carries besides name and number: a night asks again of all of them who they are, and reads no record for it.

alter table mention add column phone_key bigint;
