import { Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { google } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { clockOfTemporal, namespace, pollers, temporalServer } from '../../src/doctor/checks/temporal';
import { silentDevicesSchedule, sweepSchedule } from '../../src/doctor/checks/schedules';
import type { DoctorContext } from '../../src/doctor/check';
import { builds } from '../../src/doctor/checks/builds';
import { repairAll } from '../../src/doctor/examine';
import { eachMinute } from '../../src/activities/each-minute';
import { SWEEP_WORKFLOW, TASK_QUEUE } from '../../src/workflows/contract';
import { ensureSweepSchedule, SWEEP_SCHEDULE_ID } from '../../temporal/schedules';
import { waitUntilServing } from '../../temporal/dev-server';
import { DEPLOYMENT, findBuild, makeCurrent } from '../../temporal/worker-deployment';
import { eventually } from '../setup/processes';
import { away, levels, messages, useDoctorLab, type PublishedFinding } from './doctor-lab';

const name = `doctor-${randomBytes(6).toString('hex')}`;
const settings = { TEMPORAL_NAMESPACE: name };
const DAY_SECONDS = 24 * 60 * 60;

describe('what the doctor sees of Temporal', () => {
  let ours: Partial<DoctorContext>;

  const lab = useDoctorLab();
  beforeAll(async () => {
    const { connection, address } = lab.temporal;
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: google.protobuf.Duration.fromObject({ seconds: DAY_SECONDS }),
    });
    await waitUntilServing(address, name);
    ours = { temporal: () => Promise.resolve(new Client({ connection, namespace: name })) };
  });

  test('its version, or that it does not answer', async () => {
    const found = await lab.findings(temporalServer);
    expect(levels(found)).toEqual(['ok']);
    expect(messages(found)).toMatch(/^Temporal \d+\.\d+\.\d+ answers \(embedded\)\.$/);
    const gone = await lab.findings(temporalServer, {}, { temporal: away('Temporal') });
    expect(levels(gone)).toEqual(['problem']);
    expect(levels(await lab.findings(pollers, {}, { temporal: away('Temporal') }))).toEqual(['warning']);
  });

  test('a retention that is too short and missing search attributes, which it mends', async () => {
    const found = await lab.findings(namespace, settings, ours);
    expect(levels(found)).toEqual(['warning', 'problem']);
    expect(messages(found)).toContain(`Namespace ${name} keeps closed workflows for 1 days`);
    expect(messages(found)).toContain('lacks the search attributes Carrier, TrackingNo');
    const repaired = await repairAll(found);
    expect(repaired.map(({ done }) => done)).toEqual([true, true]);
    expect(levels(await lab.findings(namespace, settings, ours))).toEqual(['ok', 'ok']);
  });

  test('a namespace that does not exist', async () => {
    const { connection } = lab.temporal;
    const missing = { temporal: () => Promise.resolve(new Client({ connection, namespace: 'nowhere' })) };
    const found = await lab.findings(namespace, { TEMPORAL_NAMESPACE: 'nowhere' }, missing);
    expect(levels(found)).toEqual(['problem']);
    expect(messages(found)).toContain('namespace nowhere');
  });

  test('its clock, whether it goes with ours, ahead of it or behind', async () => {
    const found = await lab.findings(clockOfTemporal, settings, ours);
    expect(levels(found)).toEqual(['ok']);
    for (const [ahead, level, words] of [
      [20_000, 'warning', /^The clock of Temporal is (1\d|20)\.\d s behind that of this machine\.$/],
      [-20_000, 'warning', /^The clock of Temporal is (1\d|20)\.\d s ahead of that of this machine\.$/],
      [600_000, 'problem', /^The clock of Temporal is \d+\.\d s behind/],
      [-600_000, 'problem', /^The clock of Temporal is \d+\.\d s ahead of/],
    ] as const) {
      const apart = await lab.findings(clockOfTemporal, settings, {
        ...ours,
        clock: () => Date.now() + ahead,
      });
      expect(levels(apart)).toEqual([level]);
      expect(messages(apart)).toMatch(words);
      expect(apart[0]?.fix).toContain('chrony');
    }
    const gone = await lab.findings(clockOfTemporal, settings, { temporal: away('Temporal') });
    expect(messages(gone)).toBe('Not looked at: Temporal does not answer.');
  });

  test('queues that nobody polls, pushes among them: to be expected before the start, and a problem after it', async () => {
    const alone = await lab.findings(pollers, settings, ours);
    expect(levels(alone)).toEqual(['warning', 'warning']);
    expect(messages(alone)).toContain('No worker polls task queue waybell-push-unicloud: its pushes wait.');
    const running = [{ role: 'api' as const, pid: 4711, identity: '', since: new Date() }];
    const beside = await lab.findings(pollers, settings, { ...ours, running });
    expect(levels(beside)).toEqual(['problem', 'problem']);
    expect(messages(beside)).toContain('Here runs process 4711 (--only api).');

    const shared = { connection: lab.temporal.nativeConnection, namespace: name };
    const deliveries = await Worker.create({
      ...shared,
      taskQueue: 'waybell',
      workflowBundle: lab.temporal.workflowBundle,
    });
    const pushes = await Worker.create({
      ...shared,
      taskQueue: 'waybell-push-unicloud',
      activities: { pushToDevice: () => Promise.resolve() },
    });
    const runs = Promise.all([deliveries.run(), pushes.run()]);
    const isPolled = async (): Promise<boolean> =>
      levels(await lab.findings(pollers, settings, { ...ours, running })).every((level) => level === 'ok');
    await eventually(isPolled);
    deliveries.shutdown();
    pushes.shutdown();
    await runs;
  });

  test('which build is given the deliveries, and who stands by', async () => {
    const { connection, nativeConnection, workflowBundle } = lab.temporal;
    const client = new Client({ connection, namespace: name });
    const worker = await Worker.create({
      ...{ connection: nativeConnection, namespace: name, taskQueue: 'waybell', workflowBundle },
      workerDeploymentOptions: {
        useWorkerVersioning: true,
        version: { deploymentName: DEPLOYMENT, buildId: 'newer' },
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    });
    const run = worker.run();
    const find = (): Promise<PublishedFinding[]> => lab.findings(builds, settings, ours);
    await eventually(async () => messages(await find()).includes('workers of build newer'));
    const standsBy = await find();
    expect(messages(standsBy)).toContain('Of the workers of build newer, 1 stand(s) by.');
    expect(standsBy[0]?.fix).toContain('waybell release newer');

    const newer = { deploymentName: DEPLOYMENT, buildId: 'newer' };
    await eventually(async () => (await findBuild(client, newer)) !== undefined);
    await makeCurrent(client, newer);
    expect(messages(await find())).toContain('Deliveries go to workers of build newer, of which 1 poll(s).');
    // As the workers of the other tests.
    await makeCurrent(client, { ...newer, buildId: undefined });
    worker.shutdown();
    await run;
  });

  describe.each([
    ['waybell-sweep', sweepSchedule, 'SweepWaits', 'orders linked by SQL wake nothing'],
    [
      'waybell-silent-devices',
      silentDevicesSchedule,
      'RetireSilentDevices',
      'devices that nobody opens any more are pushed for ever',
    ],
  ] as const)('the schedule %s', (id, check, type, otherwise) => {
    const find = (change: Partial<DoctorContext> = ours) => lab.findings(check, settings, change);

    test('that is missing, which it makes; that is paused, which somebody meant; that is late', async () => {
      const missing = await find();
      expect(messages(missing)).toBe(`There is no schedule ${id}: ${otherwise}.`);
      expect(await repairAll(missing)).toMatchObject([
        { done: true, message: { en: `Schedule ${id} made.` } },
      ]);
      expect(levels(await find())).toEqual(['ok']);

      const later = { ...ours, clock: () => Date.now() + 2 * DAY_SECONDS * 1000 };
      expect(messages(await find(later))).toMatch(/should have acted \d+ s ago/);

      const client = await (ours.temporal as () => Promise<Client>)();
      const schedule = client.schedule.getHandle(id);
      await schedule.pause();
      const paused = await find();
      expect(levels(paused)).toEqual(['problem']);
      expect(messages(paused)).toBe(`Schedule ${id} is paused: ${otherwise}.`);
      expect(await repairAll(paused)).toEqual([]);
      await schedule.unpause();
    });

    test('whose run did not come to its end, and one whose run did', async () => {
      const client = await (ours.temporal as () => Promise<Client>)();
      const schedule = client.schedule.getHandle(id);
      const runs = async (): Promise<number> => (await schedule.describe()).info.recentActions.length;
      const before = await runs();
      await schedule.trigger();
      await eventually(async () => (await runs()) > before);
      const { recentActions } = (await schedule.describe()).info;
      await client.workflow.getHandle(recentActions.at(-1)?.action.workflow.workflowId ?? '').terminate();
      const ended = await find();
      expect(levels(ended)).toEqual(['warning']);
      expect(messages(ended)).toMatch(/, but its run of .+Z ended as TERMINATED\.$/);

      const worker = await Worker.create({
        connection: lab.temporal.nativeConnection,
        namespace: name,
        taskQueue: 'waybell',
        workflowBundle: lab.temporal.workflowBundle,
        activities: { wakeDueWaits: () => Promise.resolve(0), retireSilentDevices: () => Promise.resolve(0) },
      });
      const run = worker.run();
      await schedule.trigger();
      await eventually(async () => / is complete\.$/.test(messages(await find())));
      worker.shutdown();
      await run;
      const complete = client.workflow.list({ query: `WorkflowType = '${type}'` });
      for await (const { status } of complete) expect(['COMPLETED', 'TERMINATED']).toContain(status.name);
      await schedule.delete();
    });
  });

  describe('a sweep that goes on', () => {
    const find = (parts = ours) => lab.findings(sweepSchedule, settings, parts);
    const clientOf = () => (ours.temporal as () => Promise<Client>)();

    test('is made of one that an earlier release made, which keeps what a person has set', async () => {
      const client = await clientOf();
      await client.schedule.create({
        scheduleId: SWEEP_SCHEDULE_ID,
        spec: { intervals: [{ every: '2m' }] },
        action: {
          type: 'startWorkflow',
          workflowType: SWEEP_WORKFLOW,
          workflowId: SWEEP_SCHEDULE_ID,
          taskQueue: TASK_QUEUE,
          workflowExecutionTimeout: '2m',
        },
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        state: { paused: true, note: 'by ann' },
      });
      await ensureSweepSchedule(client);
      const schedule = client.schedule.getHandle(SWEEP_SCHEDULE_ID);
      const { action, spec, state, policies } = await schedule.describe();
      expect(action).toMatchObject({ args: [{ minutes: 360 }], workflowType: SWEEP_WORKFLOW });
      expect(spec.intervals).toMatchObject([{ every: 120_000 }]);
      expect(policies.overlap).toBe(ScheduleOverlapPolicy.SKIP);
      expect(state).toMatchObject({ paused: true, note: 'by ann' });
      const { lastUpdatedAt } = (await schedule.describe()).info;
      await ensureSweepSchedule(client);
      expect((await schedule.describe()).info.lastUpdatedAt).toEqual(lastUpdatedAt);
    });

    test('says that it goes on, with which words its passes fail, and since when no worker takes one', async () => {
      const client = await clientOf();
      const schedule = client.schedule.getHandle(SWEEP_SCHEDULE_ID);
      await schedule.unpause();
      await schedule.trigger();
      const pass = { fails: false };
      const worker = await Worker.create({
        connection: lab.temporal.nativeConnection,
        namespace: name,
        taskQueue: TASK_QUEUE,
        workflowBundle: lab.temporal.workflowBundle,
        activities: {
          wakeDueWaits: eachMinute(() => {
            if (pass.fails) throw new Error('the role may not read the orders');
            return Promise.resolve(0);
          }, 100),
        },
      });
      const run = worker.run();
      await eventually(async () => /its run of .+Z goes on\.$/.test(messages(await find())));
      pass.fails = true;
      await eventually(async () =>
        /but its run of .+Z fails: the role may not read the orders/.test(messages(await find())),
      );
      expect(levels(await find())).toEqual(['warning']);
      worker.shutdown();
      await run;
      await schedule.update((found) => ({ ...found, spec: { intervals: [{ every: '1d' }] } }));
      const later = { ...ours, clock: () => Date.now() + 3 * 60_000 };
      expect(messages(await find(later))).toMatch(/but its run of .+Z waits for a worker since .+Z\.$/);
      const [action] = (await schedule.describe()).info.recentActions;
      await client.workflow.getHandle(action?.action.workflow.workflowId ?? '').terminate();
      await schedule.delete();
    });
  });
});
