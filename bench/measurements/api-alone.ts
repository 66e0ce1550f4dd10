import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../free-ports';
import { keepInFlight } from '../in-flight';
import type { Measurement } from '../measurement';
import { createNamespace, startRole } from '../role-process';
import { median } from '../statistics';
import { sendWebhook } from '../webhook';

const SIZES = {
  full: { rounds: 3, steady: 300, flood: 3_000 },
  quick: { rounds: 2, steady: 100, flood: 500 },
};
const PER_SECOND = 50;
/** Connections of the flood, each with its next webhook as soon as the last one is answered. */
const SENDERS = 32;
const AIMS_MS = { median: 6, p99: 30 };
/** The answer waits for Temporal (RFC 7240). */
const WAIT = { prefer: 'wait=10' };
const MS = 1_000;

let numbers = 0;
const parcel = (): { trackingNo: string } => ({ trackingNo: `AA${String((numbers += 1)).padStart(8, '0')}` });

export const apiAlone: Measurement = {
  name: 'api-alone',
  title: 'An API without a worker beside it',
  method: `\`waybell start --only api\`: each webhook is verified, read, flushed to the journal, and answered; then it is started in Temporal, where nobody takes it, so that only the way to the answer is measured. ${PER_SECOND} a second are sent by the clock. “Until Temporal has it” is the answer to \`Prefer: wait=10\`, sent at the same rate: the most that a webhook is on the disk of the API alone. With Temporal away (an address where nobody listens), ${SENDERS} connections send ${SIZES.full.flood} as fast as they are answered, by the journal alone; the bench's own client, on the same two cores, is in the figures. “Time for 1,000” is the aim of 1,000 a second, turned round.`,
  async run(lab) {
    const { rounds, steady, flood } = lab.quick ? SIZES.quick : SIZES.full;
    const { waybell } = await lab.sideBySide();

    const surroundings = {
      databaseUrl: waybell.databaseUrl('waybell'),
      temporalAddress: waybell.temporalAddress,
      namespace: 'bench-without-worker',
      cloudFunctionUrl: lab.cloudFunction.url,
    };
    await createNamespace(waybell.temporalCli, surroundings);
    const there = await startRole('api', surroundings, await lab.newDataDir());
    const answered: number[][] = [];
    const handedOver: number[][] = [];
    for (let round = 1; round <= rounds; round += 1) {
      answered.push(await sendByTheClock(there.url, steady));
      handedOver.push(await sendByTheClock(there.url, steady, WAIT));
      lab.progress(
        `${PER_SECOND} a second ${round} of ${rounds}: ${median(answered.at(-1) ?? []).toFixed(1)} ms`,
      );
    }
    await there.stop();

    const [nowhere] = await freePorts(1);
    const cutOff = { ...surroundings, temporalAddress: `127.0.0.1:${nowhere}` };
    const away = await startRole('api', cutOff, await lab.newDataDir(), '/healthz');
    // By this one it is found out that nobody is there.
    await sendWebhook(away.url, parcel());
    const latencies: number[][] = [];
    const perThousand: number[][] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const startedAt = performance.now();
      latencies.push(await sendFlood(away.url, flood));
      perThousand.push([((performance.now() - startedAt) / flood) * 1_000]);
      lab.progress(
        `Temporal away ${round} of ${rounds}: ${(perThousand.at(-1) ?? [])[0]?.toFixed(0)} ms for 1,000`,
      );
    }
    await away.stop();
    return [
      {
        what: `answer at ${PER_SECOND} a second`,
        of: 'Waybell',
        unit: 'ms',
        rounds: answered,
        aims: AIMS_MS,
      },
      {
        what: `until Temporal has it, at ${PER_SECOND} a second`,
        of: 'Waybell',
        unit: 'ms',
        rounds: handedOver,
      },
      {
        what: 'Temporal away: time for 1,000',
        of: 'Waybell',
        unit: 'ms',
        rounds: perThousand,
        aims: { median: MS },
      },
      { what: 'Temporal away: answer', of: 'Waybell', unit: 'ms', rounds: latencies, aims: { p99: 50 } },
    ];
  },
};

async function sendByTheClock(
  url: string,
  count: number,
  headers?: Readonly<Record<string, string>>,
): Promise<number[]> {
  const startedAt = performance.now();
  const sent: Promise<{ ms: number }>[] = [];
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startedAt + (index * MS) / PER_SECOND - performance.now()));
    sent.push(sendWebhook(url, parcel(), headers));
  }
  return (await Promise.all(sent)).map(({ ms }) => ms);
}

async function sendFlood(url: string, count: number): Promise<number[]> {
  return keepInFlight(SENDERS, count, async () => (await sendWebhook(url, parcel())).ms);
}
