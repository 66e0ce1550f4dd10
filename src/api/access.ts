import type { Scope } from '../config/scopes';

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
 * Who asks: the holder of a key, a person of the shop at the console, one person's app, anybody, where the embedded
 * parts run open, or an app that shows nothing, where the shop gives such apps time.
 */
export type Caller =
  | { readonly kind: 'key' | 'operator'; readonly name: string; readonly scopes: readonly Scope[] }
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
    case 'operator':
      return caller.scopes.some((scope) => scope === 'admin' || scopes.includes(scope));
  }
}

/** As logs and the audit call them. The id of a buyer is nobody's business there; who decides is named. */
export function nameOf(caller: Caller): string {
  return 'scopes' in caller ? caller.name : caller.kind;
}

/** What somebody decides about deliveries and their surroundings. What apps say of their own phones is none of it. */
export function isAudited({ method, access }: { readonly method: string; readonly access: Access }): boolean {
  return method !== 'get' && typeof access === 'object' && access.persons !== true;
}
