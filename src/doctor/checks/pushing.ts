import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { listHolds, recentPushCodes } from '../../database/held';
import { listOutages } from '../../database/provider-failures';
import type { PushAnswer } from '../../push/provider';
import * as kinds from '../../push/provider-kinds';
import { describeOutage } from '../../shipment/provider-outage';
import { NotReachable, ok, problem, warning, type Check, type DoctorContext, type Seen } from '../check';
import { wordsOf } from '../examine';

const ANSWER_TIMEOUT_MS = 6_000;

/** Whether each provider takes our credentials, asked without naming any phone; which are down, and which held. */
export const providers: Check = {
  name: 'providers',
  async run(context) {
    const seen = await Promise.all(Object.values(kinds).map((kind) => askKind(kind, context)));
    return [...seen.flat(), ...(await troubledProviders(context))];
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

async function troubledProviders({ database }: DoctorContext): Promise<Seen[]> {
  try {
    const { pool } = await database();
    const down = (await listOutages(pool)).map((outage) =>
      problem(
        `provider-down: ${describeOutage(outage).en}`,
        `See whether this machine reaches ${outage.provider}, and its own status page. Pushes are tried again by themselves; if nobody uses it any more: waybell providers release ${outage.provider}.`,
      ),
    );
    const held = (await listHolds(pool)).map(({ provider, cause, words, openedAt }) =>
      problem(
        `All pushes of ${provider} wait since ${openedAt.toISOString()} (${cause}): ${words}`,
        'Correct what it says. Pushes go again by themselves once a probe is taken.',
      ),
    );
    return [...down, ...held];
  } catch (error) {
    if (error instanceof NotReachable) return [];
    return [
      warning(
        `Which providers are down or held cannot be read: ${wordsOf(error)}`,
        'See the findings on the database.',
      ),
    ];
  }
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Codes of pushes whose answer shows that the function is not of the shape that it must have. */
const WRONG_SHAPE: Readonly<Record<string, string>> = {
  broadcast: 'it sent to every phone instead of one: stop it, and let it hand over push_clientid',
  unparseable: 'its answer is not JSON',
  not_a_function: 'a web page answers, and no function',
  no_target_status:
    'its answer does not hold what uni-push said of the phone: return all that sendMessage gave, and pass request_id on',
  unknown_status: 'its answer holds an unknown word for the phone',
  unknown_code: 'its answer holds an unknown code',
  function_error: 'it throws',
};

/**
 * The cloud function is connected to and never asked: any HTTP request runs it, and one that runs without a target
 * makes uni-push send to every phone. Its shape is judged by its last answers.
 */
export const cloudFunction: Check = {
  name: 'cloud function',
  async run(context) {
    const { cloudFunctionUrl: url } = context.config;
    if (url === undefined) return [ok('The function of the demo phones is used.')];
    const [reached, shape] = await Promise.all([reach(new URL(url)), lastAnswers(context)]);
    return [reached, ...shape];
  },
};

async function reach({ protocol, hostname, host, port }: URL): Promise<Seen> {
  const isTls = protocol === 'https:';
  const target = { host: hostname, port: Number(port) || (isTls ? 443 : 80) };
  const socket = isTls ? connectTls({ ...target, servername: hostname }) : connectPlain(target);
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect', {
      signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
    });
    return ok(`${host} is reached${isTls ? ', with a valid certificate' : ''}; nothing was sent to it.`);
  } catch (error) {
    return problem(
      `${host} cannot be reached: ${wordsOf(error)}`,
      'Compare CLOUD_FUNC_URL; see whether this machine may connect there.',
    );
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

async function lastAnswers({ database }: DoctorContext): Promise<Seen[]> {
  try {
    const codes = await recentPushCodes((await database()).pool, 'unicloud');
    if (codes.length === 0) return [ok('No push of the last 24 hours shows its shape.')];
    const wrong = codes.filter(({ code }) => Object.hasOwn(WRONG_SHAPE, code));
    if (wrong.length === 0) return [ok('Its answers of the last 24 hours have the right shape.')];
    return wrong.map(({ code, count }) =>
      (code === 'broadcast' ? problem : warning)(
        `${count} push(es) of the last 24 hours ended with ${code}: ${WRONG_SHAPE[code]}.`,
        'Compare the function with docs/push.md.',
      ),
    );
  } catch (error) {
    if (error instanceof NotReachable) return [];
    return [
      warning(`Its last answers cannot be read: ${wordsOf(error)}`, 'See the findings on the database.'),
    ];
  }
}
