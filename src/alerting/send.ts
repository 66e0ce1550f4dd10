import type { Robot } from '../config/alarms';
import { isNamed } from '../config/outgoing-urls';
import { publicLookup } from '../push/public-lookup';
import { describeFailure, keepingAgents, sendRequest } from '../push/send-request';
import { withoutInvisible } from '../shipment/shown-text';
import type { Verdict } from './due';
import type { AlarmMessage } from './message';
import { FORMS } from './robots/registry';

/** A robot answers within a second; one that hangs is given up. */
const ANSWER_MS = 10_000;
/** What is kept of a robot's words; characters. */
const LONGEST_WORDS = 200;
/** Seldom more than one message at a time: a connection is not worth keeping. */
const guarded = keepingAgents({ lookup: publicLookup, timeout: 1_000 });

export interface Told {
  readonly verdict: Verdict;
  /** What it said instead of taking the message; `''` when it took it. Never a part of its URL. */
  readonly words: string;
  /** It wants to be left alone for so long; milliseconds. */
  readonly pauseMs: number;
}

/** Tells a robot something, once. Whatever happens is an answer. */
export async function tellRobot(
  robot: Robot,
  message: AlarmMessage,
  privateHosts: readonly string[],
  signal: AbortSignal,
): Promise<Told> {
  const { url, body, headers } = FORMS[robot.kind].request(robot, message, new Date());
  const deadline = AbortSignal.timeout(ANSWER_MS);
  const inside = isNamed(new URL(robot.url).hostname, privateHosts);
  try {
    const answer = await sendRequest(
      url,
      {
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        ...{ body, ...(!inside && { agents: guarded }) },
      },
      AbortSignal.any([signal, deadline]),
    );
    const read = FORMS[robot.kind].read(answer);
    if (read.taken) return { verdict: 'taken', words: '', pauseMs: 0 };
    return { verdict: 'refused', words: shownWords(read.words, robot), pauseMs: read.pauseMs ?? 0 };
  } catch (error) {
    const verdict = certainlyNotSent(error) ? 'refused' : 'unclear';
    return { verdict, words: shownWords(describeFailure(error, deadline, ANSWER_MS), robot), pauseMs: 0 };
  }
}

/** Before a connection stood nothing can have been read. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/;

function certainlyNotSent(error: unknown): boolean {
  const { name, code = '' } = error as Partial<NodeJS.ErrnoException>;
  return name === 'PrivateAddressError' || NOT_CONNECTED.test(code);
}

/** What a robot says may hold what we sent. */
function shownWords(words: string, { url, secret }: Robot): string {
  const { pathname, searchParams } = new URL(url);
  const hidden = [...pathname.split('/'), ...searchParams.values(), secret ?? ''].filter(
    (part) => part.length >= 8,
  );
  const shown = hidden.reduce((text, part) => text.replaceAll(part, '…'), words);
  return withoutInvisible(shown).slice(0, LONGEST_WORDS);
}
