import { Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchAsOurselves } from '../../src/embedded/launch';
import { startPart } from '../../src/embedded/part';
import { resolveTemporalCli } from '../../temporal/cli-binary';
import { devServerArguments, waitUntilServing } from '../../temporal/dev-server';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import { freePorts } from './free-port';
import { runInfo } from './run-info';

export interface OtherTemporal {
  readonly address: string;
  close(): Promise<void>;
}

/** A dev server like the one of the product, except that what `flag` matches is left at the server's own default. */
export async function startTemporalWithout(flag: RegExp): Promise<OtherTemporal> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-temporal-'));
  const [port, uiPort] = (await freePorts(2)) as [number, number];
  const { temporalNamespace: namespace } = runInfo();
  const cli = await resolveTemporalCli({ report: () => undefined });
  const all = devServerArguments({ port, uiPort, namespace });
  const args = all.filter((arg, index) => !flag.test(arg) && !flag.test(all[index + 1] ?? ''));
  if (args.length === all.length) throw new Error(`no setting of the dev server matches ${flag}`);
  const part = await startPart('Temporal', {
    ...(await launchAsOurselves(cli, args)),
    logFile: path.join(folder, 'temporal.log'),
    serverFile: path.join(folder, 'temporal.server'),
    stopTimeoutMs: 10_000,
  });
  const address = `127.0.0.1:${port}`;
  await waitUntilServing(address, namespace);
  const connection = await Connection.connect({ address });
  await prepareNamespace(connection, namespace);
  await connection.close();
  return {
    address,
    async close() {
      await part.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
