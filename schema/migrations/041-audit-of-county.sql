-- What a client was shown, and how much, is of the whole county: persons of villages that the auditor does not see stand among them. So it is
-- for auditors of the county alone, whatever is asked of these functions; breaking glass is told by divisions elsewhere.
create or replace function viewer_may(what text) returns boolean language sql stable as $$
  select what = any (coalesce(string_to_array(nullif(current_setting('hub.may', true), ''), ','), '{}'))
    and (what <> 'audit' or nullif(current_setting('hub.counties', true), '') is not null)
$$;
