import type pg from 'pg';
import type { ShopTables } from '../config/config';
import {
  type ComparedSpan,
  type ComparedWaybill,
  describeCompared,
  type OldTold,
  selectComparedWaybills,
  selectOldTold,
  selectShadowTold,
  type ShadowTold,
} from '../database/compare';
import type { QueueColumns } from '../database/old-queue';
import { inTransaction } from '../database/pool';
import { END_REASON_WORDS, readEndReason } from '../shipment/end-reason';
import { asItIs, type Explanation } from '../shipment/explanation';
import { readStatus, type StatusMap } from '../shipment/status';
import type { Audience } from '../shipment/update';

/** Reads the old tables, which may have millions of rows and no index that helps; nobody else waits for it. */
const QUERY_TIMEOUT_MS = 60_000;
/** How far apart the two may tell the same; milliseconds. */
const APART_MS = 60 * 60_000;

/** Somebody whom one system told of a status of a parcel, and the other did not. */
export interface Difference {
  readonly waybillId: string;
  readonly carrier: string | null;
  readonly trackingNo: string | null;
  readonly orderId: string | null;
  readonly audience: Audience;
  /** In our word, or the shop's where it is in no STATUS_MAP. */
  readonly status: string;
  readonly toldBy: 'old' | 'shadow';
  readonly at: Date;
  /** Why the other one did not, as far as it is known. */
  readonly why: Explanation;
}

export interface Comparison {
  /** Whom both told of the same. */
  readonly both: number;
  readonly differences: readonly Difference[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
}

export interface CompareParts {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly statusMap: StatusMap;
  readonly columns: QueueColumns;
}

/** Compares whom the old system told in a span of time with whom Waybell would have told, for one page of waybills. */
export async function compareTold(
  { pool, shopTables, statusMap, columns }: CompareParts,
  span: ComparedSpan & { readonly after: string; readonly limit: number },
): Promise<Comparison> {
  const around = {
    since: new Date(span.since.getTime() - APART_MS),
    until: new Date(span.until.getTime() + APART_MS),
  };
  const { ids, old, shadow, waybills } = await inTransaction(
    pool,
    async (db) => {
      const ids = await selectComparedWaybills(db, columns, span);
      return {
        ids,
        old: await selectOldTold(db, columns, ids, around),
        shadow: await selectShadowTold(db, ids, around),
        waybills: await describeCompared(db, shopTables, columns, ids),
      };
    },
    QUERY_TIMEOUT_MS,
  );
  const { both, differences } = findDifferences({ old, shadow, waybills }, span, statusMap);
  return { both, differences, next: ids.length < span.limit ? null : (ids.at(-1) ?? null) };
}

interface Sides {
  readonly old: readonly OldTold[];
  readonly shadow: readonly ShadowTold[];
  readonly waybills: readonly ComparedWaybill[];
}

/** One side of what was told of one status to one audience. */
type Told = Pick<OldTold, 'waybillId' | 'audience' | 'at'> & { readonly status: string };

/** Pairs what both told of the same, the earliest with the earliest, and names the rest that lies in the span. */
export function findDifferences(
  { old, shadow, waybills }: Sides,
  { since, until }: ComparedSpan,
  statusMap: StatusMap,
): Omit<Comparison, 'next'> {
  const isInSpan = ({ at }: Told): boolean => at >= since && at < until;
  const oldByKey = grouped(
    old.map((one) => ({ ...one, status: readStatus(one.word ?? '', statusMap) ?? one.word ?? '' })),
  );
  const shadowByKey = grouped(shadow);
  let both = 0;
  const differences: Difference[] = [];
  for (const key of new Set([...oldByKey.keys(), ...shadowByKey.keys()])) {
    const [olds, shadows] = [oldByKey.get(key) ?? [], shadowByKey.get(key) ?? []];
    const pairs = Math.min(olds.length, shadows.length);
    both += olds
      .slice(0, pairs)
      .filter((one, index) => isInSpan(one) || isInSpan(shadows[index] ?? one)).length;
    const name = (one: Told, toldBy: Difference['toldBy']): Difference => {
      const waybill = waybills.find(({ waybillId }) => waybillId === one.waybillId);
      const { carrier = null, trackingNo = null, orderId = null } = waybill ?? {};
      const why = toldBy === 'old' ? whyNotShadow(waybill, one.status, statusMap) : whyNotOld(waybill);
      return { ...one, carrier, trackingNo, orderId, toldBy, why };
    };
    differences.push(
      ...olds
        .slice(pairs)
        .filter(isInSpan)
        .map((one) => name(one, 'old')),
      ...shadows
        .slice(pairs)
        .filter(isInSpan)
        .map((one) => name(one, 'shadow')),
    );
  }
  differences.sort((a, b) => a.at.getTime() - b.at.getTime());
  return { both, differences };
}

function grouped<T extends Told>(told: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of told) {
    const key = JSON.stringify([one.waybillId, one.status, one.audience]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

function whyNotShadow(
  waybill: ComparedWaybill | undefined,
  status: string,
  statusMap: StatusMap,
): Explanation {
  if (readStatus(status, statusMap) === null)
    return { en: 'its word is in no STATUS_MAP', zh: '它的状态词不在 STATUS_MAP 中' };
  if (waybill?.verdict == null)
    return { en: 'no webhook about it reached Waybell', zh: 'Waybell 没有收到过关于它的 webhook' };
  const reason = readEndReason(waybill.reason ?? waybill.verdict);
  const last = reason === null ? asItIs(waybill.verdict) : END_REASON_WORDS[reason];
  return { en: `the last webhook about it: ${last.en}`, zh: `关于它的最后一个 webhook：${last.zh}` };
}

function whyNotOld(waybill: ComparedWaybill | undefined): Explanation {
  if (waybill?.trackingNo == null) return { en: 'the waybill is gone', zh: '运单已不存在' };
  if (waybill.processStatus === null)
    return {
      en: 'nothing about it was processed in notify_queue',
      zh: 'notify_queue 中没有处理过关于它的内容',
    };
  const { processStatus, lastError } = waybill;
  const [en, zh] = lastError === null ? ['', ''] : [`: ${lastError}`, `：${lastError}`];
  return {
    en: `its last row in notify_queue is ${processStatus}${en}`,
    zh: `它在 notify_queue 中的最后一行是 ${processStatus}${zh}`,
  };
}
