import { NotReachable, type Check } from '../check';
import { ok, problem, warning } from '../finding';

/** What the tests run on; older servers lack what the search attributes or updates need. */
const OLDEST_TRIED = [1, 29] as const;

export const temporalServer: Check = {
  name: 'temporal',
  async run({ config, temporal }) {
    try {
      const { serverVersion = '' } = await (await temporal()).workflowService.getSystemInfo({});
      const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
      const where = config.temporal.kind === 'embedded' ? 'embedded' : config.temporal.address;
      const found = `Temporal ${serverVersion} answers (${where}).`;
      const isOld = major < OLDEST_TRIED[0] || (major === OLDEST_TRIED[0] && minor < OLDEST_TRIED[1]);
      return [
        isOld
          ? warning(found, `Waybell is tested with ${OLDEST_TRIED.join('.')} and later: upgrade the server.`)
          : ok(found),
      ];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.message, 'Start Waybell (npm start).')
          : problem(
              error.message,
              'Bring the server back; compare TEMPORAL_ADDRESS and the TLS and key variables.',
            ),
      ];
    }
  },
};
