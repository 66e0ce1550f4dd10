import { expect } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { NotReachable, type Check, type DoctorContext, type Finding } from '../../src/doctor/check';
import { asPublished, examine } from '../../src/doctor/examine';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { connectTemporal, type TestTemporal } from '../setup/temporal';
import { lostIn } from '../setup/same-facts';
import { use } from '../setup/use';

/** As `waybell doctor --json` tells it. */
export type PublishedFinding = ReturnType<typeof asPublished<Finding>>;

export interface DoctorLab {
  readonly db: TestDatabase;
  readonly temporal: TestTemporal;
  readonly dataDir: string;
  /**
   * What a check finds, by default with the settings of embedded parts and nothing that runs: in English, after a look
   * whether the Chinese says the same.
   */
  findings(
    check: Check,
    settings?: Record<string, string>,
    change?: Partial<DoctorContext>,
  ): Promise<PublishedFinding[]>;
  close(): Promise<void>;
}

/** A real database and a real Temporal server for checks to look at. */
export const useDoctorLab = (): DoctorLab => use(openDoctorLab);

async function openDoctorLab(): Promise<DoctorLab> {
  const [db, temporal, dataDir] = await Promise.all([
    createTestDatabase(),
    connectTemporal(),
    mkdtemp(path.join(tmpdir(), 'waybell-doctor-')),
  ]);
  return {
    db,
    temporal,
    dataDir,
    findings: async (check, settings = {}, change = {}) => {
      const found = await examine([check], {
        config: loadConfig({ DATA_DIR: dataDir, ...settings }),
        idle: [],
        supabase: { secret: undefined, keys: [] },
        running: [],
        database: () => Promise.resolve({ url: db.url, pool: db.pool }),
        temporal: () => Promise.resolve(temporal.client),
        clock: Date.now,
        ...change,
      });
      for (const { message, fix, check: name } of found)
        for (const said of fix === undefined ? [message] : [message, fix])
          expect({ name, said, lost: lostIn(said) }).toEqual({ name, said, lost: [] });
      return found.map(asPublished);
    },
    close: async () => {
      await Promise.all([db.drop(), temporal.close(), rm(dataDir, { recursive: true })]);
    },
  };
}

export const away =
  (part: NotReachable['part']): (() => Promise<never>) =>
  () => {
    const words = {
      en: `${part} does not answer: connect ECONNREFUSED`,
      zh: `${part} 没有应答：connect ECONNREFUSED`,
    };
    return Promise.reject(new NotReachable(part, words, false));
  };

export const levels = (findings: readonly Pick<Finding, 'level'>[]): string[] =>
  findings.map(({ level }) => level);
export const messages = (findings: readonly { readonly message: string }[]): string =>
  findings.map(({ message }) => message).join('\n');
