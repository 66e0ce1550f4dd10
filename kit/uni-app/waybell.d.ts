/** Waybell in a uni-app. How it is used, step by step: docs/phones.md. */

/** Who is signed in. A buyer who is a merchant too has both ids. */
export interface Session {
  readonly userId?: string | null;
  /**
   * With `null` or `undefined` the person has none any more. A session without the field says nothing of it: what the
   * person has registered on this phone stays, as where the shop itself knows who belongs to a merchant.
   */
  readonly merchantId?: string | null | undefined;
  /** Sent as `Authorization: Bearer …`. Left out where the shop's back end knows the person by something else. */
  readonly accessToken?: string;
}

/** A message of Waybell as the phone has it. */
export interface Message {
  /** What Waybell calls it; what a receipt names. */
  readonly notificationId: string;
  /** All that came with it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Options {
  /** What answers at `/api/v1/push/`: Waybell's address, or the host of the shop that passes it on. No slash at its end. */
  readonly url: string;
  /**
   * Says who is signed in; `null` when nobody is. Asked before every request, and once more with `expired` when the
   * token was refused: refresh it then.
   */
  session(ask: { readonly expired: boolean }): Session | null | Promise<Session | null>;
  /** The app, by the name that the cloud function's `config.json` has for it; `default` when absent. */
  readonly appid?: string;
  /** Who pushes to this app: `unicloud`, when absent, or `getui`. */
  readonly provider?: 'unicloud' | 'getui';
  /**
   * The page that a tap opens, such as `/pages/parcels/parcels`; `null` for none. Left out: the `link` of the message,
   * where LINK_TEMPLATE of Waybell is a page of the app.
   */
  pageOf?(message: Message): string | null;
  /**
   * Whether a message that reaches the running app, and that nobody else puts on the screen, is put there by this
   * file; `true` when absent. With `false` the app shows it by itself, and says so with `report`.
   */
  readonly draws?: boolean;
  /** How long to wait before each further try of a request, milliseconds; 1, 2, 4, 8 and 16 s when absent. */
  readonly retryDelaysMs?: readonly number[];
  /** Where a line about what went wrong goes; `console.warn` when absent. No line holds a token. */
  log?(line: string): void;
}

/** What is known of this phone now. */
export type Standing =
  | { readonly state: 'registered' }
  /** Nobody is signed in: the phone gets nothing. */
  | { readonly state: 'signed-out' }
  /** This platform has no phone for Waybell; `words` say what there is instead. */
  | { readonly state: 'no-device'; readonly words: string }
  /** Another call of `register` or `unregister` came meanwhile, and decides. */
  | { readonly state: 'overtaken' }
  /** `retried`: when the app is shown or the network comes back. Otherwise something must be put right first. */
  | { readonly state: 'failed'; readonly code: string; readonly words: string; readonly retried: boolean };

export interface Waybell {
  /** In `onLaunch` of App.vue, before anything that waits: listens for taps, and registers the phone. */
  start(): Promise<Standing>;
  /** In `onShow` of App.vue, after a log-in, and when the roles of the person have changed. Asks when there is need. */
  register(): Promise<Standing>;
  /**
   * Before a log-out, while the session is still there; it need not be waited for. With the token of this session the
   * phone is not registered again.
   */
  unregister(): Promise<Standing>;
  /** The app itself has shown a message, or somebody has opened one in it. Kept until it could be said. */
  report(notificationId: string, event: 'shown' | 'clicked'): Promise<void>;
  /** Stops to listen. */
  stop(): void;
}

export function createWaybell(options: Options): Waybell;
