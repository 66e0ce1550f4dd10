import { findPortHolder } from '../../cli/port-holder';
import { describeTakenPort, type WantedPort } from '../../process/ports';
import { nameOf, type RunningProcess } from '../../cli/running-processes';
import { wantedPorts } from '../../cli/wanted-ports';
import type { Check } from '../check';
import { ok, problem, type Seen } from '../finding';

/** A running Waybell must hold its ports; one that is to be started needs them free. */
export const ports: Check = {
  name: 'ports',
  async run({ config, running }) {
    if (running.length === 0) return Promise.all(wantedPorts(config, 'all').map(mustBeFree));
    return (
      await Promise.all(
        running.map((one) => Promise.all(wantedPorts(config, one.role).map((port) => mustBeHeld(port, one)))),
      )
    ).flat();
  },
};

async function mustBeFree(wanted: WantedPort): Promise<Seen> {
  const [taken] = await describeTakenPort(wanted);
  return taken === undefined
    ? ok(`Port ${wanted.port} (${wanted.setting}) is free.`)
    : problem(taken, 'Then start Waybell.');
}

async function mustBeHeld(wanted: WantedPort, one: RunningProcess): Promise<Seen> {
  const { setting, port, partOf } = wanted;
  const [taken] = await describeTakenPort(wanted);
  if (taken === undefined) {
    return problem(
      `Nothing listens on port ${port} (${setting}), though Waybell runs, ${nameOf(one)}.`,
      'See whether the settings here are those that it was started with; then restart it.',
    );
  }
  const holder = await findPortHolder(port);
  // Who holds it cannot be seen from every user; an embedded server is a process of its own.
  const isOurs = holder === undefined || partOf !== undefined || holder.startsWith(`process ${one.pid} (`);
  return isOurs
    ? ok(`Port ${port} (${setting}) is held by Waybell, ${nameOf(one)}${partOf ? `: its ${partOf}` : ''}.`)
    : problem(taken, `Waybell runs, ${nameOf(one)}, and does not listen there: restart it.`);
}
