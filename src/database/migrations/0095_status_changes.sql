-- Each change of a parcel's status, once, in the order in which it was written: for readers of the shop. Rows are added
-- and never changed; those of a time that is over, and of what was erased, go.
create sequence if not exists waybell.status_positions;
create table if not exists waybell.status_changes (
  position bigint primary key,
  -- of this change for ever: what a receiver knows it by
  id uuid not null default gen_random_uuid(),
  waybill_id text not null,
  -- the order that the waybill named then
  order_id text,
  carrier text not null,
  tracking_no text not null,
  -- which parcel under this number
  parcel integer not null,
  status text not null,
  -- when the scan was made that says so
  scanned_at timestamptz not null,
  written_at timestamptz not null default clock_timestamp()
);
create index if not exists status_changes_number on waybell.status_changes (tracking_no);

-- Positions are given before a transaction commits, and it may commit after one with a later position: who has read
-- that one would pass over this one. So each transaction says, before it takes a position, which was the last one
-- taken: as a shared advisory lock, which nobody waits for and which goes with the transaction. Its key is 87 in the
-- first bits (see settled_position) and that position in the other 55.
create or replace function waybell.take_status_position() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock_shared((87::bigint << 55) | case when s.is_called then s.last_value else 0 end)
     from waybell.status_positions s;
  new.position := nextval('waybell.status_positions');
  return new;
end $$;
drop trigger if exists take_position on waybell.status_changes;
create trigger take_position before insert on waybell.status_changes
  for each row execute function waybell.take_status_position();

-- Up to here nothing is written any more: whoever took such a position has committed or given up. A statement that
-- begins after this one sees all of it. The position that was taken last is read first: who takes one later has a later
-- one, and who took one before has shown so before.
create or replace function waybell.settled_position() returns bigint
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  taken bigint;
  settled bigint;
begin
  select case when s.is_called then s.last_value else 0 end into taken from waybell.status_positions s;
  select least(taken, min(shown.key & ((1::bigint << 55) - 1))) into settled
    from (select (l.classid::bigint << 32) | l.objid::bigint as key
            from pg_locks l
           where l.locktype = 'advisory' and l.objsubid = 1 and l.mode = 'ShareLock'
             and l.database = (select d.oid from pg_database d where d.datname = current_database())) shown
   where shown.key >> 55 = 87;
  return settled;
end $$;

-- What a reader asks: the changes after the last position that it has, in order, and none that something may still be
-- written before. It reads as its owner, so that a role of the shop needs this function and no table.
create or replace function waybell.status_changes_after(after bigint, at_most integer default 1000)
  returns setof waybell.status_changes
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  settled bigint;
begin
  -- Else all statements would see the same rows, those from before the look.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'status_changes_after needs the isolation level read committed'
      using errcode = 'feature_not_supported';
  end if;
  settled := waybell.settled_position();
  return query
    select c.* from waybell.status_changes c
     where c.position > after and c.position <= settled
     order by c.position limit at_most;
end $$;

revoke all on function waybell.take_status_position(), waybell.settled_position(),
  waybell.status_changes_after(bigint, integer) from public;

-- Who is told each of them by a webhook, by a digest of its URL, and how far. A lease is for who tells it now: where
-- that process dies, another goes on when it is over.
create table if not exists waybell.status_receivers (
  receiver text primary key,
  -- the last change that it took
  position bigint not null,
  lease uuid,
  leased_until timestamptz not null default '-infinity',
  -- not before, when it did not take the next one
  next_at timestamptz not null default now(),
  taken_at timestamptz,
  -- how often in a row it did not take the next one, since when, and what it said; never a word of its body
  failures integer not null default 0,
  failing_since timestamptz,
  words text not null default '',
  -- it wants no more: a person starts it anew
  disabled_at timestamptz
);
