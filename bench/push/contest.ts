import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { endForked, forkOwn } from '../forked';
import type { SystemName } from '../lab';
import { ask } from './ask';
import type { Question, Taken } from './fake-providers';
import { createKeys } from './keys';
import type { Order, Sent } from './sender';
import type { Urls } from './systems/system';
import type { ProviderName } from './wires';

/** One turn of one system, and what one push of it cost the fake. */
export interface Turn extends Sent {
  readonly fakeMicroseconds: number;
}

/** The fake providers in one process, and each system that pushes in one of its own. */
export interface PushContest {
  /** A process that pushes to one provider; ends with `close`. */
  enter(system: SystemName, provider: ProviderName): Contestant;
  /** Ends those who entered since the last time. */
  dismiss(): Promise<void>;
  close(): Promise<void>;
}

export interface Contestant {
  readonly system: SystemName;
  /** @throws {Error} unless the fake got exactly these pushes, each once and with its text. */
  send(inFlight: number, uncounted: number, counted: number): Promise<Turn>;
}

/** @param folder for the certificate of the fake, which every contestant trusts */
export async function openContest(folder: string): Promise<PushContest> {
  const keys = await createKeys();
  const certificate = path.join(folder, 'fake-providers.pem');
  await mkdir(folder, { recursive: true });
  await writeFile(certificate, keys.tls.cert);
  const fake = forkOwn('push/fake-providers', { KEYS: JSON.stringify(keys) });
  const askFake = <Value>(question: Question): Promise<Value> => ask(fake, { question });
  const urls = await askFake<Urls>(null);
  const contestants: ChildProcess[] = [];
  let batches = 0;

  const dismiss = async (): Promise<void> => {
    await Promise.all(contestants.splice(0).map(endForked));
  };
  return {
    enter(system, provider) {
      const child = forkOwn('push/sender', {
        SYSTEM: system,
        STAGE: JSON.stringify({ provider, urls, keys }),
        NODE_EXTRA_CA_CERTS: certificate,
      });
      contestants.push(child);
      return {
        system,
        async send(inFlight, uncounted, counted) {
          const batch = { number: (batches += 1), count: uncounted + counted };
          const sent = await ask<Sent>(child, { batch, inFlight, uncounted } satisfies Order);
          const { processorMs } = await askFake<Taken>({ provider, batch });
          return { ...sent, fakeMicroseconds: (processorMs * 1_000) / batch.count };
        },
      };
    },
    dismiss,
    async close() {
      await dismiss();
      await endForked(fake);
    },
  };
}
