import type { PushPayload } from '../payload';

/** Meizu's limit, the shortest: OPPO takes 2,000 bytes and vivo 1,024 characters. */
const INTENT_BYTES = 1_000;

/**
 * How a phone's maker opens a uni-app that is not running, so that the app hears of the tap: with any other form it gets
 * no `click`. https://uniapp.dcloud.net.cn/unipush-v1 Title and text are for an app that shows them again, and are left
 * out where there is no room.
 */
export function uniAppIntent(
  appPackage: string,
  { title, body }: { readonly title: string; readonly body: string },
  payload: PushPayload,
): string {
  const whole = JSON.stringify(payload);
  // An app that knows the order finds its page.
  const withoutLink = JSON.stringify({ ...payload, link: undefined });
  const ids = JSON.stringify({ notificationId: payload.notificationId });
  const extras: readonly Readonly<Record<string, string>>[] = [
    { title, content: body, payload: whole },
    { title, payload: whole },
    { payload: whole },
    { payload: withoutLink },
    { payload: ids },
  ];
  const tries = extras.map((each) => intentOf(appPackage, each));
  return tries.find((intent) => Buffer.byteLength(intent) <= INTENT_BYTES) ?? (tries.at(-1) as string);
}

/** As Android's Intent.toUri writes it. */
function intentOf(appPackage: string, extras: Readonly<Record<string, string>>): string {
  const texts = Object.entries(extras).map(([name, text]) => `S.${name}=${encodeURIComponent(text)}`);
  const parts = [
    'scheme=unipush',
    'launchFlags=0x4000000',
    `component=${appPackage}/io.dcloud.PandoraEntry`,
    'S.UP-OL-SU=true',
    ...texts,
  ];
  return `intent://io.dcloud.unipush/?#Intent;${parts.join(';')};end`;
}
