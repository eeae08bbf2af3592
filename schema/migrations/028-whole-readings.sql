-- A reading that asks one thing is told whose it is, and whether the grants are as they were, by one statement; PostgreSQL looks whether
-- a function may be called before any of it runs, and so before the API has become anybody.
grant execute on function expect_access_version to hub_api;
