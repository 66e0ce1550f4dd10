import type { Router } from 'express';
import { z } from 'zod';
import { findNotification } from '../database/find-notification';
import { listNotifications } from '../database/list-notifications';
import { listPushes } from '../database/list-pushes';
import type { Notification } from '../database/notification';
import { inTransaction } from '../database/pool';
import { trackingNoField } from '../sources/canonical';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addRoute } from './methods';
import { checkFields, optionalId, optionalWords, readOptionalJson, requiredId } from './request-input';
import { retryDelivery } from './retry-delivery';
import { temporalLink } from './temporal-link';

const search = z.object({
  recipient_id: optionalId,
  tracking_no: trackingNoField.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const address = z.object({ message_id: requiredId });

const retry = z.object({
  operator: optionalWords,
  reason: optionalWords,
  devices: z.array(requiredId).min(1).max(100).optional(),
});

/** What people ask about messages: which there are, what became of each, and to try again. */
export function addNotificationRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const shown = (notification: Notification) => ({
    ...notification,
    temporal_ui: notification.workflow_id === null ? null : temporalLink(config, notification.workflow_id),
  });

  addRoute(router, '/notifications', {
    async get(request, response) {
      const { limit, ...filter } = checkFields(search, request.query);
      const notifications = await namingField({ recipient_id: filter.recipient_id }, () =>
        inTransaction(pool, (db) => listNotifications(db, filter, limit)),
      );
      response.json({ ok: true, notifications: notifications.map(shown), count: notifications.length });
    },
  });

  addRoute(router, '/notifications/:message_id', {
    async get(request, response) {
      const { message_id: messageId } = checkFields(address, request.params);
      const found = await inTransaction(pool, async (db) => {
        const notification = await findNotification(db, messageId);
        return notification && { notification, pushes: await listPushes(db, messageId) };
      });
      if (!found) throw unknown(messageId);
      response.json({ ok: true, notification: { ...shown(found.notification), pushes: found.pushes } });
    },
  });

  addRoute(router, '/notifications/:message_id/retry', {
    async post(request, response) {
      const { message_id: messageId } = checkFields(address, request.params);
      const { operator, reason, devices } = readOptionalJson(request, retry);
      const notification = await inTransaction(pool, (db) => findNotification(db, messageId));
      if (!notification) throw unknown(messageId);
      const { workflow_id: workflowId } = notification;
      if (workflowId === null) {
        throw new HttpProblem(
          'not-a-delivery',
          `${messageId} was not made by Waybell, so it has no workflow`,
        );
      }
      const { runId, restarted, message } = await retryDelivery(deps, workflowId, {
        ...(operator !== undefined && { operator }),
        ...(reason !== undefined && { reason }),
        ...(devices !== undefined && { devices }),
      });
      response.json({
        ok: true,
        workflow_id: workflowId,
        run_id: runId,
        restarted,
        message,
        temporal_ui: temporalLink(config, workflowId, runId),
      });
    },
  });
}

function unknown(messageId: string): HttpProblem {
  return new HttpProblem('notification-unknown', `no notification ${messageId}`, { field: 'message_id' });
}
