import { findNamespaceGaps, prepareNamespace } from '../../../temporal/prepare-namespace';
import type { Check } from '../check';
import { ok, problem, warning, type Seen } from '../finding';

/** Retention and search attributes of the namespace. */
export const namespace: Check = {
  name: 'namespace',
  async run({ config, temporal }) {
    const { connection } = await temporal();
    const name = config.temporalNamespace;
    const prepare = async (): Promise<string> => {
      const refusals: string[] = [];
      await prepareNamespace(connection, name, (line) => refusals.push(line));
      if (refusals.length > 0) throw new Error(refusals.join(' '));
      return `Namespace ${name} has its retention and search attributes.`;
    };
    const { retentionDays, wantedDays, missingAttributes } = await findNamespaceGaps(connection, name).catch(
      (error: unknown) => {
        throw new Error(`namespace ${name}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    const seen: Seen[] = [
      retentionDays >= wantedDays
        ? ok(`Namespace ${name} keeps closed workflows for ${retentionDays} days.`)
        : warning(
            `Namespace ${name} keeps closed workflows for ${retentionDays} days, which is less than a delivery may wait.`,
            `temporal operator namespace update --retention ${wantedDays}d -n ${name}`,
            prepare,
          ),
    ];
    if (missingAttributes.length === 0) return [...seen, ok('All search attributes are registered.')];
    const lack = `Namespace ${name} lacks the search attributes ${missingAttributes.join(', ')}: deliveries cannot start.`;
    return [...seen, problem(lack, 'Start Waybell, or "waybell doctor --fix".', prepare)];
  },
};
