import type { CookieOptions, Request, Response } from 'express';
import { ownOriginOf } from './own-page';
import { TOKEN_LENGTH } from './sessions';

const COOKIE = 'waybell_console';
const IN_COOKIES = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{${TOKEN_LENGTH}})(?:;|$)`);

export interface SessionCookie {
  read(request: Request): string | undefined;
  write(request: Request, response: Response, token: string, expires: Date): void;
  clear(request: Request, response: Response): void;
}

/** No script reads it, no other site sends it, and no other path sees it. */
export function sessionCookie(consoleUrl: string | null): SessionCookie {
  return {
    read: (request) => IN_COOKIES.exec(request.get('cookie') ?? '')?.[1],
    write(request, response, token, expires) {
      response.cookie(COOKIE, token, { ...optionsFor(request), expires });
    },
    clear(request, response) {
      response.clearCookie(COOKIE, optionsFor(request));
    },
  };

  /** `Secure` where the browser speaks TLS to us, whatever the proxies between do. */
  function optionsFor(request: Request): CookieOptions {
    return { httpOnly: true, sameSite: 'strict', secure: isOverTls(request), path: request.baseUrl };
  }

  function isOverTls(request: Request): boolean {
    const own = ownOriginOf(request);
    if (own !== undefined) return own.startsWith('https:');
    return request.secure || (consoleUrl?.startsWith('https:') ?? false);
  }
}
