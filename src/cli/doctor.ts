import { Command } from 'commander';
import { loadConfig, loadSupabaseKeys, obsoleteSettings, SettingsError } from '../config/config';
import { CHECKS } from '../doctor/checks';
import { examine } from '../doctor/examine';
import { problem, type Finding } from '../doctor/finding';
import { repairAll } from '../doctor/repair';
import { describeReport, isHealthy, reportAsJson, type Report } from '../doctor/report';
import { openDoctorContext } from './doctor-context';

interface DoctorOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
}

/** `waybell doctor`: looks at everything that Waybell needs. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at everything that Waybell needs; exit code 0 healthy, 1 with problems')
    .option('--fix', 'mend what needs no decision: search attributes, retention, schedule, unique indexes')
    .option('--json', 'the findings for programs')
    .action(async ({ fix = false, json = false }: DoctorOptions) => {
      const report = await diagnose(fix);
      console.log(json ? reportAsJson(report) : describeReport(report));
      process.exitCode = isHealthy(report) ? 0 : 1;
    });
}

async function diagnose(fix: boolean): Promise<Report> {
  let config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { findings: wrongSettings(error), repaired: [] };
  }
  const settings = { config, obsolete: obsoleteSettings(), supabase: loadSupabaseKeys() };
  const { context, close } = await openDoctorContext(settings);
  try {
    const findings = await examine(CHECKS, context);
    const repaired = fix ? await repairAll(findings) : [];
    return { findings: repaired.length > 0 ? await examine(CHECKS, context) : findings, repaired };
  } finally {
    await close();
  }
}

/** All at once. The other checks would look with settings that nobody means. */
function wrongSettings({ problems, obsolete }: SettingsError): Finding[] {
  return [
    ...problems.map((line) =>
      problem(line, 'Correct it (docs/settings.md); the doctor then looks at the rest.'),
    ),
    ...obsolete.map((line) => problem(line, 'Remove it; docs/migrating.md names what takes its place.')),
  ].map((seen) => ({ check: 'settings', ...seen }));
}
