import { TestEnvironment } from 'jest-environment-node';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that was told to close needs a moment for its last connections. */
const PATIENCE_MS = 2_000;
const LOOK_INTERVAL_MS = 50;

function openServers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
}

/**
 * Fails a suite that leaves something open: a test database, a Temporal connection (and so a worker), or a server
 * that still listens. Hooks cannot do this, since those of a set-up file run before the suite's own.
 */
class LeakCheckingEnvironment extends TestEnvironment {
  private readonly serversBefore = openServers();
  private failed = false;

  readonly handleTestEvent = ({ name }: { readonly name: string }): void => {
    if (name === 'test_fn_failure' || name === 'hook_failure' || name === 'error') this.failed = true;
  };

  override async teardown(): Promise<void> {
    const leaks = await this.leaks();
    await super.teardown();
    // What a failure has left open is its consequence: naming it would hide the failure.
    if (leaks.length > 0 && !this.failed) throw new Error(`The suite left open: ${leaks.join(', ')}`);
  }

  private async leaks(): Promise<string[]> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const servers = openServers() - this.serversBefore;
      const leaks = [
        ...((this.global as typeof globalThis).openResources ?? []),
        ...(servers > 0 ? [`${servers} listening server(s)`] : []),
      ];
      if (leaks.length === 0 || Date.now() > deadline) return leaks;
      await sleep(LOOK_INTERVAL_MS);
    }
  }
}

export = LeakCheckingEnvironment;
