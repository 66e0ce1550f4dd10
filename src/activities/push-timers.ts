/** The clocks of a push. Tests have shorter ones. */
export interface PushTimers {
  /** The deadline of a request; milliseconds. */
  readonly request: number;
  /** How often a held push looks whether it may go, half to one and a half of it; milliseconds. */
  readonly heldLook: number;
  /** By what the waits before the next try are multiplied. */
  readonly retryScale: number;
}

export const PUSH_TIMERS: PushTimers = {
  // A provider that needs longer is asked again: phones wait for news, not for a slow socket.
  request: 5_000,
  heldLook: 20_000,
  retryScale: 1,
};
