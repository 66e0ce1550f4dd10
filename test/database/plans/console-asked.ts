import { loadConfig } from '../../../src/config/config';
import * as sessions from '../../../src/database/console-sessions';
import type { Queryable } from '../../../src/database/pool';
import * as timeLine from '../../../src/database/time-line';

const { shopTables } = loadConfig({});
const HOUR_MS = 3_600_000;

interface Asked {
  readonly waybillId: string;
  readonly trackingNo: string;
  readonly workflowId: string;
}

/** What only the console asks: who is logged in, and the time line of a parcel. */
export async function lookIntoConsole(db: Queryable, asked: Asked): Promise<void> {
  const { waybillId, trackingNo, workflowId } = asked;
  const sha256 = Buffer.alloc(32, 7);
  const session = { sha256, keyName: 'desk', keyProof: sha256, expiresAt: new Date(Date.now() + HOUR_MS) };
  await sessions.insertSession(db, session);
  await sessions.selectSession(db, sha256);
  await sessions.deleteSession(db, sha256);
  await timeLine.selectParcels(db, shopTables, trackingNo);
  await timeLine.selectScans(db, { id: waybillId, tracking_no: trackingNo });
  await timeLine.selectDecisions(db, waybillId);
  await timeLine.selectMessageIds(db, [workflowId]);
}
