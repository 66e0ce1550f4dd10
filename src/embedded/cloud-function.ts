import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export const BEHAVIOURS = ['ok', 'refuse', 'busy', 'dead', 'slow'] as const;
/** How the function treats one phone; all but `ok` are for trying out what Waybell does about it. */
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A push as the phone gets it. */
export interface DemoPush {
  readonly cid: string;
  /** From the payload; what the phone names in its receipt. */
  readonly messageId: string | undefined;
  readonly requestId: string | undefined;
  readonly title: string;
  readonly content: string;
}

export interface Phones {
  deliver(push: DemoPush): void;
  refused(push: DemoPush, behaviour: Behaviour): void;
  /** Whether the app is running, which is all that a success tells apart. */
  isOnline(): boolean;
}

export interface FunctionAnswer {
  readonly body: unknown;
  readonly delayMs: number;
}

export interface CloudFunction {
  call(body: string): FunctionAnswer;
  behave(cid: string, behaviour: Behaviour): void;
  behaviourOf(cid: string): Behaviour;
}

/** Longer than Waybell waits for an answer. */
const SLOW_MS = 8_000;
/** What a day of trying needs; older ones are forgotten. */
const REMEMBERED_REQUESTS = 10_000;
const REMEMBERED_BEHAVIOURS = 1_000;

const textShorterThan = (limit: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine((text) => [...text].length < limit, `size over limit ${limit}`);

const sendMessage = z.object({
  push_clientid: z.string().trim().max(128).default(''),
  title: textShorterThan(20),
  content: textShorterThan(50),
  payload: z.looseObject({ notificationId: z.string().max(512).optional() }),
  request_id: z
    .string()
    .regex(/^[A-Za-z0-9]{10,32}$/)
    .optional(),
});

const error = (code: string, message: string) => ({ errCode: code, errMsg: message });

const REFUSALS: Partial<Record<Behaviour, unknown>> = {
  refuse: error('uni-cloud-push-error-20001', 'refused by the switch on the demo phone'),
  busy: error('uni-cloud-push-error-30019', 'busy, by the behaviour of the demo phone'),
  dead: error('uni-push-user-invalid', 'target user is invalid'),
};

/**
 * Answers as a uniCloud function that hands its body to uni-push 2.0's `sendMessage`:
 * https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api. In memory, for trying and testing.
 */
export function createCloudFunction(phones: Phones): CloudFunction {
  const behaviours = new Map<string, Behaviour>();
  const requestIds = new Set<string>();
  const behaviourOf = (cid: string): Behaviour => behaviours.get(cid) ?? 'ok';

  /** Also of refused calls: whether uni-push remembers those is not documented, so the harsher reading. */
  function isRepeated(requestId: string | undefined): boolean {
    if (requestId === undefined) return false;
    if (requestIds.has(requestId)) return true;
    requestIds.add(requestId);
    forgetOldest(requestIds, REMEMBERED_REQUESTS);
    return false;
  }

  return {
    behaviourOf,
    behave(cid, behaviour) {
      behaviours.delete(cid);
      behaviours.set(cid, behaviour);
      forgetOldest(behaviours, REMEMBERED_BEHAVIOURS);
    },
    call(body) {
      const input = jsonOf(body);
      if (input === undefined) return atOnce(threw('Unexpected token in JSON at position 0'));
      const parsed = sendMessage.safeParse(input);
      if (!parsed.success) return atOnce(error('uni-cloud-push-error-20001', z.prettifyError(parsed.error)));

      const { push_clientid: cid, title, content, payload, request_id: requestId } = parsed.data;
      // The real one would push to everybody now; here nobody has to be woken to show the mistake.
      if (cid === '') return atOnce(succeeded({ $taskid: `RASA_${randomUUID()}` }));

      const push = { cid, title, content, messageId: payload.notificationId, requestId };
      const behaviour = behaviourOf(cid);
      const repeated = isRepeated(requestId);
      const refusal = REFUSALS[behaviour];
      if (refusal !== undefined) {
        phones.refused(push, behaviour);
        return atOnce(refusal);
      }
      // A repeated id makes the message disappear, and nothing in the answer says so.
      if (!repeated) phones.deliver(push);
      const status = phones.isOnline() ? 'successed_online' : 'successed_offline';
      return {
        body: succeeded({ [`RASS_${randomUUID()}`]: { [cid]: status } }),
        delayMs: behaviour === 'slow' ? SLOW_MS : 0,
      };
    },
  };
}

const atOnce = (body: unknown): FunctionAnswer => ({ body, delayMs: 0 });
const succeeded = (data: unknown) => ({ errCode: 0, errMsg: 'success', data });
/** How the platform reports an exception of the function: with HTTP 200. */
const threw = (message: string) => ({ success: false, error: { code: 'FunctionBizError', message } });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function forgetOldest(
  memory: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean },
  limit: number,
): void {
  for (const key of memory.keys()) {
    if (memory.size <= limit) return;
    memory.delete(key);
  }
}
