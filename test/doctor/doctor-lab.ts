import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { NotReachable, type Check, type DoctorContext, type Finding } from '../../src/doctor/check';
import { examine } from '../../src/doctor/examine';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { connectTemporal, type TestTemporal } from '../setup/temporal';
import { use } from '../setup/use';

export interface DoctorLab {
  readonly db: TestDatabase;
  readonly temporal: TestTemporal;
  readonly dataDir: string;
  /** What a check finds, by default with the settings of embedded parts and nothing that runs. */
  findings(
    check: Check,
    settings?: Record<string, string>,
    change?: Partial<DoctorContext>,
  ): Promise<Finding[]>;
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
    findings: (check, settings = {}, change = {}) =>
      examine([check], {
        config: loadConfig({ DATA_DIR: dataDir, ...settings }),
        idle: [],
        supabase: { secret: undefined, keys: [] },
        running: [],
        database: () => Promise.resolve({ url: db.url, pool: db.pool }),
        temporal: () => Promise.resolve(temporal.client),
        clock: Date.now,
        ...change,
      }),
    close: async () => {
      await Promise.all([db.drop(), temporal.close(), rm(dataDir, { recursive: true })]);
    },
  };
}

export const away =
  (part: NotReachable['part']): (() => Promise<never>) =>
  () =>
    Promise.reject(new NotReachable(part, `${part} does not answer: connect ECONNREFUSED`, false));

export const levels = (findings: readonly Finding[]): string[] => findings.map(({ level }) => level);
export const messages = (findings: readonly Finding[]): string =>
  findings.map(({ message }) => message).join('\n');
