import { buildUpdate, type Built, type Rules, type SaidWaybill } from './reading/update';
import type { Parsed } from './source';

/** Flaws of one request that are told. */
const MAX_FLAWS = 200;

/** What a request says, waybill by waybill: one that is told in several rows becomes one update. */
export function buildUpdates(said: readonly SaidWaybill[], rules: Rules): Parsed {
  const waybills = new Map<string, SaidWaybill[]>();
  for (const row of said) {
    const key = JSON.stringify([row.carrier, row.trackingNo]);
    const rows = waybills.get(key);
    if (rows === undefined) waybills.set(key, [row]);
    else rows.push(row);
  }
  const built = [...waybills.values()].map((rows) => withoutEmpty(buildUpdate(inOne(rows), rules)));
  return {
    updates: built.flatMap(({ update }) => update ?? []),
    flaws: built.flatMap((one) => one.flaws).slice(0, MAX_FLAWS),
  };
}

/** The last row has the last word on the waybill as a whole. */
function inOne(rows: readonly SaidWaybill[]): SaidWaybill {
  return { ...(rows.at(-1) as SaidWaybill), scans: rows.flatMap(({ scans }) => scans) };
}

/** An update without a scan would start a delivery that tells nobody anything; a corrected carrier is worth one. */
function withoutEmpty({ update, flaws }: Built): Built {
  if (update === undefined || update.events.length > 0 || update.formerCarrier !== undefined) {
    return { flaws, ...(update && { update }) };
  }
  const { trackingNo } = update;
  return { flaws: [...flaws, { code: 'no-scans', where: trackingNo, message: 'nothing is told of it' }] };
}
