import { once } from 'node:events';
import { createServer } from 'node:net';
import { findPortHolder } from '../cli/port-holder';

/** A port that Waybell is about to listen on, and the setting that moves it. */
export interface WantedPort {
  readonly setting: string;
  readonly port: number;
  readonly host: string;
  /** The embedded server that listens there; Waybell itself when absent. */
  readonly partOf?: string;
}

/** Thrown when a port cannot be used; one sentence for each. */
export class PortsTakenError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'PortsTakenError';
  }
}

/** @throws {PortsTakenError} naming every port that is taken, and who holds it. */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems: string[] = [];
  for (const [index, { setting, port, host }] of wanted.entries()) {
    const twin = wanted.slice(0, index).find((other) => other.port === port);
    if (twin)
      problems.push(`${setting} and ${twin.setting} are both ${port}: set one of them to another port.`);
    else problems.push(...(await describeTakenPort({ setting, port, host })));
  }
  if (problems.length > 0) throw new PortsTakenError(problems);
}

/** A sentence when the port is not free, and who holds it. */
export async function describeTakenPort({ setting, port, host }: WantedPort): Promise<string[]> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    await once(server.close(), 'close');
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') return [`Port ${port} (${setting}) cannot be used: ${message}`];
    const holder = (await findPortHolder(port)) ?? 'a process that is not visible from here';
    return [`Port ${port} (${setting}) is taken by ${holder}: stop it, or set ${setting} to another port.`];
  }
}
