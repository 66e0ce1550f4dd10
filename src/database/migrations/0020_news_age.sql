-- Until when a status may be told: then it is old news, or not true any more. null in rows from before there was an
-- age, which never end by it: an upgrade changes nothing that was decided.
alter table waybell.express_updates add column if not exists tell_until timestamptz;
