import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findPortHolder, requireFreePorts } from '../../src/process/ports';
import { freePorts } from '../setup/free-port';

describe('ports', () => {
  let server: Server;
  let taken: number;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    taken = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await once(server.close(), 'close');
  });

  test('a taken port is told in one line, with the process that holds it and the setting that moves us', async () => {
    const [free] = (await freePorts(1)) as [number];
    const refusal = await requireFreePorts([
      { setting: 'PORT', port: taken, host: '127.0.0.1' },
      { setting: 'PUSH_PORT', port: free, host: '127.0.0.1' },
    ]).catch((error: Error) => error.message);
    expect(refusal).toMatch(
      new RegExp(
        `^Port ${taken} \\(PORT\\) is taken by process ${process.pid} \\(.+\\): stop it, or set PORT to another port\\.$`,
      ),
    );
  });

  test('every taken port gets its line', async () => {
    const wanted = ['PORT', 'TEMPORAL_PORT'].map((setting, index) => ({
      setting,
      port: taken,
      host: ['127.0.0.1', '0.0.0.0'][index] ?? '',
    }));
    const refusal = await requireFreePorts(wanted).catch((error: Error) => error.message.split('\n'));
    expect(refusal).toEqual([
      expect.stringContaining(`Port ${taken} (PORT) is taken by process ${process.pid}`),
      `TEMPORAL_PORT and PORT are both ${taken}: set one of them to another port.`,
    ]);
  });

  test('a free port has no holder', async () => {
    const [free] = (await freePorts(1)) as [number];
    expect(await findPortHolder(free)).toBeUndefined();
    await expect(
      requireFreePorts([{ setting: 'PORT', port: free, host: '127.0.0.1' }]),
    ).resolves.toBeUndefined();
  });
});
