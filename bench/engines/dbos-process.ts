import { DBOS } from '@dbos-inc/dbos-sdk';
import { setting } from '../forked';
import { listen } from './intake';
import * as steps from './steps';

/** The same steps as a durable workflow on PostgreSQL, each of them one of its steps. */
async function bareDelivery(trackingNo: string): Promise<object> {
  const step = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    DBOS.runStep(run, { name });
  await step('persistWaybill', () => steps.persistWaybill(trackingNo));
  await step('resolveRecipients', () => steps.resolveRecipients(trackingNo));
  await step('upsertNotifications', () => steps.upsertNotifications(trackingNo));
  const { cids } = await step('findDevices', () => steps.findDevices(trackingNo));
  await Promise.all(cids.map((cid) => step(`pushToDevice ${cid}`, () => steps.pushToDevice(cid))));
  return step('recordOutcome', () => steps.recordOutcome(trackingNo));
}

async function main(): Promise<void> {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: setting('DATABASE_URL'), logLevel: 'error' });
  const workflow = DBOS.registerWorkflow(bareDelivery, { name: 'bareDelivery' });
  await DBOS.launch();
  listen((trackingNo) => DBOS.startWorkflow(workflow, { workflowID: trackingNo })(trackingNo));
}

void main();
