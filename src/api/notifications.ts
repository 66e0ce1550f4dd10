import type { Router } from 'express';
import {
  findNotification,
  listNotifications as selectNotifications,
  type Notification,
} from '../database/notifications';
import { inTransaction } from '../database/pool';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { explainNotifications } from '../insight/explain';
import { HttpProblem } from './http-problem';
import { listNotifications, retryNotification, showNotification } from './notification-operations';
import { serve } from './operation';
import { fieldInvalid } from './request-input';
import { requestOf, retryOne } from './retry-delivery';
import { temporalLink } from '../deliveries/link';

/** What people ask about messages: which there are, what became of each, and to try again. */
export function addNotificationRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const shown = <Row extends Notification>(notification: Row) => ({
    ...notification,
    temporal_ui: notification.workflow_id === null ? null : temporalLink(config, notification.workflow_id),
  });

  serve(router, listNotifications, async ({ query: { limit, ...filter } }) => {
    const { before, ...narrowing } = filter;
    if (before !== undefined && Object.values(narrowing).every((one) => one === undefined))
      throw fieldInvalid('before', 'needs recipient_id, order_id, tracking_no or cid beside it');
    const notifications = await namingField(
      { recipient_id: filter.recipient_id, order_id: filter.order_id },
      () => inTransaction(pool, (db) => selectNotifications(db, config.shopTables, filter, limit)),
    );
    return { ok: true, notifications: notifications.map(shown), count: notifications.length };
  });

  serve(router, showNotification, async ({ params: { message_id: messageId } }) => {
    const [notification] = await explainNotifications(deps, [messageId]);
    if (!notification) throw unknown(messageId);
    return { ok: true, notification };
  });

  serve(router, retryNotification, async ({ params: { message_id: messageId }, body }) => {
    const notification = await inTransaction(pool, (db) => findNotification(db, messageId));
    if (!notification) throw unknown(messageId);
    const { workflow_id: workflowId } = notification;
    if (workflowId === null) {
      throw new HttpProblem('not-a-delivery', `${messageId} was not made by Waybell, so it has no workflow`);
    }
    return retryOne(deps, workflowId, requestOf(body));
  });
}

function unknown(messageId: string): HttpProblem {
  return new HttpProblem('notification-unknown', `no notification ${messageId}`, { field: 'message_id' });
}
