import { Client } from '@temporalio/client';
import { google } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { namespace } from '../../src/doctor/checks/namespace';
import { pollers } from '../../src/doctor/checks/pollers';
import { sweepSchedule } from '../../src/doctor/checks/sweep-schedule';
import { temporalServer } from '../../src/doctor/checks/temporal-server';
import type { DoctorContext } from '../../src/doctor/check';
import { repairAll } from '../../src/doctor/repair';
import { waitUntilServing } from '../../temporal/dev-server';
import { eventually } from '../setup/processes';
import { away, levels, messages, openDoctorLab, type DoctorLab } from './doctor-lab';

const name = `doctor-${randomBytes(6).toString('hex')}`;
const settings = { TEMPORAL_NAMESPACE: name };
const DAY_SECONDS = 24 * 60 * 60;

describe('what the doctor sees of Temporal', () => {
  let lab: DoctorLab;
  let ours: Partial<DoctorContext>;

  beforeAll(async () => {
    lab = await openDoctorLab();
    const { connection, address } = lab.temporal;
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: google.protobuf.Duration.fromObject({ seconds: DAY_SECONDS }),
    });
    await waitUntilServing(address, name);
    ours = { temporal: () => Promise.resolve(new Client({ connection, namespace: name })) };
  });
  afterAll(() => lab.close());

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

  test('a missing schedule, which it makes; a paused one, which somebody meant; a late one', async () => {
    const missing = await lab.findings(sweepSchedule, settings, ours);
    expect(messages(missing)).toBe('There is no schedule waybell-sweep: orders linked by SQL wake nothing.');
    await repairAll(missing);
    expect(levels(await lab.findings(sweepSchedule, settings, ours))).toEqual(['ok']);

    const tomorrow = { ...ours, clock: () => Date.now() + DAY_SECONDS * 1000 };
    expect(messages(await lab.findings(sweepSchedule, settings, tomorrow))).toMatch(
      /should have acted \d+ s ago/,
    );

    const client = await (ours.temporal as () => Promise<Client>)();
    const schedule = client.schedule.getHandle('waybell-sweep');
    await schedule.pause();
    const paused = await lab.findings(sweepSchedule, settings, ours);
    expect(messages(paused)).toContain('is paused');
    expect(await repairAll(paused)).toEqual([]);
    await schedule.delete();
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
});
