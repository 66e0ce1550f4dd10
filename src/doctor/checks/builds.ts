import { findPollers, isCurrentPolled, releaseLine, workersOf } from '../../deliveries/pollers';
import { asItIs, joined } from '../../shipment/explanation';
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
    const found = {
      en: `Deliveries go to ${workersOf(current).en}, of which ${count(current)} poll(s).`,
      zh: `投递交给${workersOf(current).zh}，其中 ${count(current)} 个在领取。`,
    };
    if (others.length === 0) return [ok(found)];
    return others.map((build): Seen => {
      const standBy = joined(found, {
        en: `Of the ${workersOf(build).en}, ${count(build)} stand(s) by.`,
        zh: `${workersOf(build).zh}有 ${count(build)} 个在待命。`,
      });
      return isCurrentPolled(pollers)
        ? warning(standBy, {
            en: `End them, or let them take over: ${releaseLine(build)}`,
            zh: `请结束它们，或让它们接手：${releaseLine(build)}`,
          })
        : problem(standBy, asItIs(releaseLine(build)));
    });
  },
};
