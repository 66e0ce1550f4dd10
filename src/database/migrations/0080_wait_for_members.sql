-- A delivery may wait until the shop says again who belongs to a merchant. Only more is allowed than before, so that no
-- row needs to be looked at.
alter table waybell.express_waits
  drop constraint if exists express_waits_kind_check,
  add constraint express_waits_kind_check check (kind in ('order', 'device', 'retry', 'members')) not valid;
