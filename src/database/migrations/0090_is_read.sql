-- Whether its reader has seen a message. A column of this name that the shop has already stays as it is, whatever its
-- type: boolean, number or text. What was told before there was one counts as seen: no app shows hundreds of new
-- messages after an upgrade.
alter table public.express_notifications
  add column if not exists is_read boolean not null default true;
do $$
begin
  if exists (
    select from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
     where d.adrelid = 'public.express_notifications'::regclass and a.attname = 'is_read'
       and pg_get_expr(d.adbin, d.adrelid) = 'true'
  ) then
    alter table public.express_notifications alter column is_read set default false;
  end if;
end $$;

-- What a reader has not seen: as a rule there is little of it.
create index if not exists express_notifications_unread
  on public.express_notifications (recipient_id, aud, created_at desc)
  where coalesce(is_read::text, '0') in ('0', 'f', 'false') and message_id is not null;
