/// <reference types="@dcloudio/types" />

type Uni = typeof uni;
type PushEvent = { readonly type: 'click' | 'receive'; readonly data: unknown; stopped?: boolean };
type Listener = (event: PushEvent) => void;
type Failed = (error: { readonly errMsg: string }) => void;

/** What `uni.request` brings back; none stands for a network that is away. */
export interface Reply {
  readonly statusCode: number;
  readonly data: unknown;
  readonly header: Record<string, string>;
}

/** A phone with a uni-app on it. */
export interface FakePhone {
  /** Changed by tests as they like. */
  platform: string;
  cid: string;
  /** What `getPushClientId` fails with; one a call, and none any more afterwards. */
  cidErrors: string[];
  online: boolean;
  brand: string;
  /** What the system says of the app's permission to show notifications. */
  permission: 'authorized' | 'denied' | 'not determined' | 'config error';
  /** Whether nothing more can be stored. */
  isFull: boolean;
  /** Answers in place of the server's, one a request. */
  replies: Partial<Reply>[];
  /** Pages on the stack; a dead app has none. */
  pages: string[];
  tabs: string[];
  readonly storage: Map<string, unknown>;
  /** Paths that were asked for, with their bodies, whether or not the network was there. */
  readonly requests: { readonly path: string; readonly body: Record<string, unknown> }[];
  /** What stands in the notification bar. */
  readonly bar: Record<string, unknown>[];
  /** The app's process ends; what is stored stays. */
  kill(): void;
  tap(data: unknown): void;
  receive(data: unknown): void;
  setOnline(online: boolean): void;
}

/**
 * The parts of `uni` that the kit uses, as DCloud documents them (https://uniapp.dcloud.net.cn/api/) and as
 * dcloudio/uni-app has them in packages/uni-push/src (route.ts) and packages/uni-api/src/service/plugin/push.ts.
 */
export function createFakePhone(cid: string): FakePhone {
  let listeners: Listener[] = [];
  let watchers: ((state: { isConnected: boolean; networkType: string }) => void)[] = [];

  const phone: FakePhone = {
    platform: 'app',
    cid,
    cidErrors: [],
    online: true,
    brand: 'Redmi',
    permission: 'authorized',
    isFull: false,
    replies: [],
    pages: ['pages/index/index'],
    tabs: [],
    storage: new Map(),
    requests: [],
    bar: [],
    kill() {
      // uni-push listens before the app can: with the flag it draws, and nobody else hears of the message.
      listeners = [drawForced];
      watchers = [];
      phone.pages = [];
    },
    tap: (data) => listeners.forEach((listen) => listen({ type: 'click', data })),
    receive(data) {
      const event: PushEvent = { type: 'receive', data };
      for (const listen of listeners) {
        listen(event);
        if (event.stopped) return;
      }
    },
    setOnline(online) {
      phone.online = online;
      for (const watch of watchers) watch({ isConnected: online, networkType: online ? 'wifi' : 'none' });
    },
  };

  function drawForced(event: PushEvent): void {
    const data = event.data as { force_notification?: boolean };
    if (event.type !== 'receive' || !data.force_notification) return;
    phone.bar.push({ ...data });
    event.stopped = true;
  }

  const open = ({ url, fail }: { url: string; fail?: Failed }, name: string, why?: string): void => {
    if (why === undefined) phone.pages.push(url);
    else fail?.({ errMsg: `${name}:fail ${why}` });
  };

  Object.assign(globalThis, {
    getCurrentPages: () => phone.pages.map((route) => ({ route })),
    uni: {
      getSystemInfoSync: () => ({
        uniPlatform: phone.platform,
        osName: 'android',
        platform: 'android',
        appVersion: '1',
        deviceBrand: phone.brand,
      }),
      getAppAuthorizeSetting: () => ({ notificationAuthorized: phone.permission }),
      getPushClientId({
        success,
        fail,
      }: {
        success?: (found: { cid: string; errMsg: string }) => void;
        fail?: Failed;
      }) {
        const error = phone.cidErrors.shift();
        queueMicrotask(() => {
          if (error === undefined) success?.({ cid: phone.cid, errMsg: 'getPushClientId:ok' });
          else fail?.({ errMsg: `getPushClientId:fail ${error}` });
        });
      },
      onPushMessage(listener: Listener) {
        if (!listeners.includes(listener)) listeners.push(listener);
      },
      offPushMessage(listener: Listener) {
        listeners = listeners.filter((each) => each !== listener);
      },
      onNetworkStatusChange: (watch: (typeof watchers)[number]) => watchers.push(watch),
      offNetworkStatusChange(watch: (typeof watchers)[number]) {
        watchers = watchers.filter((each) => each !== watch);
      },
      createPushMessage({ title, content, payload, success }: UniNamespace.CreatePushMessageOptions) {
        phone.bar.push({ title, content, payload });
        success?.({ errMsg: 'createPushMessage:ok' });
      },
      getStorageSync: (key: string) => phone.storage.get(key) ?? '',
      setStorageSync(key: string, value: unknown) {
        if (phone.isFull) throw new Error('setStorageSync:fail exceed storage max size');
        phone.storage.set(key, structuredClone(value));
      },
      removeStorageSync: (key: string) => phone.storage.delete(key),
      navigateTo(options: { url: string; fail?: Failed }) {
        const tab = phone.tabs.includes(options.url.split('?')[0] ?? '');
        const full = phone.pages.length >= 10;
        open(
          options,
          'navigateTo',
          tab ? 'can not navigateTo a tabbar page' : full ? 'webview count limit exceed' : undefined,
        );
      },
      switchTab(options: { url: string; fail?: Failed }) {
        open(
          options,
          'switchTab',
          phone.tabs.includes(options.url) ? undefined : 'can not switch to no-tabBar page',
        );
      },
      reLaunch(options: { url: string; fail?: Failed }) {
        phone.pages = [];
        open(options, 'reLaunch');
      },
      request: (options: RequestOptions) => void ask(options),
    } satisfies Partial<Record<keyof Uni, unknown>>,
  });

  async function ask({ url, method, data, header, success, fail }: RequestOptions): Promise<void> {
    const { pathname } = new URL(url);
    phone.requests.push({ path: pathname.slice(pathname.lastIndexOf('/') + 1), body: data });
    const reply = phone.replies.shift();
    try {
      if (!phone.online) throw new Error('abort statusCode:-1');
      success(reply ? { statusCode: 200, data: '', header: {}, ...reply } : await send());
    } catch (error) {
      fail({ errMsg: `request:fail ${(error as Error).message}` });
    }

    async function send(): Promise<Reply> {
      const response = await fetch(url, { method, headers: header, body: JSON.stringify(data) });
      const headers = Object.fromEntries(response.headers);
      return { statusCode: response.status, data: await response.json(), header: headers };
    }
  }

  phone.kill();
  phone.pages = ['pages/index/index'];
  return phone;
}

interface RequestOptions {
  readonly url: string;
  readonly method: string;
  readonly data: Record<string, unknown>;
  readonly header: Record<string, string>;
  readonly success: (reply: Reply) => void;
  readonly fail: Failed;
}
