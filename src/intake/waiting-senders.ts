import type { StartedDelivery } from '../deliveries/start';

/** What came of the deliveries of a request, in their order. */
export type HandedOver = readonly HandedOverDelivery[];

export interface HandedOverDelivery extends StartedDelivery {
  /** `undefined` where that cannot be told: a try before went without an answer, and may have started it. */
  readonly duplicate: boolean | undefined;
}

/** Senders who wait for Temporal, each for a time of its own. */
export interface WaitingSenders {
  /** @returns `undefined` when the time is over, or there is nothing to wait for any more */
  wait(id: string, ms: number): Promise<HandedOver | undefined>;
  /** A try went without an answer. */
  tried(id: string): void;
  tell(id: string, started: readonly StartedDelivery[] | undefined): void;
  /** That nothing comes any more. */
  tellAll(): void;
}

interface Sender {
  readonly tell: (handedOver: HandedOver | undefined) => void;
  wasTried: boolean;
}

export function createWaitingSenders(): WaitingSenders {
  const senders = new Map<string, Sender>();

  function tell(id: string, started: readonly StartedDelivery[] | undefined): void {
    const sender = senders.get(id);
    sender?.tell(started?.map((one) => ({ ...one, duplicate: isDuplicate(one, sender.wasTried) })));
  }

  return {
    wait: (id, ms) =>
      new Promise((resolve) => {
        const over = setTimeout(() => tell(id, undefined), ms);
        senders.set(id, {
          wasTried: false,
          tell(handedOver) {
            clearTimeout(over);
            senders.delete(id);
            resolve(handedOver);
          },
        });
      }),
    tried(id) {
      const sender = senders.get(id);
      if (sender) sender.wasTried = true;
    },
    tell,
    tellAll() {
      for (const id of [...senders.keys()]) tell(id, undefined);
    },
  };
}

function isDuplicate({ runId }: StartedDelivery, wasTried: boolean): boolean | undefined {
  if (runId !== undefined) return false;
  return wasTried ? undefined : true;
}
