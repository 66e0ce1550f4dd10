import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openChannels, type Channels } from '../../src/intake/channels/channels';
import { type Intake, type IntakeParts, openIntake } from '../../src/intake/intake';

export interface TestIntake {
  readonly intake: Intake;
  readonly channels: Channels;
  readonly channelsFile: string;
  close(): Promise<void>;
}

/** The intake and the channels of one process, in a folder of their own. */
export async function openTestIntake(parts: Omit<IntakeParts, 'dataDir'>): Promise<TestIntake> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-intake-'));
  const intake = await openIntake({ ...parts, dataDir });
  const channelsFile = path.join(dataDir, 'channels.json');
  return {
    intake,
    channelsFile,
    channels: openChannels(channelsFile, (problem) => {
      throw new Error(problem);
    }),
    async close() {
      await intake.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
