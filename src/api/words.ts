import type { Router } from 'express';
import { listWords, settingFor } from '../intake/words';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../shipment/status';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';
import { listSeenWords } from './word-operations';

/** Words for statuses that the shop has to explain, or has. */
export function addWordRoutes(router: Router, { pool, config }: ApiDependencies): void {
  serve(router, listSeenWords, async ({ query: { limit } }) => {
    const { statusMap } = config;
    const statuses: ShipmentStatus[] = [...SHIPMENT_STATUSES];
    const words = await listWords({ pool, statusMap }, limit);
    return {
      ok: true,
      words: words.map(({ source, word, standing, means, count, lastText, lastTime, lastReadAs }) => ({
        ...{ source, word, standing, means, count },
        last_text: lastText,
        last_time: lastTime,
        last_read_as: lastReadAs,
      })),
      statuses,
      setting: settingFor(words, statusMap),
    };
  });
}
