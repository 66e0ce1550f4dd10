import { z } from 'zod';
import { appName, jsonOf } from '../config/setting-fields';
import type { PushProvider } from './provider';
import { CREDENTIALS_TAKEN, toAnswer } from './ruling';

/** A setting with one value for each app that has an account of its own at a provider, as JSON by its `appid`. */
export const perApp = <T extends z.ZodType>(value: T): z.ZodType<Record<string, z.output<T>>> =>
  z.preprocess((text) => text ?? '{}', jsonOf(z.record(appName, value)));

/**
 * One provider for several apps: those of `others` are pushed to with accounts of their own there, all else with the
 * `first`. What is wrong with one of the others holds no pushes of the provider, which are mostly not its own: its
 * pushes fail, and say why.
 */
export function byApp(first: PushProvider, others: ReadonlyMap<string, PushProvider>): PushProvider {
  if (others.size === 0) return first;
  const all = [['', first] as const, ...others];
  return {
    name: first.name,
    async send(message, signal) {
      const own = others.get(message.appid);
      if (own === undefined) return first.send(message, signal);
      const answer = { ...(await own.send(message, signal)) };
      delete answer.hold;
      return answer;
    },
    async checkCredentials(signal) {
      const answers = await Promise.all(
        all.map(async ([appid, provider]) => {
          const answer = await provider.checkCredentials?.(signal);
          return answer && { ...answer, words: appid === '' ? answer.words : `${appid}: ${answer.words}` };
        }),
      );
      const known = answers.filter((answer) => answer !== undefined);
      return (
        known.find(({ class: verdict }) => verdict !== 'accepted') ??
        known[0] ??
        toAnswer(CREDENTIALS_TAKEN, '')
      );
    },
    async close() {
      for (const [, provider] of all) await provider.close?.();
    },
  };
}
