-- Whatever policies the links have got since 014, their traits have as well, word for word.
do $$
declare
  policy record;
begin
  for policy in select * from pg_policies p where p.schemaname = 'public' and p.tablename = 'link'
    and not exists (select from pg_policies t where t.schemaname = 'public' and t.tablename = 'person_trait' and t.policyname = p.policyname) loop
    execute format('create policy %I on person_trait as %s for %s to %s using (%s)%s', policy.policyname, policy.permissive, policy.cmd,
      (select string_agg(quote_ident(name), ', ') from unnest(policy.roles) as name), policy.qual,
      case when policy.with_check is null then '' else format(' with check (%s)', policy.with_check) end);
  end loop;
end $$;
