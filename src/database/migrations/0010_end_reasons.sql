-- Why deliveries ended, as codes instead of sentences, so that they can be counted, and shown in any language. Every
-- sentence that was ever written is named here; what somebody else wrote stays as it is.
--
-- One pass over the table, about a minute for a million rows. No step of a delivery writes a closed row, so nobody
-- waits for the many; the few open ones come last, and are held for a moment only.
set local statement_timeout = 0;
do $$
declare
  of_state text;
  found bigint;
  total bigint := 0;
begin
  foreach of_state in array array['closed', 'open'] loop
    update waybell.express_updates
       set reason = case
             -- "user: success, 2 accepted; merchant: failed, 0 accepted, 1 failed; a newer status is known"
             when reason like '%; a newer status is known' then 'newer-status'
             when reason = 'a newer status is known' then 'newer-status'
             when reason = 'no order was linked in time' then 'no-order'
             when reason = 'the order names nobody' then 'nobody-named'
             when reason = 'cancelled by an operator' then 'cancelled'
             when reason = 'its workflow was ended from outside' then 'ended-outside'
             else 'by-audience'
           end
     where state = of_state
       and (reason ~ '^(user|merchant): [a-z-]+, \d+ accepted'
            or reason in ('a newer status is known', 'no order was linked in time', 'the order names nobody',
                          'cancelled by an operator', 'its workflow was ended from outside'));
    get diagnostics found = row_count;
    total := total + found;
  end loop;
  if total > 0 then
    raise notice 'express_updates: % reasons became codes', total;
  end if;
end $$;
