import { findPollers, isCurrentPolled, releaseLine, workersOf } from '../../deliveries/pollers';
import { ok, problem, warning, type Check, type Seen } from '../check';

/** Whether the deliveries go to a build whose workers are there, and who stands by. */
export const builds: Check = {
  name: 'builds',
  async run({ temporal }) {
    const pollers = await findPollers(await temporal());
    const { current, workers } = pollers;
    const count = (build: string | undefined): number =>
      new Set(workers.filter((worker) => worker.build === build).map(({ identity }) => identity)).size;
    const others = [...new Set(workers.map(({ build }) => build))].filter((build) => build !== current);
    const found = `Deliveries go to ${workersOf(current)}, of which ${count(current)} poll(s).`;
    if (others.length === 0) return [ok(found)];
    return others.map((build): Seen => {
      const standBy = `${found} Of the ${workersOf(build)}, ${count(build)} stand(s) by.`;
      return isCurrentPolled(pollers)
        ? warning(standBy, `End them, or let them take over: ${releaseLine(build)}`)
        : problem(standBy, releaseLine(build));
    });
  },
};
