-- Whom a delivery told nothing although its order names them, and why: {"user": "order-cancelled"}.
alter table waybell.express_updates add column if not exists withheld jsonb;
