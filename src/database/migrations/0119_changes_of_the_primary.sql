-- As before (0095), and it says so where it cannot know: a replica shows neither the locks of those who write on the
-- primary nor the position that was taken last, so that a reader there would pass over changes without a word.
create or replace function waybell.settled_position() returns bigint
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  taken bigint;
  settled bigint;
begin
  if pg_is_in_recovery() then
    raise exception 'changes of statuses are read on the primary: a replica does not know what is still written'
      using errcode = 'feature_not_supported';
  end if;
  select case when s.is_called then s.last_value else 0 end into taken from waybell.status_positions s;
  select least(taken, min(shown.key & ((1::bigint << 55) - 1))) into settled
    from (select (l.classid::bigint << 32) | l.objid::bigint as key
            from pg_locks l
           where l.locktype = 'advisory' and l.objsubid = 1 and l.mode = 'ShareLock'
             and l.database = (select d.oid from pg_database d where d.datname = current_database())) shown
   where shown.key >> 55 = 87;
  return settled;
end $$;

-- As before, and it refuses a position that was never given here: the reader has seen changes that a restored backup
-- has not, and would pass over those that get their positions now.
create or replace function waybell.status_changes_after(after bigint, at_most integer default 1000)
  returns setof waybell.status_changes
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  taken bigint;
  settled bigint;
begin
  -- Else all statements would see the same rows, those from before the look.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'status_changes_after needs the isolation level read committed'
      using errcode = 'feature_not_supported';
  end if;
  settled := waybell.settled_position();
  select case when s.is_called then s.last_value else 0 end into taken from waybell.status_positions s;
  if after > taken then
    raise exception 'no change has position % yet, the last one is %: was this database restored from a backup?', after, taken
      using errcode = 'invalid_parameter_value',
            hint = 'Go back to a position from before the backup; changes that are known have the same id.';
  end if;
  return query
    select c.* from waybell.status_changes c
     where c.position > after and c.position <= settled
     order by c.position limit at_most;
end $$;
