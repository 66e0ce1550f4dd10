/**
 * As much of the packages beside Waybell as the bench uses: the project's types hold where they are not installed.
 */

declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  export function decrypt(
    body: Buffer,
    parameters: {
      readonly version: 'aes128gcm';
      readonly privateKey: ECDH;
      readonly authSecret: string;
    },
  ): Buffer;
}

declare module 'web-push' {
  const webPush: {
    setVapidDetails(subject: string, publicKey: string, privateKey: string): void;
    sendNotification(
      subscription: {
        readonly endpoint: string;
        readonly keys: { readonly p256dh: string; readonly auth: string };
      },
      payload: string,
      options: {
        readonly TTL: number;
        readonly urgency: 'high';
        readonly topic: string;
        readonly timeout: number;
      },
    ): Promise<unknown>;
  };
  export = webPush;
}

declare module 'apns2' {
  interface Pool {
    close(): Promise<void>;
  }

  export class ApnsClient {
    constructor(options: {
      readonly team: string;
      readonly keyId: string;
      readonly signingKey: string;
      readonly defaultTopic: string;
      readonly host: string;
    });
    client: Pool;
    send(notification: Notification): Promise<unknown>;
  }

  export class Notification {
    constructor(
      deviceToken: string,
      options: {
        readonly alert: { readonly title: string; readonly body: string };
        readonly sound: string;
        readonly data: object;
        readonly collapseId: string;
        readonly expiration: number;
      },
    );
  }
}

declare module '@parse/node-apn' {
  export class Provider {
    constructor(options: {
      readonly token: { readonly key: string; readonly keyId: string; readonly teamId: string };
      readonly address: string;
      readonly port: number;
      readonly requestTimeout: number;
    });
    send(notification: Notification, deviceToken: string): Promise<{ readonly failed: readonly object[] }>;
  }

  export class Notification {
    id: string;
    topic: string;
    pushType: 'alert';
    expiry: number;
    collapseId: string;
    sound: string;
    alert: { readonly title: string; readonly body: string };
    payload: object;
  }
}

declare module '@dbos-inc/dbos-sdk' {
  export const DBOS: {
    setConfig(config: {
      readonly name: string;
      readonly systemDatabaseUrl: string;
      readonly logLevel: string;
    }): void;
    launch(): Promise<void>;
    registerWorkflow<Result>(
      workflow: (argument: string) => Promise<Result>,
      config: { readonly name: string },
    ): (argument: string) => Promise<Result>;
    startWorkflow<Result>(
      workflow: (argument: string) => Promise<Result>,
      parameters: { readonly workflowID: string },
    ): (argument: string) => Promise<unknown>;
    runStep<Result>(step: () => Promise<Result>, config: { readonly name: string }): Promise<Result>;
  };
}
