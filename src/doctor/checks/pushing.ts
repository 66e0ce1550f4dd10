import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { listHolds, recentPushCodes } from '../../database/held';
import { listOutages } from '../../database/provider-failures';
import type { PushAnswer } from '../../push/provider';
import * as kinds from '../../push/provider-kinds';
import type { Explanation } from '../../shipment/explanation';
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
    const words = wordsOf(error);
    return [
      problem(
        { en: `${kind.name}: ${words}`, zh: `${kind.name}：${words}` },
        {
          en: 'Correct that setting, or the file that it names.',
          zh: '请更正这个设置，或它所指的文件。',
        },
      ),
    ];
  }
  if (provider?.checkCredentials === undefined) return [];
  try {
    return [verdictOn(kind.name, await provider.checkCredentials(AbortSignal.timeout(ANSWER_TIMEOUT_MS)))];
  } finally {
    await provider.close?.();
  }
}

function verdictOn(name: string, { class: answer, words }: PushAnswer): Seen {
  if (answer === 'accepted')
    return ok({ en: `${name} takes our credentials.`, zh: `${name} 接受我们的凭据。` });
  return answer === 'retry'
    ? warning(
        { en: `${name} could not be asked: ${words}.`, zh: `无法询问 ${name}：${words}。` },
        {
          en: 'See whether this machine reaches it; ask again later.',
          zh: '请查看本机能否连到它；稍后再问。',
        },
      )
    : problem(
        { en: `${name} refuses our credentials: ${words}.`, zh: `${name} 拒绝我们的凭据：${words}。` },
        {
          en: `Compare the settings of ${name} with its console, and the clock of this machine.`,
          zh: `请核对 ${name} 的设置与它的后台是否一致，以及本机的时钟。`,
        },
      );
}

async function troubledProviders({ database }: DoctorContext): Promise<Seen[]> {
  try {
    const { pool } = await database();
    const down = (await listOutages(pool)).map((outage) => {
      const { en, zh } = describeOutage(outage);
      return problem(
        { en: `provider-down: ${en}`, zh: `provider-down：${zh}` },
        {
          en: `See whether this machine reaches ${outage.provider}, and its own status page. Pushes are tried again by themselves; if nobody uses it any more: waybell providers release ${outage.provider}.`,
          zh: `请查看本机能否连到 ${outage.provider}，以及它自己的状态页。推送会自动再试；如果不再使用它：waybell providers release ${outage.provider}。`,
        },
      );
    });
    const held = (await listHolds(pool)).map(({ provider, cause, words, openedAt }) =>
      problem(
        {
          en: `All pushes of ${provider} wait since ${openedAt.toISOString()} (${cause}): ${words}`,
          zh: `${provider} 的所有推送自 ${openedAt.toISOString()} 起暂停（${cause}）：${words}`,
        },
        {
          en: 'Correct what it says. Pushes go again by themselves once a probe is taken.',
          zh: '请按它所说的更正。一次试探被接受后，推送会自动继续。',
        },
      ),
    );
    return [...down, ...held];
  } catch (error) {
    if (error instanceof NotReachable) return [];
    return [
      warning(
        {
          en: `Which providers are down or held cannot be read: ${wordsOf(error)}`,
          zh: `读不到哪些推送服务不可用或被暂停：${wordsOf(error)}`,
        },
        SEE_DATABASE,
      ),
    ];
  }
}

const SEE_DATABASE: Explanation = {
  en: 'See the findings on the database.',
  zh: '请看关于数据库的检查结果。',
};

const CONNECT_TIMEOUT_MS = 5_000;

/** Codes of pushes whose answer shows that the function is not of the shape that it must have. */
const WRONG_SHAPE: Readonly<Record<string, Explanation>> = {
  broadcast: {
    en: 'it sent to every phone instead of one: stop it, and let it hand over push_clientid',
    zh: '它发给了所有手机，而不是一部：请停用它，并让它传递 push_clientid',
  },
  unparseable: { en: 'its answer is not JSON', zh: '它的应答不是 JSON' },
  not_a_function: { en: 'a web page answers, and no function', zh: '应答的是一个网页，不是函数' },
  no_target_status: {
    en: 'its answer does not hold what uni-push said of the phone: return all that sendMessage gave, and pass request_id on',
    zh: '它的应答里没有 uni-push 对这部手机的说明：请返回 sendMessage 给出的全部内容，并传递 request_id',
  },
  unknown_status: {
    en: 'its answer holds an unknown word for the phone',
    zh: '它的应答里，手机的状态词不认识',
  },
  unknown_code: { en: 'its answer holds an unknown code', zh: '它的应答里有不认识的代码' },
  function_error: { en: 'it throws', zh: '它抛出了异常' },
};

/**
 * The cloud function is connected to and never asked: any HTTP request runs it, and one that runs without a target
 * makes uni-push send to every phone. Its shape is judged by its last answers.
 */
export const cloudFunction: Check = {
  name: 'cloud function',
  async run(context) {
    const { cloudFunctionUrl: url } = context.config;
    if (url === undefined)
      return [ok({ en: 'The function of the demo phones is used.', zh: '使用演示手机的函数。' })];
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
    return ok({
      en: `${host} is reached${isTls ? ', with a valid certificate' : ''}; nothing was sent to it.`,
      zh: `能连到 ${host}${isTls ? '，证书有效' : ''}；没有向它发送任何内容。`,
    });
  } catch (error) {
    return problem(
      { en: `${host} cannot be reached: ${wordsOf(error)}`, zh: `连不到 ${host}：${wordsOf(error)}` },
      {
        en: 'Compare CLOUD_FUNC_URL; see whether this machine may connect there.',
        zh: '请核对 CLOUD_FUNC_URL；查看是否允许本机连接那里。',
      },
    );
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

async function lastAnswers({ database }: DoctorContext): Promise<Seen[]> {
  try {
    const codes = await recentPushCodes((await database()).pool, 'unicloud');
    if (codes.length === 0)
      return [
        ok({
          en: 'No push of the last 24 hours shows its shape.',
          zh: '最近 24 小时没有推送能看出它的返回格式。',
        }),
      ];
    const wrong = codes.flatMap(({ code, count }) => {
      const shape = Object.hasOwn(WRONG_SHAPE, code) ? WRONG_SHAPE[code] : undefined;
      return shape === undefined ? [] : [{ code, count, shape }];
    });
    if (wrong.length === 0)
      return [
        ok({
          en: 'Its answers of the last 24 hours have the right shape.',
          zh: '最近 24 小时它的应答格式正确。',
        }),
      ];
    return wrong.map(({ code, count, shape }) =>
      (code === 'broadcast' ? problem : warning)(
        {
          en: `${count} push(es) of the last 24 hours ended with ${code}: ${shape.en}.`,
          zh: `最近 24 小时有 ${count} 次推送以 ${code} 结束：${shape.zh}。`,
        },
        { en: 'Compare the function with docs/push.md.', zh: '请对照 docs/push.md 检查这个函数。' },
      ),
    );
  } catch (error) {
    if (error instanceof NotReachable) return [];
    return [
      warning(
        {
          en: `Its last answers cannot be read: ${wordsOf(error)}`,
          zh: `读不到它最近的应答：${wordsOf(error)}`,
        },
        SEE_DATABASE,
      ),
    ];
  }
}
