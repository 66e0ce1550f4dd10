import type { Router } from 'express';
import { type DeliveryStory, findDeliveryStories } from '../database/stories';
import { findRefusals } from '../database/channel-traffic';
import { findKeptDeliveries } from '../database/journals';
import { findOrder } from '../database/find-recipients';
import { findNamedOrders, findNear, type NearWaybill } from '../database/near-waybills';
import { inTransaction } from '../database/pool';
import { selectSharingRows } from '../database/shared-numbers';
import { findByName } from '../deliveries/find';
import { listDeliveries } from '../deliveries/list';
import { ENDS_BY } from '../shipment/attention';
import { explainContradiction, findContradictions } from '../shipment/contradicting-rows';
import { explainDelivery, explainWithheld, type NamedOrder } from '../shipment/explain-delivery';
import { explainNear, IF_IT_IS_THIS } from '../shipment/explain-near';
import { joined } from '../shipment/explanation';
import type { Audience } from '../shipment/update';
import type { Withheld } from '../shipment/who-is-told';
import { trackingNoField } from '../sources/reading/text';
import { tellRefusal } from './channels';
import { explainDeliveries, retryDelivery, type DeliveryAnswer } from './delivery-operations';
import type { ApiDependencies } from './dependencies';
import { explainNotifications } from '../insight/explain';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { fieldInvalid } from './request-input';
import { planOne, requestOf, retryOne } from './retry-delivery';
import { findLatestRun, findStuckStep, type StuckStep } from '../deliveries/runs';
import { temporalLink } from '../deliveries/link';
import { parcelOf } from '../deliveries/workflow-id';
import { askTemporal } from './temporal-problem';

/** Some deliveries are looked up in Temporal, each step of it within this; milliseconds. */
const TEMPORAL_BUDGET_MS = 3_000;

/** From "my customer got no push" to the cause. */
export function addDeliveryRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, temporal, config } = deps;

  serve(router, explainDeliveries, async ({ query: { name } }) => {
    const number = trackingNoField.safeParse(name).data;
    const stories = await inTransaction(pool, (db) =>
      findDeliveryStories(db, config.shopTables, name, number ?? name),
    );
    const deliveries = stories.length > 0 ? await Promise.all(stories.map(tell)) : await findUnwritten(name);
    const refused = await findRefused(name);
    if (deliveries.length + refused.length > 0) return { ok: true, deliveries, refused };
    throw new HttpProblem('delivery-unknown', `no webhook about ${name} was accepted`, { field: 'name' });
  });

  serve(router, retryDelivery, async ({ params: { name }, body }) => {
    const { workflowIds } = await findByName({ pool, shopTables: config.shopTables }, [name]);
    const [workflowId] = workflowIds;
    if (workflowId === undefined)
      throw new HttpProblem('delivery-unknown', `no delivery is named ${name}`, { field: 'name' });
    if (workflowIds.length > 1)
      throw fieldInvalid('name', `${name} names several deliveries: give one of ${workflowIds.join(', ')}`);
    return (body.dry_run ? planOne : retryOne)(deps, workflowId, requestOf(body));
  });

  async function findRefused(name: string) {
    const number = trackingNoField.safeParse(name);
    if (!number.success) return [];
    const refusals = await inTransaction(pool, (db) => findRefusals(db, number.data));
    return refusals.map((one) => ({ ...tellRefusal(one), source: one.source, channel: one.channel }));
  }

  /** It may have ended since it was read: then its workflow does not run, and nothing is wrong with that. */
  async function tell(story: DeliveryStory): Promise<DeliveryAnswer> {
    const { workflowId } = story;
    const problem = story.state === 'open' ? await askStuckStep(workflowId) : null;
    if (problem?.step !== 'workflow') return tellWith(story, problem);
    const [now = story] = await inTransaction(pool, (db) =>
      findDeliveryStories(db, config.shopTables, workflowId),
    );
    return tellWith(now, now.state === 'open' ? problem : null);
  }

  async function tellWith(story: DeliveryStory, problem: StuckStep | null): Promise<DeliveryAnswer> {
    const { workflowId, status, state, since, endedAt, waits, messageIds } = story;
    const { near, order } = lacksOrder(story) ? await lookForOrder(story) : { near: [], order: null };
    // An open one that waits has its outcome so far.
    const [outcome, reason] = state === 'closed' ? [story.outcome, story.reason] : [null, null];
    const waitsFor = waits.map(({ kind }) => kind);
    const facts = { ...story, outcome, waitsFor, notifications: messageIds.length, order };
    const explanation = explainDelivery(facts);
    return {
      ...named(workflowId),
      ...{ status, state, outcome, reason, since, ended_at: endedAt },
      explanation:
        explanation !== null && near.length > 0
          ? joined(explanation, explainNear(near), IF_IT_IS_THIS)
          : explanation,
      near: near.map(({ carrier, order_id }) => ({ carrier, order_id })),
      named_order: order?.id ?? null,
      contradictions: await explainRows(story),
      waits: waits.map(({ audience, ...wait }) => ({
        ...wait,
        audience: audience === '' ? null : audience,
        ends_by: ENDS_BY[wait.kind],
      })),
      problem,
      withheld: (Object.entries(story.withheld) as [Audience, Withheld][]).map(([audience, reason]) => ({
        ...{ audience, reason },
        explanation: explainWithheld(reason),
      })),
      notifications: await explainNotifications(deps, messageIds),
      temporal_ui: temporalLink(config, workflowId),
    };
  }

  async function explainRows({ workflowId, waybillId }: DeliveryStory) {
    const { trackingNo } = parcelOf(workflowId);
    if (trackingNo === null) return [];
    const { shopTables, carriers } = config;
    const shared = await inTransaction(pool, (db) => selectSharingRows(db, shopTables, [trackingNo]));
    return [...shared.values()]
      .flatMap((rows) => findContradictions(rows, carriers))
      .filter(({ rows }) => rows.some(({ id }) => id === waybillId))
      .map((one) => ({ code: one.code, explanation: explainContradiction(one) }));
  }

  /** What its waybill names, and what else the shop has under its number. */
  function lookForOrder({
    waybillId,
  }: DeliveryStory): Promise<{ near: NearWaybill[]; order: NamedOrder | null }> {
    return inTransaction(pool, async (db) => {
      const near = await findNear(db, config.shopTables, [waybillId]);
      const id = (await findNamedOrders(db, config.shopTables, [waybillId])).get(waybillId);
      const exists = id !== undefined && (await findOrder(db, config.shopTables, waybillId)) !== null;
      return { near, order: id === undefined ? null : { id, exists } };
    });
  }

  function askStuckStep(workflowId: string): Promise<StuckStep | null> {
    return temporal.withDeadline(Date.now() + TEMPORAL_BUDGET_MS, () => findStuckStep(temporal, workflowId));
  }

  /** Deliveries that have not reached the database: kept by a journal, or under way in Temporal. */
  async function findUnwritten(name: string): Promise<DeliveryAnswer[]> {
    const number = trackingNoField.safeParse(name);
    if (!number.success) return [];
    const kept = await inTransaction(pool, (db) => findKeptDeliveries(db, number.data));
    if (kept.length > 0) return kept.map((workflowId) => unwritten(workflowId, 'kept', null));
    const { workflowIds } = await askTemporal(
      temporal,
      () => listDeliveries(temporal, `TrackingNo="${number.data}"`, null),
      TEMPORAL_BUDGET_MS,
    );
    const found = await Promise.all([...new Set(workflowIds)].map(tellUnwritten));
    return found.filter((one) => one !== undefined);
  }

  /** What ended well was written, and its rows are gone by now: there is nothing to say of it. */
  async function tellUnwritten(workflowId: string): Promise<DeliveryAnswer | undefined> {
    const latest = await askTemporal(temporal, () => findLatestRun(temporal, workflowId), TEMPORAL_BUDGET_MS);
    if (latest?.completed) return undefined;
    return unwritten(workflowId, 'open', await askStuckStep(workflowId));
  }

  function unwritten(
    workflow_id: string,
    state: 'open' | 'kept',
    problem: DeliveryAnswer['problem'],
  ): DeliveryAnswer {
    return {
      ...named(workflow_id),
      ...{
        state,
        problem,
        status: null,
        outcome: null,
        reason: null,
        since: null,
        ended_at: null,
        near: [],
        named_order: null,
        contradictions: [],
      },
      explanation: state === 'kept' ? KEPT : UNDECIDED,
      ...{ waits: [], withheld: [], notifications: [], temporal_ui: temporalLink(config, workflow_id) },
    };
  }
}

function named(workflowId: string): Pick<DeliveryAnswer, 'workflow_id' | 'carrier' | 'tracking_no'> {
  const { carrier, trackingNo } = parcelOf(workflowId);
  return { workflow_id: workflowId, carrier, tracking_no: trackingNo };
}

/** Whether nobody is known whom to tell: then what else the shop has under the number may help. */
function lacksOrder({ state, reason, waits }: DeliveryStory): boolean {
  return state === 'open' ? waits.some(({ kind }) => kind === 'order-not-found') : reason === 'no-order';
}

const KEPT = {
  en: 'It was accepted, and a journal keeps it because Temporal has not taken it yet. It goes on by itself.',
  zh: '已接受，但 Temporal 尚未收下，由日志簿保存。之后会自动继续。',
};
const UNDECIDED = {
  en: 'It was accepted, and its first step has not been done yet: no worker takes it, or the database refuses it.',
  zh: '已接受，但第一步尚未完成：没有 worker 处理它，或数据库拒绝了它。',
};
