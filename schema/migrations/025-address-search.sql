-- Records are found by their address. What is searched is the address as it was read, put together again in one way, from where its place
-- within the village begins (人民路12号, 阳光花园3栋2单元501室, 5组35号): nobody knows with which divisions before it a source wrote it.
-- The same as `addressTail` of src/model/address-tail.ts.
create function address_tail(elements jsonb) returns text language sql immutable parallel safe as $$
  select nullif(coalesce(elements ->> 'hamlet', '') || coalesce((elements ->> 'group') || '组', '') || coalesce(elements ->> 'road', '')
    || coalesce((elements ->> 'number') || '号', '') || coalesce(elements ->> 'estate', '') || coalesce((elements ->> 'building') || '栋', '')
    || coalesce((elements ->> 'unit') || '单元', '') || coalesce((elements ->> 'floor') || '层', '') || coalesce((elements ->> 'room') || '室', '')
    || coalesce(elements ->> 'rest', ''), '')
$$;

-- Beside the values that they are made of, so that the policies of the record hold for them as for every other value of it.
alter table record
  add column address_area text collate "C" generated always as (
    case when stated -> 'addressElements' is not null then coalesce(stated -> 'addressElements' ->> 'elsewhere', village, township) end) stored,
  add column address_tail text collate "C" generated always as (address_tail(stated -> 'addressElements')) stored,
  -- 阳光花园3栋 of 人民路12号阳光花园3栋: people name the one or the other
  add column address_estate text collate "C" generated always as (
    case when stated -> 'addressElements' ->> 'estate' is not null and coalesce(stated -> 'addressElements' ->> 'hamlet',
        stated -> 'addressElements' ->> 'group', stated -> 'addressElements' ->> 'road', stated -> 'addressElements' ->> 'number') is not null
      then address_tail((stated -> 'addressElements') - '{hamlet,group,road,number}'::text[]) end) stored;
