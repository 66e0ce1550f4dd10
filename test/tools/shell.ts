import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/project-root';

const MAIN = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');

export interface ShellEnd {
  readonly code: number | null;
  readonly output: string;
}

/** A terminal in a checkout, in which commands are typed as a page shows them. */
export interface Shell {
  /** Answers yes to what asks. */
  run(command: string, env?: Readonly<Record<string, string>>): Promise<ShellEnd>;
}

export interface ShellParts {
  /** Stands for the checkout; is made. */
  readonly folder: string;
  /** Of the settings of Waybell; nothing else is handed over but where programs are. */
  readonly settings: Readonly<Record<string, string>>;
  readonly temporalCli: string;
  readonly temporalAddress: string;
}

/**
 * Opens one whose `npx waybell` and `npm start` run what was compiled last, since a start that compiles would change
 * what other suites run at this moment. `temporal` is told where the server is, as a person exports TEMPORAL_ADDRESS:
 * Waybell itself, to which that would be a setting, has an embedded one.
 */
export async function openShell(parts: ShellParts): Promise<Shell> {
  const { folder, settings, temporalCli, temporalAddress } = parts;
  const programs = path.join(folder, 'programs');
  const bin = path.join(folder, 'node_modules/.bin');
  for (const each of [programs, bin, path.join(folder, 'test/histories')])
    await mkdir(each, { recursive: true });
  const program = async (file: string, line: string): Promise<void> => {
    await writeFile(file, `#!/bin/sh\n${line}\n`);
    await chmod(file, 0o755);
  };
  await program(path.join(bin, 'waybell'), `exec '${process.execPath}' '${MAIN}' "$@"`);
  await program(
    path.join(programs, 'temporal'),
    `TEMPORAL_ADDRESS='${temporalAddress}' exec '${temporalCli}' "$@"`,
  );
  const scripts = Object.fromEntries(
    ['start', 'stop', 'status'].map((name) => [name, `"${process.execPath}" "${MAIN}" ${name}`]),
  );
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'checkout', scripts }));

  const { PATH = '', HOME = '', XDG_CACHE_HOME = '' } = process.env;
  return {
    async run(command, env = {}) {
      const child = spawn('bash', ['-c', command], {
        cwd: folder,
        env: { HOME, XDG_CACHE_HOME, PATH: `${programs}:${PATH}`, ...settings, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end('y\n');
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output };
    },
  };
}
