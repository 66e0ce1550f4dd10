import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { recentPushCodes } from '../../database/recent-push-codes';
import { NotReachable, type Check, type DoctorContext } from '../check';
import { wordsOf } from '../examine';
import { ok, problem, warning, type Seen } from '../finding';

const CONNECT_TIMEOUT_MS = 5_000;

/** Codes of pushes whose answer shows that the function is not of the shape that it must have. */
const WRONG_SHAPE: Readonly<Record<string, string>> = {
  broadcast: 'it sent to every phone instead of one: stop it, and let it hand over push_clientid',
  unparseable: 'its answer is not JSON',
  no_target_status: 'its answer does not hold what uni-push said of the phone',
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
