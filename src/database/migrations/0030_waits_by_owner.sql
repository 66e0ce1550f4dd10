-- A delivery whose pushes have failed is woken by a new phone of its owner. Small: what waits, and no more.
create index if not exists express_waits_retry_owner
  on waybell.express_waits (audience, owner_id) where kind = 'retry';
