import type pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';
import { ALARM_NAMES, type Alarms } from '../alarms';
import { listRobots } from '../database/alarms';
import { countHeldDeactivations, listHolds } from '../database/held';
import { inTransaction, type Queryable } from '../database/pool';
import { listOutages } from '../database/provider-failures';
import { listReceivers } from '../database/status-receivers';
import type { Intake } from '../intake/intake';
import type { Parsed } from '../sources/source';

/** One line per alarm, also of those that are off, so that a rule can tell "off" from "not watched". */
export function addAlarmGauges(registry: Registry, alarms: Alarms): void {
  new Gauge({
    name: 'waybell_alarm',
    help: '1 while an alarm is on; docs/operating.md says what each means.',
    labelNames: ['name'],
    registers: [registry],
    collect() {
      const active = alarms.active();
      for (const name of ALARM_NAMES) this.set({ name }, active.includes(name) ? 1 : 0);
    },
  });
}

/** Shows what the journal holds, since when, and for how long it alone had what Temporal has by now. */
export function addJournalGauges(registry: Registry, intake: Intake, clock: () => number = Date.now): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge(
    'waybell_journal_waiting',
    'Requests that are not yet handed over to Temporal.',
    () => intake.state().waiting,
  );
  gauge('waybell_journal_oldest_seconds', 'Age of the oldest of them.', () => {
    const { oldestAt } = intake.state();
    return oldestAt === undefined ? 0 : Math.max(0, (clock() - oldestAt) / 1000);
  });
  gauge(
    'waybell_journal_unarchived',
    'Requests that are not yet in the archive.',
    () => intake.state().unarchived,
  );
  gauge('waybell_journal_bytes', 'What the journal holds.', () => intake.state().bytes);
  intake.handOverTimes.addTo(registry);
}

/** Shows which robots do not take what they are told: people may hear of nothing. */
export function addRobotGauge(registry: Registry, pool: pg.Pool, robots: readonly string[]): void {
  new Gauge({
    name: 'waybell_alarm_robot_failures',
    help: 'How many messages in a row a chat robot of ALARM_URLS has not taken, by all processes.',
    labelNames: ['robot'],
    registers: [registry],
    async collect() {
      this.reset();
      const states = await inTransaction(pool, (db) => listRobots(db, robots)).catch(() => []);
      for (const { robot, failures } of states) this.set({ robot }, failures);
    },
  });
}

/** Shows who of STATUS_WEBHOOKS is behind. */
export function addReceiverGauge(registry: Registry, pool: pg.Pool, receivers: readonly string[]): void {
  new Gauge({
    name: 'waybell_receiver_oldest_seconds',
    help: 'For how long the oldest change of a status waits that a receiver of STATUS_WEBHOOKS has not taken; 0 when it has all.',
    labelNames: ['receiver'],
    registers: [registry],
    async collect() {
      this.reset();
      const states = await inTransaction(pool, (db) => listReceivers(db, receivers)).catch(() => []);
      for (const { receiver, oldestAt } of states)
        this.set(
          { receiver },
          oldestAt === null ? 0 : Math.max(0, (Date.now() - oldestAt.getTime()) / 1_000),
        );
    },
  });
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Shows what is held, in every process the same: it is in the database. Without the database it shows nothing. */
export function addProviderGauges(registry: Registry, pool: pg.Pool): void {
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (db: Queryable) => Promise<Sample[]>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        const samples = await inTransaction(pool, read).catch((): Sample[] => []);
        for (const [labels, value] of samples) this.set(labels, value);
      },
    });
  };
  gauge(
    'waybell_provider_held',
    '1 while all pushes of a provider wait, and why.',
    ['provider', 'cause'],
    async (db) => (await listHolds(db)).map(({ provider, cause }) => [{ provider, cause }, 1]),
  );
  gauge(
    'waybell_provider_down',
    '1 while all requests to a provider fail: three at least, and none that succeeded since.',
    ['provider', 'reason'],
    async (db) => (await listOutages(db)).map(({ provider, reason }) => [{ provider, reason }, 1]),
  );
  gauge(
    'waybell_held_deactivations',
    'Devices that a provider calls gone while it calls too many so: a person decides.',
    ['provider'],
    async (db) => (await countHeldDeactivations(db)).map(({ provider, devices }) => [{ provider }, devices]),
  );
}

/** Counts what comes in, by source. */
export interface WebhookCounts {
  accepted(source: string, channel: string, parsed: Parsed): void;
  refused(source: string, code: string): void;
  /** One that is of the sender of a channel. */
  refusedBy(source: string, channel: string, reason: string): void;
}

export function createWebhookCounts(registry: Registry): WebhookCounts {
  const registers = [registry];
  const webhooks = new Counter({
    name: 'waybell_webhooks_total',
    help: 'Webhooks by source and result: accepted, or the code of the refusal.',
    labelNames: ['source', 'result'],
    registers,
  });
  const channels = new Counter({
    name: 'waybell_channel_webhooks_total',
    help: 'Webhooks by channel and result: accepted, or why it was refused. None that came to no channel.',
    labelNames: ['source', 'channel', 'result'],
    registers,
  });
  const updates = new Counter({
    name: 'waybell_webhook_updates_total',
    help: 'Shipment updates in accepted webhooks: one for each waybill.',
    labelNames: ['source'],
    registers,
  });
  const flaws = new Counter({
    name: 'waybell_webhook_flaws_total',
    help: 'What could not be understood in accepted webhooks, by kind.',
    labelNames: ['source', 'kind'],
    registers,
  });
  return {
    accepted(source, channel, parsed) {
      webhooks.inc({ source, result: 'accepted' });
      channels.inc({ source, channel, result: 'accepted' });
      updates.inc({ source }, parsed.updates.length);
      for (const { code } of parsed.flaws) flaws.inc({ source, kind: code });
    },
    refused(source, code) {
      webhooks.inc({ source, result: code });
    },
    refusedBy(source, channel, reason) {
      channels.inc({ source, channel, result: reason });
    },
  };
}
