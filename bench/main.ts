import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openLab, type Lab } from './lab';
import { describeMachine, lookAtLoad, type Machine } from './machine';
import { MEASUREMENTS } from './measurements';
import type { Measurement } from './measurement';
import { PROJECT_ROOT } from './paths';
import { within } from './patience';
import { renderReport, type Result } from './report';
import { judgeAims } from './verdicts';

const QUICK =
  'A quick run: fewer samples and shorter waits than the words below say. It shows that everything works, and nothing else.';

/** Each wait has an end of its own, which says who is waited for; this is the end of all that nobody thought of. */
const MOST_MINUTES = 25;

/**
 * `npm run bench --prefix bench [-- --quick] [-- --only <name> …]`. Only a whole run writes docs/performance.md:
 * what is published comes from one run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  const chosen = choose(values.only);
  if (!existsSync(path.join(PROJECT_ROOT, 'dist/src/cli/main.js'))) {
    throw new Error('Waybell is not built: run "npm ci" and "npm run build" in the folder above first');
  }

  const loadBefore = lookAtLoad();
  const lab = await openLab(values.quick);
  const stopped = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
  try {
    const { results, machine } = await Promise.race([measureAll(lab, chosen, loadBefore), stopped]);
    const { surplus } = lab.cloudFunction;
    const incorrect =
      surplus.length === 0
        ? []
        : [`Pushed more than once, so these are not figures of correct deliveries: ${surplus.join(', ')}.`];
    const complete = !values.quick && values.only === undefined;
    const file = complete ? 'docs/performance.md' : 'bench/results/trial.md';
    await write(
      file,
      renderReport(results, machine, {
        minutes: process.uptime() / 60,
        notes: [...(values.quick ? [QUICK] : []), ...incorrect],
      }),
    );
    const aims = judgeAims(results.flatMap(({ rows }) => rows));
    const count = (binding: boolean): string => {
      const those = aims.filter((aim) => aim.binding === binding);
      return `${those.filter(({ met }) => met).length} of ${those.length}`;
    };
    lab.progress(`aims met: ${count(true)} that bind, ${count(false)} that are only reported: ${file}`);
    const failed = results.filter(({ failure }) => failure !== undefined).length;
    if (incorrect.length > 0) throw new Error(incorrect.join());
    if (failed > 0) throw new Error(`${failed} of ${results.length} measurements have no figures`);
  } finally {
    await lab.close();
  }
}

function choose(names: readonly string[] | undefined): readonly Measurement[] {
  const unknown = names?.find((name) => !MEASUREMENTS.some((measurement) => measurement.name === name));
  if (unknown !== undefined) {
    const known = MEASUREMENTS.map(({ name }) => name).join(', ');
    throw new Error(`--only ${unknown}: there is ${known}`);
  }
  return MEASUREMENTS.filter(({ name, onlyByName }) => names?.includes(name) ?? !onlyByName);
}

async function measureAll(
  lab: Lab,
  measurements: readonly Measurement[],
  loadBefore: number,
): Promise<{ results: Result[]; machine: Machine }> {
  const results: Result[] = [];
  for (const measurement of measurements) {
    lab.progress(measurement.title);
    const mostMs = (measurement.mostMinutes ?? MOST_MINUTES) * 60_000;
    try {
      const rows = await within(mostMs, `--only ${measurement.name}`, measurement.run(lab));
      results.push({ measurement, rows });
    } catch (error) {
      // The others have their figures all the same, and the report says so first.
      const failure = error instanceof Error ? error.message : String(error);
      lab.progress(`no figures: ${failure}`);
      results.push({ measurement, rows: [], failure });
    }
    await write('bench/results/samples.json', JSON.stringify(results, undefined, 1));
  }
  const { waybell } = await lab.sideBySide();
  return { results, machine: await describeMachine(waybell, loadBefore) };
}

async function write(file: string, content: string): Promise<void> {
  const target = path.join(PROJECT_ROOT, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
