import { listCircuits } from '../../database/held';
import type { PushAnswer } from '../../push/provider';
import * as kinds from '../../push/provider-kinds';
import { NotReachable, type Check, type DoctorContext } from '../check';
import { wordsOf } from '../examine';
import { ok, problem, warning, type Seen } from '../finding';

const ANSWER_TIMEOUT_MS = 6_000;

/** Whether each provider takes our credentials, asked without naming any phone; and whose pushes are held. */
export const providers: Check = {
  name: 'providers',
  async run(context) {
    const seen = await Promise.all(Object.values(kinds).map((kind) => askKind(kind, context)));
    return [...seen.flat(), ...(await heldProviders(context))];
  },
};

type Kind = (typeof kinds)[keyof typeof kinds];

async function askKind(kind: Kind, { config }: DoctorContext): Promise<Seen[]> {
  let provider;
  try {
    provider = kind.create(config.push);
  } catch (error) {
    return [problem(`${kind.name}: ${wordsOf(error)}`, 'Correct that setting, or the file that it names.')];
  }
  if (provider?.checkCredentials === undefined) return [];
  try {
    return [verdictOn(kind.name, await provider.checkCredentials(AbortSignal.timeout(ANSWER_TIMEOUT_MS)))];
  } finally {
    await provider.close?.();
  }
}

function verdictOn(name: string, { class: answer, words }: PushAnswer): Seen {
  if (answer === 'accepted') return ok(`${name} takes our credentials.`);
  return answer === 'retry'
    ? warning(
        `${name} could not be asked: ${words}.`,
        'See whether this machine reaches it; ask again later.',
      )
    : problem(
        `${name} refuses our credentials: ${words}.`,
        `Compare the settings of ${name} with its console, and the clock of this machine.`,
      );
}

async function heldProviders({ database }: DoctorContext): Promise<Seen[]> {
  try {
    const circuits = await listCircuits((await database()).pool);
    return circuits.map(({ provider, cause, words, openedAt }) =>
      problem(
        `All pushes of ${provider} wait since ${openedAt.toISOString()} (${cause}): ${words}`,
        'Correct what it says. Pushes go again by themselves once a probe is taken.',
      ),
    );
  } catch (error) {
    if (error instanceof NotReachable) return [];
    return [
      warning(`Whose pushes are held cannot be read: ${wordsOf(error)}`, 'See the findings on the database.'),
    ];
  }
}
