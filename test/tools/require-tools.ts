import startTestRun from '../setup/global-setup';
import { findProgram, PACKAGES } from './programs';

/** Says once, and not for each test, that a program is missing. */
async function requireTools(): Promise<void> {
  for (const name of Object.keys(PACKAGES) as (keyof typeof PACKAGES)[]) findProgram(name);
  await startTestRun();
}

export = requireTools;
