import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Config } from '../config/config';
import { HttpProblem } from './http-problem';

/** Who asks: a back end that may do everything, or one person's app. */
export type Caller =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'person'; readonly userId: string; readonly merchantId: string | undefined };

/** What Supabase puts into the access token of a signed-in person. Its API keys have no `sub`. */
const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  app_metadata: z.object({ merchant_id: z.string().min(1).optional() }).optional(),
});

/**
 * Asks for an API key, unless the embedded parts run open without any. With `persons`, in jwt mode, the
 * signed-in owner of a phone may come with the shop's own access token instead.
 */
export function authenticate(config: Config, { persons }: { persons: boolean }): RequestHandler {
  const { deviceRegistration: mode, apiKeys, jwtSecret } = config;
  // Keys on embedded parts guard what ops do; phones, the demo's among them, stay free to register.
  const open = mode === 'open' && (persons || apiKeys.length === 0);
  const digests = apiKeys.map(digest);
  const secret = mode === 'jwt' && persons ? jwtSecret : undefined;
  return function identifyCaller(request, response, next): void {
    response.locals['caller'] = open ? { kind: 'trusted' } : identify(request, digests, secret);
    next();
  };
}

/** Who asks, behind `authenticate`. */
export function callerOf(response: Response): Caller {
  return response.locals['caller'] as Caller;
}

function identify(request: Request, keys: readonly Buffer[], jwtSecret: string | undefined): Caller {
  const bearer = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  const given = request.get('x-api-key') ?? bearer;
  if (given === undefined) {
    throw new HttpProblem('api-key-missing', 'send Authorization: Bearer <key> or X-Api-Key');
  }
  if (isOneOf(given, keys)) return { kind: 'trusted' };
  if (jwtSecret !== undefined && given === bearer) return personOf(bearer, jwtSecret);
  throw new HttpProblem('api-key-invalid', 'this API key is not known');
}

/** Compares with every key, in constant time, over digests of equal length. */
function isOneOf(given: string, keys: readonly Buffer[]): boolean {
  const own = digest(given);
  return keys.filter((key) => timingSafeEqual(key, own)).length > 0;
}

function personOf(token: string, secret: string): Caller {
  try {
    const { sub, app_metadata } = claims.parse(jwt.verify(token, secret, { algorithms: ['HS256'] }));
    return { kind: 'person', userId: sub, merchantId: app_metadata?.merchant_id };
  } catch (cause) {
    throw new HttpProblem('jwt-invalid', 'the access token is not valid, or has expired', { cause });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
