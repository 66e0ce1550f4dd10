/** What a key may be for. A key without `admin` does nothing but what its scopes say. */
export const SCOPES = {
  devices: 'register, list and remove phones, and say what was seen on them, for any owner',
  read: 'see notifications, deliveries, webhooks, what waits, the books and held providers',
  retry: 'try deliveries again, and follow that',
  link: 'say which order a waybill belongs to',
  erase: 'erase what is kept of a buyer, an order or a waybill, and follow that',
  test: 'send a test message to a phone, and follow that',
  metrics: 'read /metrics',
  admin: 'everything, and alone: release providers, give up journals, read the audit',
} as const;
export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];

/** Any of the scopes is enough. With `persons` somebody's own app may come with their access token instead. */
export interface KeyAccess {
  readonly scopes: readonly [Scope, ...Scope[]];
  readonly persons?: true;
  /** While the shop grants it, an app may come without either. */
  readonly tokenless?: true;
}

/**
 * Who may ask: everybody; who signs; who knows the URL of a channel, and signs as its source does; a provider that
 * signs each of its receipts; the holder of a key, or an app.
 */
export type Access = 'everybody' | 'signature' | 'channel' | 'receipt' | KeyAccess;

/**
 * Who asks: the holder of a key, one person's app, anybody, where the embedded parts run open, or an app that shows
 * nothing, where the shop gives such apps time.
 */
export type Caller =
  | { readonly kind: 'key'; readonly name: string; readonly scopes: readonly Scope[] }
  | { readonly kind: 'person'; readonly userId: string; readonly merchantId: string | undefined }
  | { readonly kind: 'anybody' }
  | { readonly kind: 'tokenless'; readonly isGraceOver: boolean };

export function mayAsk(caller: Caller, { scopes, persons, tokenless }: KeyAccess): boolean {
  switch (caller.kind) {
    case 'anybody':
      return true;
    case 'person':
      return persons === true;
    case 'tokenless':
      return tokenless === true && !caller.isGraceOver;
    case 'key':
      return caller.scopes.some((scope) => scope === 'admin' || scopes.includes(scope));
  }
}

/** As logs and the audit call them. A person's id is nobody's business there. */
export function nameOf(caller: Caller): string {
  return caller.kind === 'key' ? caller.name : caller.kind;
}

/** What somebody decides about deliveries and their surroundings. What apps say of their own phones is none of it. */
export function isAudited({ method, access }: { readonly method: string; readonly access: Access }): boolean {
  return method !== 'get' && typeof access === 'object' && access.persons !== true;
}
