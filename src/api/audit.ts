import type { Router } from 'express';
import { selectAudit } from '../database/audit';
import { inTransaction } from '../database/pool';
import { showAudit } from './audit-operations';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';

/** Who decided what. */
export function addAuditRoutes(router: Router, { pool }: Pick<ApiDependencies, 'pool'>): void {
  serve(router, showAudit, async ({ query }) => {
    const audit = await inTransaction(pool, (db) => selectAudit(db, query));
    return { ok: true, audit, count: audit.length };
  });
}
